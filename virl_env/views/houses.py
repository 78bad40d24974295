"""The houses of a city, and those that are invented where none are known."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from virl_env.views.blocks import blocks
from virl_env.views.ground import Ground, Metres
from virl_env.views.plots import plots
from virl_env.views.runs import Runs, strips
from virl_env.views.style import Style
from virl_env.views.towers import PEAK, with_towers
from virl_env.views.walls import Floats, Hits, Rays, Walls, outline_walls

Numbers = NDArray[np.uint32]

FRONTS = 11.5
"""Metres from the middle of a street to the fronts of invented houses."""

STOREY, WINDOW = 3.3, 2.6
"""Metres of a storey, and from one window to the next, about."""

PARAPET = 1.2
"""Metres above the highest storey of a house whose height is not known."""

_ABOVE = 12.0
"""Metres from the roof of a house to that of a tower on it."""


class Houses(Protocol):
    """The houses of a city.

    Attributes:
        depth: metres behind a front that a place of the house may lie.
        own: a number of each house, uint32 of shape (b,).
        tops: metres of each house, float32 of shape (b,).
        storeys: metres of a storey of each house, float32 of shape (b,).
        are_towers: which of them are clock towers, bool of shape (b,).
        walls: of all houses.
    """

    depth: float
    own: Numbers
    tops: Floats
    storeys: Floats
    are_towers: NDArray[np.bool_]
    walls: Walls

    def meet(self, eye: Metres, east: Floats, north: Floats) -> Hits:
        """Return what rays from an eye meet, see `walls.Rays.meet`."""
        ...

    def are_free(self, spots: Metres) -> NDArray[np.bool_]:
        """Return which spots (n, 2) in metres are outside all houses, bool of shape (n,)."""
        ...


def heights(storeys: float, own: Numbers) -> Floats:
    """Return the metres of houses of unknown height, by their numbers.

    Args:
        storeys: that are usual in the city.
        own: numbers of the houses.
    """
    drawn = np.maximum(2, storeys * (0.55 + 0.9 * ((own >> 8) % 64) / 63))
    metres: Floats = (np.rint(drawn) * STOREY + PARAPET).astype(np.float32)
    return metres


class InventedHouses:
    """Rows of houses as far from the middle of every street as its pavements reach.

    Args:
        ground: of the city.
        runs: its streets.
        style: of the city.
    """

    depth = 4.0

    def __init__(self, ground: Ground, runs: Runs, style: Style) -> None:
        self._ground = ground
        houses = plots(blocks(strips(runs, FRONTS)), ground, FRONTS)
        built, below = with_towers(houses, style.towers)
        self.own = built.own
        self.tops = heights(style.storeys, built.own)
        self.are_towers = np.arange(len(built.own)) >= len(houses.own)
        self.tops[self.are_towers] = self.tops[below] + _ABOVE
        peaks = np.where(self.are_towers, PEAK, 0.0).astype(np.float32)
        self.storeys = np.full(len(built.own), STOREY, dtype=np.float32)
        never = np.zeros(len(built.corners), dtype=np.bool_)
        self.walls = outline_walls(built.corners, built.offsets, built.blind, never)
        self._rays = Rays(self.walls, self.tops, peaks, one_sided=True)

    def meet(self, eye: Metres, east: Floats, north: Floats) -> Hits:
        """Return what rays meet, see `Houses`."""
        return self._rays.meet(eye, east, north)

    def are_free(self, spots: Metres) -> NDArray[np.bool_]:
        """Return which spots are outside all houses, see `Houses`."""
        free: NDArray[np.bool_] = self._ground.from_street(spots[:, 0], spots[:, 1]) < FRONTS
        return free
