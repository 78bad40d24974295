"""Pictures of demonstrations: drawn when learning comes to them, and kept while there is room."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


ROOM = 768 * 2**20
"""Bytes of pictures that are kept, some 38,000 of cards and 16,000 of streets."""


class LazyImages:
    """Many pictures, of which those that were asked for first lie in memory.

    The others are drawn each time. Epochs are shuffled, so none is likelier than another to be
    asked for next.

    Args:
        draw: makes picture i.
        shape: of each picture.
        facts: uint8 of shape (n, k), what each of the n pictures shows, as k numbers.
        reads: the k ranges: fact j is from 0 to `reads[j]` - 1.
        room: bytes of pictures that are kept.

    Attributes:
        shape, facts, reads: as given.
    """

    def __init__(
        self,
        draw: Callable[[int], Pixels],
        shape: Sequence[int],
        facts: NDArray[np.uint8],
        reads: Sequence[int],
        room: int = ROOM,
    ) -> None:
        self.shape = tuple(shape)
        self.facts = facts
        self.reads = tuple(reads)
        self._draw = draw
        # Not copied: where a picture is kept elsewhere too, it is in memory once.
        self._kept: dict[int, Pixels] = {}
        self._most = room // math.prod(shape)

    def __len__(self) -> int:
        return len(self.facts)

    def __getitem__(self, numbers: NDArray[np.int64]) -> Pixels:
        """Return some of the pictures, uint8 of shape (len(numbers), *shape)."""
        different, places = np.unique(numbers, return_inverse=True)
        pictures = np.empty((len(different), *self.shape), dtype=np.uint8)
        for place, number in enumerate(different.tolist()):
            pictures[place] = self._picture(number)
        return pictures[places]

    def _picture(self, number: int) -> Pixels:
        if (known := self._kept.get(number)) is None:
            known = self._draw(number)
            if len(self._kept) < self._most:
                self._kept[number] = known
        return known
