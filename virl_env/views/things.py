"""Things at spots of a city, as one sees them from somewhere: how far, in which view and column."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from virl_env.views.ground import Metres
from virl_env.views.nearby import Nearby
from virl_env.views.solids import View
from virl_env.views.source import TURNS

_WIDE = 2.6
"""Metres from the middle of a thing to its sides, at most."""


class Thing(NamedTuple):
    """Something that stands: how far it is, its index, and metres east and north of the eye."""

    distance: float
    number: int
    east: float
    north: float


def seen_in(thing: Thing, heading: float, width: float = _WIDE) -> list[tuple[int, float]]:
    """Return the views that a thing may reach into, and its degrees from the middle of each."""
    bearing = math.degrees(math.atan2(thing.east, thing.north)) - heading
    reach = math.degrees(math.atan2(width, thing.distance))
    return [
        (view, angle)
        for view, turn in enumerate(TURNS)
        if abs(angle := (bearing - turn + 180) % 360 - 180) < 45 + reach
    ]


def stands(distance: float, angle: float, size: int) -> tuple[float, float]:
    """Return the metres of a thing along a view's middle, and its column of pixels."""
    forward = max(distance * math.cos(math.radians(angle)), 0.8)
    return forward, size / 2 + size / 2 * math.tan(math.radians(angle))


def depth_at(view: View, column: float) -> float:
    """Return the metres to the houses in a column; none where it is far out of the view."""
    size = len(view.depth)
    if not -size < column < 2 * size:
        return -math.inf
    return float(view.depth[min(max(int(column), 0), size - 1)])


class Things:
    """Things that stand still.

    Args:
        spots: metres east and north, (n, 2).
    """

    def __init__(self, spots: NDArray[np.floating]) -> None:
        self._spots, self._nearby = spots, Nearby(spots)

    def near(self, eye: Metres, reach: float) -> list[Thing]:
        """Return those nearer than `reach` metres, in their order."""
        some = self.some(eye, np.sort(self._nearby.within(eye, reach)))
        return [thing for thing in some if thing.distance < reach]

    def some(self, eye: Metres, numbers: NDArray[np.int64]) -> list[Thing]:
        """Return those of these numbers."""
        away = self._spots.take(numbers, axis=0) - eye
        return list(map(Thing, np.hypot(*away.T).tolist(), numbers.tolist(), *away.T.tolist()))
