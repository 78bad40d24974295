"""Walls of houses as rays meet them: the nearest in each column, then those that rise behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from virl_env.views.nearby import Nearby
from virl_env.views.pixels import spread

Floats = NDArray[np.float32]
Metres = NDArray[np.float64]

EYE = 1.7
"""Metres of the eye above the ground."""

FARTHEST = 300.0
"""Metres up to which houses are drawn."""

_LAYERS = 5
"""Walls, each rising above the one before it, that a ray shows."""

_NEAREST = 0.05
"""Metres from the eye from which on a wall is seen."""

_BENT = 0.94
"""Cosine of the angle, 20 degrees, from which on a corner ends a front."""


class Walls(NamedTuple):
    """Straight pieces of walls; every array has a row for each.

    Attributes:
        start, end: metres east and north, (m, 2).
        house: index of the house.
        before: metres along the front to the start.
        front: metres of the whole front; 0 for a wall without windows.
        cut: whether a street may pass through it.
        ends: whether the ends of the front are edges of the house.
    """

    start: Metres
    end: Metres
    house: NDArray[np.int64]
    before: NDArray[np.float64]
    front: NDArray[np.float64]
    cut: NDArray[np.bool_]
    ends: NDArray[np.bool_]


class Hits(NamedTuple):
    """Where rays meet walls, by column and then by distance; every array has a row for each.

    Attributes:
        column: of the ray.
        wall: index.
        reach: metres along the ray.
        top: metres of the wall above the ground, there.
        spot: metres along the front.
        facing: 1 for a wall in the sun to -1.
        nearest: whether it is the nearest of its column.
    """

    column: NDArray[np.int64]
    wall: NDArray[np.int64]
    reach: NDArray[np.float64]
    top: NDArray[np.float64]
    spot: NDArray[np.float64]
    facing: NDArray[np.float64]
    nearest: NDArray[np.bool_]

    def some(self, rows: NDArray[np.int64]) -> Hits:
        """Return these rows alone."""
        return Hits(
            self.column[rows],
            self.wall[rows],
            self.reach[rows],
            self.top[rows],
            self.spot[rows],
            self.facing[rows],
            self.nearest[rows],
        )


def outline_walls(
    corners: Metres, offsets: NDArray[np.int64], blind: NDArray[np.bool_], cut: NDArray[np.bool_]
) -> Walls:
    """Return the walls along closed outlines.

    Args:
        corners: metres east and north, of one outline after another, (v, 2).
        offsets: where the corners of each outline start, and v.
        blind: which walls, from each corner to the next, have no windows, (v,).
        cut: `Walls.cut`, (v,).
    """
    house = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    behind = np.arange(len(corners)) + 1
    behind[offsets[1:] - 1] = offsets[:-1]
    along = corners[behind] - corners
    length = np.maximum(np.hypot(*along.T), 1e-9)
    towards = along / length[:, None]
    before = np.arange(len(corners)) - 1
    before[offsets[:-1]] = offsets[1:] - 1
    begins = (towards * towards[before]).sum(axis=1) < _BENT
    begins |= blind != blind[before]
    begins[offsets[:-1]] = True
    # A front is as long as its walls; each wall knows how much of it lies before.
    front = np.cumsum(begins) - 1
    total = np.bincount(front, weights=length)
    walked = np.cumsum(length) - length
    ends = np.ones(len(corners), dtype=np.bool_)
    windows = np.where(blind, 0.0, total[front])
    return Walls(
        corners, corners[behind], house, walked - walked[begins][front], windows, cut, ends
    )


class Rays:
    """Finds the walls that rays meet.

    Args:
        walls: all there are.
        tops: metres of each house, (b,).
        peaks: metres by which the middle of each of its walls is higher than their ends, (b,).
        stands: tells of walls and of spots east and north in each whether there is a wall at that
            spot; None where none has a gap.
        one_sided: whether walls are seen from the left alone.
        together: metres within which walls count as being in one place, so that of a house and a
            part of it the same one is taken everywhere.
    """

    def __init__(
        self,
        walls: Walls,
        tops: NDArray[np.float32],
        peaks: NDArray[np.float32] | None = None,
        stands: Callable[[NDArray[np.int64], Metres, Metres], NDArray[np.bool_]] | None = None,
        one_sided: bool = False,
        together: float = 1e-4,
    ) -> None:
        self.walls, self._tops, self._stands, self._together = walls, tops, stands, together
        self._peaks = np.zeros_like(tops) if peaks is None else peaks
        self._one_sided = one_sided
        middles, along = (walls.start + walls.end) / 2, walls.end - walls.start
        self._halves = np.hypot(*along.T) / 2
        self._nearby = Nearby(middles)
        # East and north apart: one looks at many walls at a time.
        self._middles = tuple(np.ascontiguousarray(middles.T))
        self._along = tuple(np.ascontiguousarray(along.T))
        self._farthest = FARTHEST + float(self._halves.max(initial=0.0))

    def meet(self, eye: NDArray[np.float32], east: Floats, north: Floats) -> Hits:
        """Return where rays from an eye meet walls and are not hidden by nearer, higher ones.

        Args:
            eye: metres east and north.
            east, north: directions of rays of length 1, clockwise all around, of shape (n,).
        """
        near = self._nearby.within(eye, self._farthest)
        right, up = (place - part[near] for place, part in zip(eye, self._middles))
        shown = right**2 + up**2 < (FARTHEST + self._halves[near]) ** 2
        if self._one_sided:
            east_along, north_along = (part[near] for part in self._along)
            shown &= right * -north_along + up * east_along > 0
        near = near[shown]
        wall, column = _columns(self.walls, near, eye, east, north)
        start = self.walls.start.take(wall, axis=0) - eye
        along = self.walls.end.take(wall, axis=0) - eye - start
        right, up = east[column].astype(np.float64), north[column].astype(np.float64)
        # The sine between ray and wall, times the wall's length.
        across = right * along[:, 1] - up * along[:, 0]
        across = np.where(np.abs(across) < 1e-9, 1e-9, across)
        reach = (start[:, 0] * along[:, 1] - start[:, 1] * along[:, 0]) / across
        met = np.flatnonzero((reach > _NEAREST) & (reach < FARTHEST))
        if self._stands is not None:
            far = reach[met]
            spots = eye[0] + far * right[met], eye[1] + far * up[met]
            met = met[self._stands(wall[met], *spots)]
        share = (start[met, 0] * up[met] - start[met, 1] * right[met]) / across[met]
        share, house = np.clip(share, 0, 1), self.walls.house[wall[met]]
        top = self._tops[house] + self._peaks[house] * (1 - np.abs(2 * share - 1))
        rise = (top - EYE) / reach[met]
        place = np.floor(reach[met] / self._together).astype(np.int64)
        order, layer = _skyline(column[met], wall[met], place, rise)
        order, layer = order[layer < _LAYERS], layer[layer < _LAYERS]
        kept, share, top = met[order], share[order], top[order]
        column, wall = column[kept], wall[kept]
        reach, along, across = reach[kept], along[kept], across[kept]
        length = np.maximum(np.hypot(*along.T), 1e-9)
        spot = self.walls.before[wall] + share * length
        # The normal that points away from the eye.
        inward = np.sign(across)[:, None] * np.stack([along[:, 1], -along[:, 0]], axis=1)
        facing = (-inward[:, 0] * 0.5 - inward[:, 1] * 0.8) / length
        return Hits(column, wall, reach, top, spot, facing, layer == 0)


def _columns(
    walls: Walls, near: NDArray[np.int64], eye: Floats, east: Floats, north: Floats
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return pairs of a wall and a column of pixels that its ends lie to either side of.

    Args:
        walls: all there are.
        near: indices of those to look at.
        eye: metres east and north.
        east, north: directions of the rays, clockwise all around, of shape (n,).
    """
    start, end = walls.start.take(near, axis=0) - eye, walls.end.take(near, axis=0) - eye
    one, other = np.arctan2(*start.T), np.arctan2(*end.T)
    turn = (other - one + np.pi) % (2 * np.pi) - np.pi
    pair, column = columns_between(np.where(turn >= 0, one, other), np.abs(turn), east, north)
    return near[pair], column


