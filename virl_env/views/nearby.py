"""What is near a spot, of many things that stand still: found by the cells of a raster."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_CELL = 24.0
"""Metres of a cell's side."""

_SLACK = 0.01
"""Metres that rounding may take from a distance, at most."""


class Nearby:
    """Spots by the cells that they lie in.

    Args:
        spots: metres east and north, (n, 2).
    """

    def __init__(self, spots: NDArray[np.floating]) -> None:
        metres = np.asarray(spots, dtype=np.float64).reshape(-1, 2)
        corner = metres.min(axis=0) if len(metres) else np.zeros(2)
        self._west, self._south = corner.tolist()
        cells = ((metres - corner) // _CELL).astype(np.int64)
        counts: list[int] = (cells.max(axis=0) + 1).tolist() if len(cells) else [0, 0]
        self._width, self._height = counts
        keys = cells[:, 1] * self._width + cells[:, 0]
        self._numbers = np.argsort(keys, kind="stable")
        bounds = np.arange(self._width * self._height + 1)
        self._starts = np.searchsorted(keys[self._numbers], bounds).tolist()

    def within(self, eye: NDArray[np.floating], reach: float) -> NDArray[np.int64]:
        """Return the index of every spot nearer than `reach` metres, and of some others.

        They come row by row of the raster, not in order.
        """
        east, north = eye.tolist()
        west, right = _span(east - self._west, reach, self._width)
        south, top = _span(north - self._south, reach, self._height)
        if west >= right or south >= top:
            return self._numbers[:0]
        rows = range(south * self._width, top * self._width, self._width)
        numbers, starts = self._numbers, self._starts
        return np.concatenate([numbers[starts[row + west] : starts[row + right]] for row in rows])


def _span(at: float, reach: float, count: int) -> tuple[int, int]:
    """Return the first cell of a row or column within reach, and the one behind the last."""
    reach += _SLACK
    return max(int((at - reach) // _CELL), 0), min(int((at + reach) // _CELL) + 1, count)
