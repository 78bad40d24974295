"""The outlines of what lies between streets: where rows of houses face them."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from virl_env.world.frontages import close_pairs

Metres = NDArray[np.float64]

_TOUCH = 1e-6
"""Metres within which a line beside a rectangle is not in it."""

_SHORT, _MEET = 0.02, 0.2
"""Metres of a piece that is left out, and between the end of a piece and the start of the next."""


def blocks(rectangles: Metres) -> list[Metres]:
    """Return the closed outlines of a union of rectangles, each (v, 2), the union on its left.

    Args:
        rectangles: corners anticlockwise, (r, 4, 2).
    """
    start, end = _outside(rectangles)
    ends, starts = close_pairs(end, start, _MEET)
    away = np.hypot(*(end[ends] - start[starts]).T)
    following: dict[int, int] = {}
    for pair in np.lexsort((starts, away)).tolist():
        following.setdefault(int(ends[pair]), int(starts[pair]))
    left, outlines = dict.fromkeys(range(len(start))), []
    while left:
        piece: int | None = next(iter(left))
        walked = []
        while piece in left:
            del left[piece]
            walked.append(piece)
            piece = following.get(piece)
        if len(walked) > 2:
            outlines.append(start[walked])
    return outlines


def _outside(rectangles: Metres) -> tuple[Metres, Metres]:
    """Return the parts of the rectangles' sides that are in no other: starts and ends, (p, 2)."""
    sides = np.concatenate([rectangles, rectangles[:, :1]], axis=1)
    one, other = _neighbours(rectangles)
    start, along = sides[one, :-1], np.diff(sides[one], axis=1)
    low, high = np.zeros(start.shape[:2]), np.ones(start.shape[:2])
    middle = rectangles[other].mean(axis=1)
    for corner in (1, 3):
        axis = (rectangles[other, corner] - rectangles[other, 0]) / 2
        half = np.hypot(*axis.T)
        axis = axis / half[:, None]
        at = np.einsum("psd,pd->ps", start - middle[:, None], axis)
        step = np.einsum("psd,pd->ps", along, axis)
        step = np.where(np.abs(step) < 1e-9, 1e-9, step)
        bounds = np.stack([-half, half])[:, :, None] * (1 - _TOUCH)
        cuts = (bounds - at) / step
        low, high = np.maximum(low, cuts.min(axis=0)), np.minimum(high, cuts.max(axis=0))
    hidden: dict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)
    for pair, side in zip(*(part.tolist() for part in np.nonzero(high > low))):
        hidden[int(one[pair]), side].append((float(low[pair, side]), float(high[pair, side])))
    pieces = []
    for number, corners in enumerate(rectangles):
        for side in range(4):
            first, last = corners[side], corners[(side + 1) % 4]
            length, at = float(np.hypot(*(last - first))), 0.0
            for begin, behind in [*sorted(hidden[number, side]), (1.0, 1.0)]:
                if (begin - at) * length > _SHORT:
                    pieces.append([first + at * (last - first), first + begin * (last - first)])
                at = max(at, behind)
    found = np.array(pieces).reshape(-1, 2, 2)
    return found[:, 0], found[:, 1]


def _neighbours(rectangles: Metres) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs of different rectangles whose bounding boxes meet, as indices."""
    low, high = rectangles.min(axis=1), rectangles.max(axis=1)
    pairs = []
    for number in range(len(rectangles)):
        meets = ((low <= high[number]) & (high >= low[number])).all(axis=1)
        meets[number] = False
        pairs.append(np.flatnonzero(meets))
    one = np.repeat(np.arange(len(pairs)), [len(others) for others in pairs])
    return one, np.concatenate(pairs)
