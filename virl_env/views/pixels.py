"""Pictures while they are drawn: columns of packed pixels, which are filled from row to row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint32]
"""Packed colours; a picture of four views of n by n is (4 n, n), a row for each column."""


def packed(colours: NDArray[np.floating]) -> Pixels:
    """Return colours of 0 to 255, (3, ...) for red, green and blue, as one number each."""
    red, green, blue = np.minimum(np.maximum(colours, 0), 255).astype(np.uint32)
    one: Pixels = red | (green << np.uint32(8)) | (blue << np.uint32(16))
    return one


def upright(pixels: Pixels, views: int) -> Pixels:
    """Return a picture as its views, row by row: (views, n, n)."""
    columns = pixels.reshape(views, -1, pixels.shape[1])
    return np.ascontiguousarray(columns.transpose(0, 2, 1), dtype="<u4")


def unpacked(views: Pixels) -> NDArray[np.uint8]:
    """Return what `upright` returns, as uint8 of shape (views, n, n, 3) in the same memory."""
    return views.view(np.uint8).reshape(*views.shape, 4)[..., :3]


def spread(
    first: NDArray[np.int64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return numbers that count up from each first one, and the index of each's first one.

    Args:
        first: of each, shape (m,).
        counts: how many, from 0.
    """
    before = np.cumsum(counts) - counts
    owner = np.repeat(np.arange(len(counts)), counts)
    return np.arange(len(owner)) + np.repeat(first - before, counts), owner
