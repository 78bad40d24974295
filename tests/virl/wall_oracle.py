"""Which stretches of the nearest walls belong to which house, told by the corners of all walls.

It draws nothing. Between two neighbouring corners of walls, as an eye sees them, one wall is the
nearest; so a look along the middle of each such angle tells exactly what is visible.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from virl_env.views.walls import Walls

_FAR = 320.0
"""Metres from the eye up to which walls may hide others."""


class Stretch(NamedTuple):
    """A piece of wall of one house, between angles in radians clockwise from north."""

    house: int
    begin: float
    end: float
    distance: float


def stretches(walls: Walls, eye: NDArray[np.floating]) -> list[Stretch]:
    """Return the visible pieces of the nearest walls all around, clockwise; adjacent ones of one
    house are one piece, and `distance` is the least along the middles of its angles."""
    start, end = walls.start - eye, walls.end - eye
    near = (np.hypot(*start.T) < _FAR) | (np.hypot(*end.T) < _FAR)
    start, end, house = start[near], end[near], walls.house[near]
    angles = np.unique(np.arctan2(*np.concatenate([start, end]).T))
    behind = np.append(angles[1:], angles[0] + 2 * np.pi)
    nearest, distance = _nearest(start, end, (angles + behind) / 2)
    owner = np.where(nearest >= 0, house[nearest], -1)
    found: list[Stretch] = []
    for number, (own, away) in enumerate(zip(owner.tolist(), distance.tolist())):
        begin, last = float(angles[number]), float(behind[number])
        if found and found[-1].house == own:
            before = found.pop()
            found.append(Stretch(own, before.begin, last, min(before.distance, away)))
        else:
            found.append(Stretch(own, begin, last, away))
    if len(found) > 1 and found[0].house == found[-1].house:
        last_one, first = found.pop(), found.pop(0)
        away = min(first.distance, last_one.distance)
        found.append(Stretch(first.house, last_one.begin, first.end + 2 * np.pi, away))
    return found


def _nearest(
    start: NDArray[np.float64], end: NDArray[np.float64], angles: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the index of the nearest wall at each angle, -1 for none, and how far it is."""
    east, north = np.sin(angles)[:, None], np.cos(angles)[:, None]
    # Positive to the right of a ray; a wall is met where its ends are on either side.
    one = start[:, 0] * north - start[:, 1] * east
    other = end[:, 0] * north - end[:, 1] * east
    ahead = [part[:, 0] * east + part[:, 1] * north for part in (start, end)]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = one / (one - other)
        away = ahead[0] + share * (ahead[1] - ahead[0])
    away[~((one < 0) != (other < 0)) | ~(away > 0)] = np.inf
    nearest = away.argmin(axis=1)
    distance = away[np.arange(len(away)), nearest]
    return np.where(np.isfinite(distance), nearest, -1), distance