def columns_between(
    begin: Metres, turn: Metres, east: Floats, north: Floats
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return pairs of an angle's index and a column of pixels whose ray lies in it.

    Args:
        begin: where angles begin, radians clockwise from north, (m,).
        turn: how wide they are, clockwise, at most 2 pi, (m,).
        east, north: directions of the rays, clockwise all around, of shape (n,).
    """
    count = len(east)
    angles = np.arctan2(east, north).astype(np.float64)
    angles = angles[0] + (angles - angles[0]) % (2 * np.pi)
    begin = angles[0] + (begin - angles[0]) % (2 * np.pi)
    twice = np.concatenate([angles, angles + 2 * np.pi])
    first = np.searchsorted(twice, begin)
    counts = np.searchsorted(twice, begin + turn, side="right") - first
    column, pair = spread(first, counts)
    return pair, np.where(column < count, column, column - count)


def _skyline(
    column: NDArray[np.int64],
    wall: NDArray[np.int64],
    place: NDArray[np.int64],
    rise: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which walls are seen, as indices, and for each how many are seen before it."""
    if not len(wall):
        return wall, wall
    # By column, then by place, then by wall.
    order = np.argsort((column * (place.max() + 1) + place) * (wall.max() + 1) + wall)
    column, rise = column[order], rise[order]
    # Every column starts above all that the one before it can reach.
    level = rise + column * (rise.max() - rise.min() + 1.0)
    highest = np.maximum.accumulate(level)
    first = np.append(True, column[1:] != column[:-1])
    seen = first | np.append(True, level[1:] > highest[:-1])
    number = np.cumsum(seen) - 1
    start = np.maximum.accumulate(np.where(first, number, 0))
    return order[seen], (number - start)[seen]
