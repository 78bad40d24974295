"""What demonstrations of either task have in common: what imitation asks of them, and a file."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from agents.gallery import Gallery

PathLike = str | os.PathLike[str]


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
    pictures: Gallery | None = None
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


def write_columns(path: Path, header: Mapping[str, Any], columns: Mapping[str, Any]) -> None:
    """Write an npz: the array `header` holds JSON text, and each column is an array of its own."""
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as file:
        np.savez_compressed(file, header=np.array(json.dumps(header)), **columns)
    partial.replace(path)


def read_columns(path: Path, names: Sequence[str]) -> tuple[Any, dict[str, Any]]:
    """Return the header and the columns of an npz; nothing in it is executed.

    Raises:
        KeyError, ValueError, OSError: it is no such file.
    """
    with np.load(path, allow_pickle=False) as file:
        return json.loads(str(file["header"])), {name: file[name] for name in names}
