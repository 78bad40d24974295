"""Things at spots of a city, as one sees them from somewhere: how far, in which view and column."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from virl_env.views.ground import Metres
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
    angles = [(view, (bearing - turn + 180) % 360 - 180) for view, turn in enumerate(TURNS)]
    return [(view, angle) for view, angle in angles if abs(angle) < 45 + reach]


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


def near(spots: NDArray[np.floating], eye: Metres, reach: float) -> list[Thing]:
    """Return the things at spots nearer than `reach` metres."""
    distances = np.hypot(*(spots - eye).T)
    return things(spots, eye, np.flatnonzero(distances < reach))


def things(spots: NDArray[np.floating], eye: Metres, numbers: NDArray[np.int64]) -> list[Thing]:
    """Return the things at the spots of these numbers."""
    away = spots[numbers] - eye
    return [
        Thing(distance, number, east, north)
        for distance, number, (east, north) in zip(
            np.hypot(*away.T).tolist(), numbers.tolist(), away.tolist()
        )
    ]
