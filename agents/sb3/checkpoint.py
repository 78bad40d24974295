"""States on disk: one file, whole or absent, and the generators that a resumed run needs.

A file holds tensors and plain Python containers only, so that reading one runs no code of whoever
wrote it.
"""

from __future__ import annotations

import io
import math
import os
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.lib.format import descr_to_dtype, dtype_to_descr

from agents.sb3.archive import check_archive
from shiftgym.atomic import write_atomically
from shiftgym.files import FileError, brief
from shiftgym.sanitize import for_terminal

_ARRAY = "__array__"

Network = TypeVar("Network", bound=torch.nn.Module)


def save_state(path: str | os.PathLike[str], state: dict[str, Any]) -> None:
    """Write a state so that a kill at any moment leaves the old file or the new one.

    Args:
        path: the file; its folder is made where it is missing.
        state: tensors, arrays, numbers, strings, and dicts, lists and tuples of them.

    Raises:
        OSError: naming the file, where it cannot be written.
    """
    # Into memory first: torch turns an error of the disk into one that says nothing of it.
    buffer = io.BytesIO()
    torch.save(_packed(state), buffer)
    write_atomically(path, buffer.getvalue())


def load_state(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read what `save_state` wrote.

    Raises:
        FileError: where the file is another, or damaged.
        FileNotFoundError: where there is none.
    """
    try:
        check_archive(path)
        state = _unpacked(torch.load(path, map_location="cpu", weights_only=True), {})
        if type(state) is not dict or not all(type(name) is str for name in state):
            raise ValueError("it holds no state, a dict with names")
    except FileNotFoundError:
        raise
    except Exception as error:  # whatever a damaged file makes torch stumble over
        raise FileError(
            f"{path} cannot be read as saved weights or a checkpoint ({type(error).__name__}: "
            f"{for_terminal(str(error)[:300])}). Delete it to start over, or name a file that "
            f"save_state wrote."
        ) from error
    return state


@contextmanager
def naming(path: str | os.PathLike[str] | None) -> Iterator[None]:
    """Turn what a damaged state makes its readers stumble over into an error that names the file.

    Args:
        path: of the file that the state came from; None where it came from none.

    Raises:
        FileError: in place of the errors of a part that is missing, or of another type or shape.
    """
    try:
        yield
    except FileError:
        raise
    except (
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        RuntimeError,
        OverflowError,
    ) as error:
        raise FileError(
            f"{path or 'The state'} is damaged, or of another version ({type(error).__name__}: "
            f"{for_terminal(str(error)[:300])}). Use the version that made it, or delete it to "
            f"start over."
        ) from error


def load_network(
    path: str | os.PathLike[str], weights: Any, build: Callable[[], Network], *, least: int
) -> Network:
    """Return a network with weights, once it is known that they are its own.

    Args:
        path: of the file that they came from.
        weights: what came.
        build: makes the network.
        least: numbers that such a network has at the least, told from its sizes: nothing is built
            that is larger than the file.

    Raises:
        FileError: naming the file, where there is no such network, or the weights do not fit.
    """
    held = _numbers_in(weights)
    if least > held:
        raise FileError(
            f"{path} tells of a network of {least:,} weights or more, and holds {held:,}. Use the "
            f"version that made it, or train it again."
        )
    with naming(path):
        try:
            network = build()
        except ValueError as error:
            raise FileError(f"{path} tells of no network that there can be: {error}") from error
        fill_network(path, network, weights)
    return network


def fill_network(
    path: str | os.PathLike[str], network: torch.nn.Module, weights: Any, *, finite: bool = True
) -> None:
    """Give a network weights, once it is known that they are its own.

    Args:
        path: of the file that they came from.
        finite: whether they must be. A run that is resumed goes on as it was, diverged or not.

    Raises:
        FileError: naming the file, where they do not fit.
    """
    check_weights(path, weights, network.state_dict(), finite=finite)
    network.load_state_dict(weights)


def _numbers_in(weights: Any) -> int:
    """Return how many 32-bit numbers lie in memory; a view that repeats one counts it once."""
    tensors = weights.values() if isinstance(weights, dict) else ()
    storages = [each.untyped_storage() for each in tensors if isinstance(each, torch.Tensor)]
    return sum({one.data_ptr(): one.nbytes() for one in storages}.values()) // 4


def check_weights(
    path: str | os.PathLike[str],
    weights: Any,
    expected: Mapping[str, torch.Tensor],
    *,
    finite: bool = True,
) -> None:
    """Refuse weights that are not those of a network.

    Args:
        path: of the file that they came from.
        weights: what came.
        expected: tensors of the right names, shapes and types, on any device.
        finite: whether they must be finite.

    Raises:
        FileError: naming the file and the first tensor that is missing, unknown, of another shape
            or type, or not finite.
    """
    got = weights if isinstance(weights, dict) else {}
    for name in (*expected, *got):
        tensor, wanted = got.get(name), expected.get(name)
        if not isinstance(tensor, torch.Tensor):
            fault = "is missing" if name not in got else f"is {brief(tensor)}"
        elif wanted is None:
            fault = "is none of the network's"
        elif tensor.shape != wanted.shape or tensor.dtype != wanted.dtype:
            fault = (
                f"is {tensor.dtype} of the shape {list(tensor.shape)}; expected {wanted.dtype} of "
                f"{list(wanted.shape)}"
            )
        elif finite and not torch.isfinite(tensor).all():
            fault = "holds numbers that are not finite, as of a training that diverged"
        else:
            continue
        raise FileError(
            f"{path} holds weights that do not fit the network it tells of: {brief(name)} {fault}. "
            f"Use the version that made them, or train them again."
        )


def generator_states() -> dict[str, Any]:
    """Return the states of the global generators of Python, NumPy and torch: SB3 uses them."""
    return {
        "python": random.getstate(),
        "numpy": np.random.get_state(),  # noqa: NPY002
        "torch": torch.get_rng_state(),
    }


def set_generator_states(states: dict[str, Any]) -> None:
    """Restore what `generator_states` returned."""
    random.setstate(states["python"])
    np.random.set_state(states["numpy"])  # noqa: NPY002
    torch.set_rng_state(states["torch"])


def _packed(value: Any) -> Any:
    """Replace NumPy values by what torch reads back without unpickling classes."""
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:
            raise TypeError(f"A checkpoint holds plain arrays; got one of dtype {value.dtype}.")
        data = torch.frombuffer(bytearray(value.tobytes()) or bytearray(1), dtype=torch.uint8)
        return {_ARRAY: dtype_to_descr(value.dtype), "shape": list(value.shape), "data": data}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dict):
        return {key: _packed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_packed(item) for item in value]
    if isinstance(value, tuple):
        return tuple(_packed(item) for item in value)
    return value


def _unpacked(value: Any, known: dict[int, Any]) -> Any:
    """Undo `_packed`; what is shared is unpacked once, and what holds itself is refused."""
    if not isinstance(value, (dict, list, tuple)):
        return value
    if id(value) in known:
        if known[id(value)] is known:
            raise ValueError("a container holds itself")
        return known[id(value)]
    known[id(value)] = known
    unpacked: Any
    if isinstance(value, dict) and _ARRAY in value:
        shape, dtype = tuple(value["shape"]), descr_to_dtype(value[_ARRAY])
        data = value["data"].numpy().tobytes()
        flat = np.frombuffer(data, dtype, count=math.prod(shape))
        unpacked = flat.reshape(shape).copy()
    elif isinstance(value, dict):
        unpacked = {key: _unpacked(item, known) for key, item in dict.items(value)}
    elif isinstance(value, list):
        unpacked = [_unpacked(item, known) for item in value]
    else:
        unpacked = tuple(_unpacked(item, known) for item in value)
    known[id(value)] = unpacked
    return unpacked
