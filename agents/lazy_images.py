"""Pictures of demonstrations: drawn when learning first comes to them, and kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


class LazyImages:
    """Many pictures, of which those that were asked for lie in memory.

    Args:
        draw: makes picture i.
        shape: of each picture.
        facts: uint8 of shape (n, k), what each of the n pictures shows, as k numbers.
        reads: the k ranges: fact j is from 0 to `reads[j]` - 1.

    Attributes:
        shape, facts, reads: as given.
    """

    def __init__(
        self,
        draw: Callable[[int], Pixels],
        shape: Sequence[int],
        facts: NDArray[np.uint8],
        reads: Sequence[int],
    ) -> None:
        self.shape = tuple(shape)
        self.facts = facts
        self.reads = tuple(reads)
        self._draw = draw
        # Memory that nobody has written to yet takes no room.
        self._pictures = np.empty((len(facts), *shape), dtype=np.uint8)
        self._drawn = np.zeros(len(facts), dtype=bool)

    def __len__(self) -> int:
        return len(self.facts)

    def __getitem__(self, numbers: NDArray[np.int64]) -> Pixels:
        """Return some of the pictures, uint8 of shape (len(numbers), *shape)."""
        for number in np.unique(numbers[~self._drawn[numbers]]).tolist():
            self._pictures[number] = self._draw(number)
        self._drawn[numbers] = True
        return self._pictures[numbers]
