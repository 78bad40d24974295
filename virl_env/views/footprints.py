"""The outlines of a city's buildings, and the walls that stand along them and beside passages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from virl_env.views.ground import Ground
from virl_env.views.walls import Walls, outline_walls
from virl_env.world.city import UNIT, City

OPEN = 1.5
"""Metres from the middle of a street that no wall is nearer to it than."""

_STEP, _PIECE = 0.5, 0.8
"""Metres from one piece of a passage's wall to the next, and of such a piece."""


class Footprints:
    """Outlines of buildings.

    Args:
        city: whose buildings they are.
        ground: of the city.
    """

    def __init__(self, city: City, ground: Ground) -> None:
        degrees = np.asarray(city.footprints * UNIT, dtype=np.float64)
        self._city, self._ground = city, ground
        self._corners = ground.metres(degrees).astype(np.float64)
        self._offsets = city.footprint_offsets.astype(np.int64)

    def inside(self, spots: NDArray[np.floating]) -> NDArray[np.int64]:
        """Return the building that each spot (n, 2) in metres is inside, -1 for none: (n,)."""
        found = np.full(len(spots), -1, dtype=np.int64)
        order = np.argsort(spots[:, 0], kind="stable")
        easts = spots[order, 0]
        for number, (first, behind) in enumerate(zip(self._offsets[:-1], self._offsets[1:])):
            outline = self._corners[first:behind]
            (west, south), (east, north) = outline.min(axis=0), outline.max(axis=0)
            some = order[np.searchsorted(easts, west) : np.searchsorted(easts, east, "right")]
            some = some[(spots[some, 1] >= south) & (spots[some, 1] <= north)]
            if len(some):
                found[some[_within(spots[some], outline)]] = number
        return found

    def walls(self) -> Walls:
        """Return all walls: those of the outlines, then those beside passages."""
        pairs = zip(self._outlines(), self._passages())
        return Walls(*(np.concatenate(pair) for pair in pairs))

    def _outlines(self) -> Walls:
        """Return the walls of all outlines."""
        corners, offsets = self._corners, self._offsets
        behind = np.arange(len(corners)) + 1
        behind[offsets[1:] - 1] = offsets[:-1]
        along = corners[behind] - corners
        cut = np.zeros(len(corners), dtype=np.bool_)
        for share in np.linspace(0, 1, 5):
            spot = (corners + share * along).astype(np.float32)
            near = self._ground.from_street(spot[:, 0], spot[:, 1])
            cut |= near < OPEN + np.hypot(*along.T) / 8 + 0.5
        return outline_walls(corners, offsets, np.zeros(len(corners), dtype=np.bool_), cut)

    def _passages(self) -> Walls:
        """Return the walls beside streets, where these lead through buildings."""
        points = self._ground.points.astype(np.float64)
        owners, ends = self._city.edge_owners, self._city.neighbours
        once = owners < ends
        start, along = points[owners[once]], points[ends[once]] - points[owners[once]]
        length = np.maximum(np.hypot(*along.T), 1e-9)
        towards = along / length[:, None]
        steps = np.maximum(1, np.ceil(length / _STEP)).astype(np.int64)
        edge = np.repeat(np.arange(len(steps)), steps)
        step = np.arange(steps.sum()) - np.repeat(np.cumsum(steps) - steps, steps)
        spot = start[edge] + ((step + 0.5) / steps[edge] * length[edge])[:, None] * towards[edge]
        aside = np.stack([-towards[edge][:, 1], towards[edge][:, 0]], axis=1) * OPEN
        # Around every point, too: what closes a bend, and the end of a street.
        turns = np.radians(np.arange(0, 360, 15))
        around = np.stack([np.cos(turns), np.sin(turns)], axis=1)
        caps = (points[:, None] + OPEN * around).reshape(-1, 2)
        tangents = np.tile(np.stack([-around[:, 1], around[:, 0]], axis=1), (len(points), 1))
        spots = np.concatenate([spot + aside, spot - aside, caps])
        directions = np.concatenate([towards[edge], towards[edge], tangents])
        # Windows along the way; there are none in the caps.
        walked, whole = (step + 0.5) / steps[edge] * length[edge], length[edge]
        none = np.zeros(len(caps))
        before, front = np.concatenate([walked, walked, none]), np.concatenate([whole, whole, none])
        near = spots.astype(np.float32)
        kept = np.flatnonzero(self._ground.from_street(near[:, 0], near[:, 1]) > OPEN - 0.15)
        building = self.inside(spots[kept])
        kept, building = kept[building >= 0], building[building >= 0]
        spots, half = spots[kept], directions[kept] * (_PIECE / 2)
        before, front = before[kept] - _PIECE / 2, front[kept]
        never = np.zeros(len(kept), dtype=np.bool_)
        return Walls(spots - half, spots + half, building, before, front, never, never)


def _within(spots: NDArray[np.floating], outline: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which spots (n, 2) are inside an outline (v, 2), by the walls that a ray crosses."""
    east, north = spots[:, 0, None], spots[:, 1, None]
    (right, up), (other_right, other_up) = outline.T, np.roll(outline, -1, axis=0).T
    spans = (up > north) != (other_up > north)
    rise = np.where(other_up == up, 1.0, other_up - up)
    crossed = spans & (east < right + (north - up) / rise * (other_right - right))
    inside: NDArray[np.bool_] = crossed.sum(axis=1) % 2 == 1
    return inside
