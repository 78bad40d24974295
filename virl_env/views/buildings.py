"""The buildings of a city, where their footprints are known, as rays meet them.

A footprint is any closed outline: concave ones and courtyards are drawn as they are. Where a street
leads through a building, as arcades and careless data do, there is a passage open to the sky, so
that who walks on a street always sees along it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from virl_env.views.footprints import OPEN, Footprints, Walls
from virl_env.views.fronts import EYE, STOREY, WINDOW, Floats, Fronts, heights
from virl_env.views.ground import Ground, Metres
from virl_env.views.hash import mixed
from virl_env.world.city import City

FARTHEST = 300.0
"""Metres up to which buildings are drawn."""

_LAYERS = 5
"""Fronts, each rising above the one before it, that a ray shows."""

_NOTHING = np.float32(1e6)
"""Metres to where a ray meets nothing."""

_PARAPET = 0.6
"""Metres above the highest storey."""


class _Hits(NamedTuple):
    """Where rays meet walls; every array has an entry for each.

    Attributes:
        column, wall: indices.
        reach: metres along the ray.
        share: of the wall, from its start.
        along: metres east and north from its start to its end.
        across: the sine between ray and wall, times the wall's length.
    """

    column: NDArray[np.int64]
    wall: NDArray[np.int64]
    reach: NDArray[np.float64]
    share: NDArray[np.float64]
    along: NDArray[np.float64]
    across: NDArray[np.float64]


class Buildings:
    """Buildings of known footprints.

    Args:
        city: whose footprints they are; at least one.
        ground: of the city.
        storeys: of most buildings of unknown height.

    Attributes:
        tops: metres of each building, float32 of shape (b,).
    """

    depth = 15.0

    def __init__(self, city: City, ground: Ground, storeys: float) -> None:
        self._ground, self._footprints = ground, Footprints(city, ground)
        first = city.footprints[city.footprint_offsets[:-1]]
        self._own = mixed(first[:, 0], first[:, 1])
        known = city.heights.astype(np.float32) / 10
        self.tops = np.where(known > 0, known, heights(storeys, self._own)).astype(np.float32)
        count = np.maximum(np.rint((self.tops - _PARAPET) / STOREY), 1)
        self._storeys = (np.maximum(self.tops - _PARAPET, 1.0) / count).astype(np.float32)
        self._walls = self._footprints.walls()
        self._middles = (self._walls.start + self._walls.end) / 2
        self._halves = np.hypot(*(self._walls.end - self._walls.start).T) / 2

    def are_free(self, spots: Metres) -> NDArray[np.bool_]:
        """Return which spots are outside all houses, see `fronts.Houses`."""
        free: NDArray[np.bool_] = self._footprints.inside(spots) < 0
        return free

    def fronts(self, eye: Metres, east: Floats, north: Floats) -> list[Fronts]:
        """Return what rays meet, see `fronts.Houses`."""
        away = np.hypot(*(self._middles - eye).T) - self._halves
        near = np.flatnonzero(away < FARTHEST)
        wall, column = _columns(self._walls, near, eye, east, north)
        start, end = self._walls.start[wall] - eye, self._walls.end[wall] - eye
        right, up = east[column].astype(np.float64), north[column].astype(np.float64)
        along = end - start
        across = right * along[:, 1] - up * along[:, 0]
        across = np.where(np.abs(across) < 1e-9, 1e-9, across)
        reach = (start[:, 0] * along[:, 1] - start[:, 1] * along[:, 0]) / across
        share = np.clip((start[:, 0] * up - start[:, 1] * right) / across, 0, 1)
        met = (reach > 0.05) & (reach < FARTHEST)
        doubtful = np.flatnonzero(met & self._walls.cut[wall])
        met[doubtful] = (
            self._ground.from_street(
                (eye[0] + reach[doubtful] * right[doubtful]).astype(np.float32),
                (eye[1] + reach[doubtful] * up[doubtful]).astype(np.float32),
            )
            >= OPEN
        )
        kept = np.flatnonzero(met)
        rise = (self.tops[self._walls.building[wall[kept]]] - EYE) / reach[kept]
        order, layer = _skyline(column[kept], wall[kept], reach[kept], rise)
        kept = kept[order]
        layers = []
        for number in range(min(int(layer.max(initial=0)) + 1, _LAYERS)):
            of = kept[layer == number]
            hits = _Hits(column[of], wall[of], reach[of], share[of], along[of], across[of])
            layers.append(self._front(len(east), hits))
        return layers

    def _front(self, count: int, hits: _Hits) -> Fronts:
        """Return one layer of fronts of `count` columns, of the walls in some of them."""
        column, wall, reach, share, along, across = hits
        walls, building = self._walls, self._walls.building[wall]
        length = np.hypot(*along.T)
        spot = walls.before[wall] + share * length
        front = walls.front[wall]
        bays = np.maximum(np.rint(front / WINDOW), 1)
        # The normal that points away from the eye, as the gradient of invented houses does.
        inward = np.sign(across)[:, None] * np.stack([along[:, 1], -along[:, 0]], axis=1)
        inward /= np.maximum(length, 1e-9)[:, None]
        fronts = Fronts(
            np.full(count, _NOTHING),
            np.full(count, -_NOTHING),
            np.zeros(count, dtype=np.uint32),
            np.zeros(count, dtype=np.float32),
            np.zeros(count, dtype=np.bool_),
            np.full(count, STOREY),
            np.zeros(count, dtype=np.float32),
        )
        fronts.reach[column] = reach
        fronts.top[column] = self.tops[building]
        fronts.own[column] = self._own[building]
        # Narrow fronts and passages have no windows: a whole number of bays is their edge.
        fronts.bay[column] = np.where(front > 1.6, spot / np.maximum(front, 1e-9) * bays, 0)
        fronts.edge[column] = walls.ends[wall] & ((spot < 0.2) | (spot > front - 0.2))
        fronts.storey[column] = self._storeys[building]
        fronts.facing[column] = -inward[:, 0] * 0.5 - inward[:, 1] * 0.8
        return fronts


def _columns(
    walls: Walls, near: NDArray[np.int64], eye: Metres, east: Floats, north: Floats
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return pairs of a wall and a column of pixels that its ends lie to either side of.

    Args:
        walls: all there are.
        near: indices of those to look at.
        eye: metres east and north.
        east, north: directions of the rays, clockwise all around, of shape (n,).
    """
    count = len(east)
    angles = np.arctan2(east, north).astype(np.float64)
    angles = angles[0] + (angles - angles[0]) % (2 * np.pi)
    start, end = walls.start[near] - eye, walls.end[near] - eye
    one, other = np.arctan2(*start.T), np.arctan2(*end.T)
    turn = (other - one + np.pi) % (2 * np.pi) - np.pi
    begin = angles[0] + (np.where(turn >= 0, one, other) - angles[0]) % (2 * np.pi)
    twice = np.concatenate([angles, angles + 2 * np.pi])
    first = np.searchsorted(twice, begin)
    counts = np.searchsorted(twice, begin + np.abs(turn), side="right") - first
    pair = np.repeat(np.arange(len(near)), counts)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(counts) - counts, counts)
    return near[pair], (first[pair] + within) % count


def _skyline(
    column: NDArray[np.int64],
    wall: NDArray[np.int64],
    reach: NDArray[np.float64],
    rise: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which walls are seen, as indices, and for each how many are seen before it."""
    # Of walls in one place, as of a house and a part of it, the same one is taken everywhere.
    order = np.lexsort((wall, np.floor(reach * 4), column))
    column, rise = column[order], rise[order]
    if not len(order):
        return order, order
    # Every column starts above all that the one before it can reach.
    level = rise + column * (rise.max() - rise.min() + 1.0)
    highest = np.maximum.accumulate(level)
    first = np.append(True, column[1:] != column[:-1])
    seen = first | np.append(True, level[1:] > highest[:-1])
    number = np.cumsum(seen) - 1
    start = np.maximum.accumulate(np.where(first, number, 0))
    return order[seen], (number - start)[seen]
