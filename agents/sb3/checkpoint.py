"""States on disk: one file, whole or absent, and the generators that a resumed run needs.

A file holds tensors and plain Python containers only, so that reading one runs no code of whoever
wrote it.
"""

from __future__ import annotations

import io
import os
import random
from typing import Any

import numpy as np
import torch
from numpy.lib.format import descr_to_dtype, dtype_to_descr

from shiftgym.atomic import write_atomically

_ARRAY = "__array__"


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
        ValueError: where the file is another, or damaged.
        FileNotFoundError: where there is none.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise
    except Exception as error:
        raise ValueError(
            f"{path} cannot be read as saved weights or a checkpoint ({type(error).__name__}). "
            f"Delete it to start over, or name a file that save_state wrote."
        ) from error
    unpacked: dict[str, Any] = _unpacked(state)
    return unpacked


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


def _unpacked(value: Any) -> Any:
    if isinstance(value, dict):
        if _ARRAY in value:
            shape, dtype = tuple(value["shape"]), descr_to_dtype(value[_ARRAY])
            flat = np.frombuffer(value["data"].numpy().tobytes(), dtype, count=int(np.prod(shape)))
            return flat.reshape(shape).copy()
        return {key: _unpacked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_unpacked(item) for item in value]
    if isinstance(value, tuple):
        return tuple(_unpacked(item) for item in value)
    return value
