"""The buildings of a city, where their footprints are known, as rays meet them.

A footprint is any closed outline: concave ones and courtyards are drawn as they are. Where a street
leads through a building, as arcades and careless data do, there is a passage open to the sky, so
that who walks on a street always sees along it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from virl_env.views.footprints import OPEN, Footprints
from virl_env.views.ground import Ground, Metres
from virl_env.views.hash import mixed
from virl_env.views.houses import STOREY, heights
from virl_env.views.walls import Floats, Hits, Rays
from virl_env.world.city import City

_PARAPET = 0.6
"""Metres above the highest storey."""

_TOGETHER = 0.25
"""Metres within which the walls of a building and of its parts count as being in one place."""


class Buildings:
    """Buildings of known footprints; `houses.Houses`.

    Args:
        city: whose footprints they are; at least one.
        ground: of the city.
        storeys: of most buildings of unknown height.
    """

    depth = 15.0

    def __init__(self, city: City, ground: Ground, storeys: float) -> None:
        self._footprints = Footprints(city, ground)
        first = city.footprints[city.footprint_offsets[:-1]]
        self.own = mixed(first[:, 0], first[:, 1])
        known = city.heights.astype(np.float32) / 10
        self.tops = np.where(known > 0, known, heights(storeys, self.own)).astype(np.float32)
        count = np.maximum(np.rint((self.tops - _PARAPET) / STOREY), 1)
        self.storeys = (np.maximum(self.tops - _PARAPET, 1.0) / count).astype(np.float32)
        self.are_towers = np.zeros(len(self.own), dtype=np.bool_)
        self.walls = self._footprints.walls()

        def stands(
            wall: NDArray[np.int64], east: NDArray[np.float64], north: NDArray[np.float64]
        ) -> NDArray[np.bool_]:
            doubtful = np.flatnonzero(self.walls.cut[wall])
            stands = np.ones(len(wall), dtype=np.bool_)
            spots = east[doubtful].astype(np.float32), north[doubtful].astype(np.float32)
            stands[doubtful] = ground.from_street(*spots) >= OPEN
            return stands

        self._rays = Rays(self.walls, self.tops, stands=stands, together=_TOGETHER)

    def are_free(self, spots: Metres) -> NDArray[np.bool_]:
        """Return which spots are outside all houses, see `houses.Houses`."""
        free: NDArray[np.bool_] = self._footprints.inside(spots) < 0
        return free

    def meet(self, eye: Metres, east: Floats, north: Floats) -> Hits:
        """Return what rays meet, see `houses.Houses`."""
        return self._rays.meet(eye, east, north)
