"""Houses side by side along the outlines of blocks: one owns each corner, the others share fronts.

A house is an outline: its front along the street, then its back. So its walls and its roof have one
owner wherever they are seen from.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from virl_env.views.ground import Ground
from virl_env.views.hash import mixed

Metres = NDArray[np.float64]

_LOT, _ARM = 13.0, 9.0
"""Metres of a house's front, about, and of a corner house's on either side of its corner."""

_LEAST = 5.0
"""Metres of a front between two corner houses that is still a house of its own."""

_LEAST_FRONT = 1.0
"""Metres of the narrowest front."""

_CORNER = math.radians(35.0)
"""Angle from which on a bend of the outline ends a row of houses."""

_DEPTH, _THIN = 10.0, 1.0
"""Metres of a house from front to back, and of one where the block is no wider."""


class Plots(NamedTuple):
    """Outlines of houses: b of them with v corners.

    Attributes:
        corners: metres east and north, of one house after another, (v, 2).
        offsets: where the corners of each house start, and v: (b + 1,).
        blind: whether the wall from each corner to the next faces no street, bool of shape (v,).
        own: a number of each house, uint32 of shape (b,).
    """

    corners: Metres
    offsets: NDArray[np.int64]
    blind: NDArray[np.bool_]
    own: NDArray[np.uint32]


def plots(outlines: list[Metres], ground: Ground, fronts: float) -> Plots:
    """Return the houses along the outlines of blocks.

    Args:
        outlines: as `blocks.blocks` returns them.
        ground: of the city.
        fronts: metres from the middle of a street to the outlines.
    """
    rows = [row for number, outline in enumerate(outlines) for row in _rows(number, outline)]
    cuts = np.array([[row[0], row[-1]] for row in rows])
    inward = np.array([[_right(row[1] - row[0]), _right(row[-1] - row[-2])] for row in rows])
    room = _room(cuts.reshape(-1, 2), inward.reshape(-1, 2), ground, fronts).reshape(-1, 2)
    houses, blind = [], []
    for front, (left, right), (one, other) in zip(rows, inward, room):
        back = _back(front[0], front[-1], left, right, one, other)
        houses.append(np.concatenate([front, back]))
        blind.append([False] * (len(front) - 1) + [True] * (len(back) + 1))
    offsets = np.cumsum([0, *map(len, houses)])
    first = np.rint(cuts[:, 0] * 10)
    own = mixed(first[:, 0], first[:, 1], np.arange(len(houses)))
    return Plots(np.concatenate(houses), offsets, np.concatenate(blind), own)


def _rows(number: int, outline: Metres) -> list[Metres]:
    """Return the fronts of the houses around a block, each from its left neighbour's on."""
    along = np.roll(outline, -1, axis=0) - outline
    before = np.roll(along, 1, axis=0)
    bend = np.arctan2(
        before[:, 0] * along[:, 1] - before[:, 1] * along[:, 0], (before * along).sum(axis=1)
    )
    ends = np.flatnonzero(np.abs(bend) > _CORNER)
    first = int(ends[0]) if len(ends) else 0
    outline, bend = np.roll(outline, -first, axis=0), np.roll(bend, -first)
    lengths = np.roll(np.hypot(*along.T), -first)
    walked = np.concatenate([[0.0], np.cumsum(lengths)])
    ends = (ends - first) if len(ends) else np.array([0])
    # A house owns a corner that stands out into the street; in one that does not, two meet.
    outward = bend[ends] < -_CORNER
    cuts: list[float] = []
    for side in range(len(ends)):
        start = walked[ends[side]]
        end = walked[ends[side + 1]] if side + 1 < len(ends) else walked[-1]
        owned = bool(outward[side]), bool(outward[(side + 1) % len(ends)])
        drawn = mixed(np.array([number]), np.array([side]), np.arange(64))
        cuts.extend((start + _cuts(end - start, owned, (drawn % 256) / 255)).tolist())
    # From the last cut over the outline's own start to the first one.
    cuts = sorted(cut % float(walked[-1]) for cut in cuts)
    kept = [cuts[0]]
    for cut in cuts[1:]:
        if cut - kept[-1] > _LEAST_FRONT and kept[0] + walked[-1] - cut > _LEAST_FRONT:
            kept.append(cut)
    cuts = kept
    closed = np.concatenate([outline, outline, outline[:1]])
    twice = np.concatenate([walked[:-1], walked + walked[-1]])
    at = np.array([*cuts, cuts[0] + walked[-1]])
    spots = np.stack([np.interp(at, twice, closed[:, axis]) for axis in (0, 1)], axis=1)
    # Corners of the outline between one cut and the next.
    begin, behind = np.searchsorted(twice, at + 0.05), np.searchsorted(twice, at - 0.05)
    return [
        np.concatenate(
            [spots[cut : cut + 1], closed[begin[cut] : behind[cut + 1]], spots[cut + 1 :][:1]]
        )
        for cut in range(len(cuts))
    ]


def _cuts(length: float, owned: tuple[bool, bool], drawn: NDArray[np.float64]) -> Metres:
    """Return where houses meet along a row, metres from its start.

    Args:
        length: of the row, metres.
        owned: whether the corners at its start and end have a house of their own.
        drawn: numbers from 0 to 1.
    """
    arms = [min(length / 2, _ARM + 4 * float(share)) * own for share, own in zip(drawn, owned)]
    inner = length - sum(arms)
    if inner < _LEAST:
        # The corner houses take all of it.
        if all(owned):
            return np.array([length / 2])
        return np.array([length] if owned[0] else [0.0] if owned[1] else [0.0, length])
    count = max(1, round(inner / _LOT))
    widths = 0.75 + 0.5 * np.resize(drawn[2:], count)
    return np.asarray(arms[0] + inner * np.append(0.0, np.cumsum(widths)) / widths.sum())


def _right(along: Metres) -> Metres:
    """Return the direction to the right of another, which the block is on."""
    turned: Metres = np.array([along[1], -along[0]]) / np.hypot(*along)
    return turned


def _room(cuts: Metres, inward: Metres, ground: Ground, fronts: float) -> NDArray[np.float64]:
    """Return how deep houses are at the ends of their fronts: a block's two rows share it."""
    depth = np.full(len(cuts), _DEPTH)
    for step in np.arange(2 * _DEPTH, 0.5, -0.5):
        spots = (cuts + step * inward).astype(np.float32)
        in_street = ground.from_street(spots[:, 0], spots[:, 1]) < fronts - 0.2
        depth[in_street] = max(step / 2 - 0.5, _THIN)
    return depth


def _back(
    first: Metres, last: Metres, left: Metres, right: Metres, one: float, other: float
) -> Metres:
    """Return the back of a house, from the end of its front to the start."""
    across = left[0] * right[1] - left[1] * right[0]
    between = last - first
    if abs(across) > 0.3:
        # Of a corner house the two party walls meet, where they are no longer than that.
        along = (between[0] * right[1] - between[1] * right[0]) / across
        back = (between[0] * left[1] - between[1] * left[0]) / across
        if min(along, back) > 0 and (along <= one or back <= other):
            meeting: Metres = (first + along * left)[None]
            return meeting
    return np.stack([last + other * right, first + one * left])
