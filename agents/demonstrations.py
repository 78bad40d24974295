"""What demonstrations of either task have in common: what imitation asks of them, and a file."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from shiftgym.arrays import read_arrays, write_arrays
from shiftgym.files import MEBIBYTE, parse_json

if TYPE_CHECKING:
    from agents.lazy_images import LazyImages

PathLike = str | os.PathLike[str]

MOST_BYTES = 256 * MEBIBYTE
"""Bytes of all columns of a file, unpacked: millions of demonstrations."""

_HEADER = "header"


class Transitions(NamedTuple):
    """What was seen and done at each action that demonstrations teach.

    Attributes:
        observations: uint8 of shape (m, size), as the environment shows them; the `state` alone
            where there are pictures beside it.
        actions: uint8 of shape (m,), indices.
        demonstrations: how many demonstrations the m actions come from.
        pictures: that were seen, if any.
        picture: int64 of shape (m,), which of them at each action.
    """

    observations: NDArray[np.uint8]
    actions: NDArray[np.uint8]
    demonstrations: int
    pictures: LazyImages | None = None
    picture: NDArray[np.int64] | None = None

    def digest(self) -> str:
        """Return 16 hexadecimal digits that tell these from others; of pictures, the first four."""
        told = hashlib.sha256()
        for part in (self.observations, self.actions):
            told.update(np.ascontiguousarray(part))
        if self.pictures is not None and self.picture is not None:
            first = self.pictures[np.arange(min(len(self.pictures), 4))]
            for part in (self.picture, self.pictures.facts, first):
                told.update(np.ascontiguousarray(part))
        return told.hexdigest()[:16]


class Demonstrated(Protocol):
    """Demonstrations of some task, to learn from."""

    @property
    def keywords(self) -> Mapping[str, Any]:
        """Keywords of the environment whose episodes these are."""
        ...

    def __len__(self) -> int: ...

    def transitions(self) -> Transitions:
        """Play the demonstrations in the environment."""
        ...


@dataclass(frozen=True)
class Mixture:
    """Demonstrations of several kinds, one of each in turn until a kind is used up.

    Only what learns from words takes them.

    Attributes:
        parts: the kinds.
    """

    parts: tuple[Demonstrated, ...]

    def __len__(self) -> int:
        return len(self.parts) * min(map(len, self.parts))

    def __str__(self) -> str:
        return " and ".join(map(str, self.parts))


def write_columns(path: Path, header: Mapping[str, Any], columns: Mapping[str, Any]) -> None:
    """Write an npz: the text `header` is JSON, and each column is an array of its own.

    Raises:
        ValueError: for more than `MOST_BYTES`.
    """
    write_arrays(path, columns, text=(_HEADER, json.dumps(header)), most=MOST_BYTES)


def read_columns(
    path: Path, columns: Mapping[str, tuple[str, tuple[int, ...]]]
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return the header and the columns of an npz; nothing in it is executed.

    Args:
        path: of the file.
        columns: what each of them is: its type, and its shape behind the rows, -1 for any length.

    Raises:
        ValueError: saying what is wrong, without the name of the file.
        OSError: where it cannot be read.
    """
    text, found = read_arrays(path, columns, text=_HEADER, most=MOST_BYTES)
    rows = min((len(column) for column in found.values() if column.ndim), default=0)
    for name, (dtype, widths) in columns.items():
        column, expected = found[name], (rows, *widths)
        fits = len(column.shape) == len(expected) and all(
            width in (-1, length) for width, length in zip(expected, column.shape)
        )
        if column.dtype != np.dtype(dtype) or not fits:
            raise ValueError(
                f"{name} is {column.dtype} of shape {column.shape}; expected {np.dtype(dtype)} of "
                f"shape {expected}"
            )
    header = parse_json(text)
    if not isinstance(header, dict) or not isinstance(header.get("keywords"), dict):
        raise ValueError("its header is no object with keywords")
    return header, found
