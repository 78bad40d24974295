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
        # Not copied: where a picture is kept elsewhere too, it takes room once.
        self._drawn: list[Pixels | None] = [None] * len(facts)

    def __len__(self) -> int:
        return len(self.facts)

    def __getitem__(self, numbers: NDArray[np.int64]) -> Pixels:
        """Return some of the pictures, uint8 of shape (len(numbers), *shape)."""
        found = np.empty((len(numbers), *self.shape), dtype=np.uint8)
        for place, number in enumerate(numbers.tolist()):
            found[place] = self._picture(number)
        return found

    def _picture(self, number: int) -> Pixels:
        if (known := self._drawn[number]) is None:
            known = self._drawn[number] = self._draw(number)
        return known
