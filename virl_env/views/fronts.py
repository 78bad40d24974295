"""House fronts as rays meet them, and the houses that are invented where none are known."""

from __future__ import annotations

import math
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from virl_env.views.ground import Ground, Metres
from virl_env.views.hash import mixed

Floats = NDArray[np.float32]
Numbers = NDArray[np.uint32]

EYE = 1.7
"""Metres of the eye above the ground."""

HOUSES = np.float32(11.5)
"""Metres from the middle of a street to the fronts of invented houses."""

STOREY, WINDOW, LOT = np.float32(3.3), np.float32(2.6), np.float32(13.0)
"""Metres of a storey, from one window to the next, and of an invented house's front."""

_FARTHEST, _STEPS = 160.0, 40


class Fronts(NamedTuple):
    """What rays meet, of n columns of pixels; every array is of shape (n,).

    Attributes:
        reach: metres along the ray.
        top: metres above the ground; below none where there is no house.
        own: a number of the house.
        bay: windows from the end of the front.
        edge: whether it is the edge of a front.
        storey: metres of a storey.
        facing: 1 for a front in the sun to -1.
    """

    reach: Floats
    top: Floats
    own: Numbers
    bay: Floats
    edge: NDArray[np.bool_]
    storey: Floats
    facing: Floats


class Houses(Protocol):
    """The houses of a city.

    Attributes:
        depth: metres behind a front that a place of the house may lie.
    """

    depth: float

    def fronts(self, eye: Metres, east: Floats, north: Floats) -> list[Fronts]:
        """Return what rays meet: the nearest fronts, then those that rise behind them.

        Args:
            eye: metres east and north.
            east, north: directions of rays of length 1, clockwise all around, of shape (n,).
        """
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
    metres: Floats = (np.rint(drawn) * STOREY + 1.2).astype(np.float32)
    return metres


class InventedHouses:
    """Rows of houses as far from the middle of every street as its pavements reach.

    Args:
        ground: of the city.
        storeys: of most houses.
    """

    depth = 4.0

    def __init__(self, ground: Ground, storeys: float) -> None:
        self._ground, self._storeys = ground, storeys

    def fronts(self, eye: Metres, east: Floats, north: Floats) -> list[Fronts]:
        """Return what rays meet, see `Houses`: nothing rises behind the nearest fronts."""
        reach = self._run(eye, east, north)
        east, north = eye[0] + reach * east, eye[1] + reach * north
        ground, step = self._ground, np.float32(1.5)
        right = ground.from_street(east + step, north) - ground.from_street(east - step, north)
        up = ground.from_street(east, north + step) - ground.from_street(east, north - step)
        length = np.maximum(np.hypot(right, up), 1e-3)
        right, up = right / length, up / length
        # A front keeps to one of sixteen directions, so that it does not wave.
        sector = np.rint(np.arctan2(up, right) * (8 / math.pi))
        normal = sector * np.float32(math.pi / 8)
        right, up = np.cos(normal), np.sin(normal)
        along = (up * east - right * north).astype(np.float32)
        inward = right * east + up * north
        own = mixed(np.floor(along / LOT), np.floor(inward / 20), sector)
        return [
            Fronts(
                reach,
                heights(self._storeys, own),
                own,
                along / WINDOW,
                (along / LOT) % 1 < 0.03,
                np.full_like(along, STOREY),
                (-right * 0.5 - up * 0.8).astype(np.float32),
            )
        ]

    def are_free(self, spots: Metres) -> NDArray[np.bool_]:
        """Return which spots are outside all houses, see `Houses`."""
        free: NDArray[np.bool_] = self._ground.from_street(spots[:, 0], spots[:, 1]) < HOUSES
        return free

    def _run(self, eye: Metres, east: Floats, north: Floats) -> Floats:
        """Return the metres along each ray to the houses, at most `_FARTHEST`."""
        reach = np.zeros_like(east)
        for _ in range(_STEPS):
            from_street = self._ground.from_street(eye[0] + reach * east, eye[1] + reach * north)
            left = HOUSES - from_street
            # No house is nearer than that; behind its front the ray steps back.
            reach += np.clip(left, -1.0, 12.0) * np.float32(0.9)
            if np.abs(left).max() < 0.05 or reach.min() > _FARTHEST:
                break
        return np.clip(reach, 0.5, _FARTHEST)
