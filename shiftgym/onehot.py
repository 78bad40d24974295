"""Observations of small integers as a row of zeros and ones, which a network takes as it is.

The columns are those of Gymnasium's `flatten` for a MultiDiscrete space: each place of the integers
has a column for every number it can hold, 0 included, and exactly one of them is 1.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray


class OneHot:
    """The one-hot form of observations.

    Args:
        counts: of each place, how many numbers it can hold: 0 to counts - 1.
        places: which places each field has.

    Attributes:
        size: columns of all places together.
        layout: which columns each field has: those of its first place, then of its second, ...
    """

    def __init__(self, counts: NDArray[np.int64], places: Mapping[str, slice]) -> None:
        ends = np.cumsum(counts)
        self._firsts: NDArray[np.int64] = ends - counts
        # Where the number 0 of each place lies in flat rows, for as many rows as came last.
        self._zeros = self._firsts[None]
        self.size = int(ends[-1])
        self.layout: Mapping[str, slice] = {
            name: slice(int(self._firsts[where.start]), int(ends[where.stop - 1]))
            for name, where in places.items()
        }

    def space(self) -> spaces.Box:
        """Return the space of observations: Box from 0 to 1 of shape (size,), float32."""
        return spaces.Box(0.0, 1.0, shape=(self.size,), dtype=np.float32)

    def encode(self, rows: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return rows of integers, of shape (n, places), as a new float32 array of (n, size)."""
        encoded = np.zeros((len(rows), self.size), dtype=np.float32)
        zeros = self._zeros
        if len(rows) != len(zeros):
            zeros = np.arange(0, encoded.size, self.size)[:, None] + self._firsts
            self._zeros = zeros
        encoded.reshape(-1)[zeros + rows] = 1.0
        return encoded

    def decode(self, encoded: NDArray[np.floating] | NDArray[np.integer]) -> NDArray[np.uint8]:
        """Return the integers of one observation of shape (size,): uint8 of shape (places,).

        Raises:
            ValueError: where not exactly one column of each place is 1 and the others 0.
        """
        ones = encoded.nonzero()[0]
        numbers = ones - self._firsts if len(ones) == len(self._firsts) else np.array([-1])
        ends = np.append(self._firsts[1:], self.size)
        if (numbers < 0).any() or (ones >= ends).any() or (encoded[ones] != 1).any():
            raise ValueError(
                "A one-hot observation has exactly one 1 among the columns of each place, and 0 in "
                "all others; this one has not. Pass an observation as the environment returned it."
            )
        return numbers.astype(np.uint8)
