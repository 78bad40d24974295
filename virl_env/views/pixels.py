"""Pictures while they are drawn: columns of packed pixels, which are filled from row to row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint32]
"""Packed colours; a picture of four views of n by n is (4 n, n), a row for each column."""


def packed(colours: NDArray[np.floating]) -> Pixels:
    """Return colours (..., 3) of 0 to 255 as one number each."""
    red, green, blue = np.moveaxis(np.clip(colours, 0, 255).astype(np.uint32), -1, 0)
    one: Pixels = red | (green << np.uint32(8)) | (blue << np.uint32(16))
    return one


def unpacked(pixels: Pixels, views: int) -> NDArray[np.uint8]:
    """Return a picture as uint8 of shape (views, n, n, 3)."""
    size = pixels.shape[1]
    four = pixels.astype("<u4").view(np.uint8).reshape(views, size, size, 4)
    return np.ascontiguousarray(four[..., :3].transpose(0, 2, 1, 3))


def spread(
    first: NDArray[np.int64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return numbers that count up from each first one, and the index of each's first one.

    Args:
        first: of each, shape (m,).
        counts: how many, from 0.
    """
    before = np.cumsum(counts) - counts
    owner = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    numbers = np.arange(len(owner), dtype=np.int32)
    numbers += (first - before).astype(np.int32)[owner]
    return numbers, owner
