"""Shuffled orders in which some rows stay together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def in_blocks(starts: NDArray[np.int64], count: int, order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return rows 0 to count - 1, block by block.

    Args:
        starts: of shape (blocks,), ascending: the first row of each block.
        count: rows.
        order: a permutation of the blocks.
    """
    lengths = np.diff(starts, append=count)[order]
    ends = np.cumsum(lengths)
    return np.arange(count) + np.repeat(starts[order] - (ends - lengths), lengths)
