"""The ground of a city in metres: how far every spot is from the middle of the nearest street.

A raster with a cell of one metre, in tenths of a metre; between its cells one interpolates.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from virl_env.world.city import City
from virl_env.world.geometry import METRES_A_DEGREE, Geocode, near

FAR = 25.5
"""Metres from which on the raster does not tell how far."""

OFF_ROAD, OFF_LANE = 3.5, 1.0
"""Metres from the middle of the street from which on one is not on it; the smaller where buildings
are known, which may stand close to it."""

STANDS = 0.1
"""Metres from a point at which one stands at it."""

_REACH = math.ceil(FAR)
_TENTHS = 10

Metres = NDArray[np.float32]


class Ground:
    """Distances on the ground of a city.

    Args:
        city: whose streets they are measured to.

    Attributes:
        points: of the city in metres east and north of its south-western corner, (n, 2).
        middles: the crossings among them, (c, 2).
        faced: those that places face, (d, 2).
    """

    def __init__(self, city: City) -> None:
        places = city.coordinates
        self._south = places[:, 0].min()
        self._west = near(places[:, 1], float(places[0, 1])).min()
        self._squeeze = math.cos(math.radians(float(places[:, 0].mean())))
        self.points = self.metres(places)
        self._off_road = OFF_LANE if len(city.heights) else OFF_ROAD
        width, height = (int(most) + 2 * _REACH + 2 for most in self.points.max(axis=0))
        owners, ends = city.edge_owners, city.neighbours
        once = owners < ends
        self._ends = self.points[owners[once]], self.points[ends[once]]
        self._streets = _raster(*self._ends, (height, width))
        crossings = self.middles = self.points[city.intersections]
        self._crossings = _raster(crossings, crossings, (height, width))
        doors = self.points[sorted({place.point for place in city.places})]
        self._doors, self.faced = _raster(doors, doors, (height, width)), doors

    def metres(self, geocodes: NDArray[np.float64]) -> Metres:
        """Return latitudes and longitudes (n, 2) as metres east and north (n, 2)."""
        north, east = geocodes[:, 0] - self._south, near(geocodes[:, 1], self._west) - self._west
        places = np.stack([east * self._squeeze, north], axis=1) * METRES_A_DEGREE
        return places.astype(np.float32)

    def eye(self, geocode: Geocode) -> Metres:
        """Return where one stands for a geocode, metres east and north, of shape (2,).

        Who is off the road, as on the straight line between two turns of a winding street, stands
        on the nearest point of the city; where buildings are known, on the nearest spot of a street
        instead, which is seldom a point where something is to be done.
        """
        place: Metres = self.metres(np.array([geocode]))[0]
        if self.from_street(place[:1], place[1:])[0] <= self._off_road:
            return place
        if self._off_road == OFF_LANE:
            return self._beside(place)
        away = self.points - place
        nearest: Metres = self.points[np.argmin((away**2).sum(axis=1))]
        return nearest

    def stands_at(self, eye: Metres) -> tuple[bool, bool]:
        """Return whether one stands at a crossing's middle, and at a point that a place faces."""
        at_crossing, at_door = (
            bool((np.hypot(*(spots - eye).T) < STANDS).any())
            for spots in (self.middles, self.faced)
        )
        return at_crossing, at_door

    def _beside(self, place: Metres) -> Metres:
        """Return the spot of a street that is nearest to a place, both of shape (2,)."""
        start, end = self._ends
        along = end - start
        length = np.maximum((along**2).sum(axis=1), 1e-9)
        share = np.clip(((place - start) * along).sum(axis=1) / length, 0.0, 1.0)
        spots = start + share[:, None] * along
        nearest: Metres = spots[np.argmin(((spots - place) ** 2).sum(axis=1))]
        return nearest

    def from_street(self, east: Metres, north: Metres) -> Metres:
        """Return the metres to the middle of the nearest street, at most `FAR`; any shape."""
        return _interpolated(self._streets, east, north)

    def from_crossing(self, east: Metres, north: Metres) -> Metres:
        """Return the metres to the middle of the nearest crossing, at most `FAR`; any shape."""
        return _interpolated(self._crossings, east, north)

    def from_door(self, east: Metres, north: Metres) -> Metres:
        """Return the metres to the nearest point that a place faces, at most `FAR`; any shape."""
        return _interpolated(self._doors, east, north)


def _raster(starts: Metres, ends: Metres, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Return tenths of a metre to the nearest of some lines, each no longer than a few metres."""
    raster = np.full(shape, round(FAR * _TENTHS), dtype=np.uint8)
    for start, end in zip(starts, ends):
        low = np.maximum(np.floor(np.minimum(start, end)).astype(int), 0)
        high = np.ceil(np.maximum(start, end)).astype(int) + 2 * _REACH + 1
        east = np.arange(low[0], min(high[0], shape[1]), dtype=np.float32) - _REACH
        north = np.arange(low[1], min(high[1], shape[0]), dtype=np.float32)[:, None] - _REACH
        along = (end - start).astype(np.float32)
        length = max(float(along @ along), 1e-9)
        share = ((east - start[0]) * along[0] + (north - start[1]) * along[1]) / length
        share = np.clip(share, 0.0, 1.0)
        away = np.hypot(east - start[0] - share * along[0], north - start[1] - share * along[1])
        window = raster[low[1] : low[1] + len(north), low[0] : low[0] + len(east)]
        near = np.minimum(away, FAR) * _TENTHS
        np.minimum(window, np.rint(near).astype(np.uint8), out=window)
    return raster


def _interpolated(raster: NDArray[np.uint8], east: Metres, north: Metres) -> Metres:
    height, width = raster.shape
    column, row = east + np.float32(_REACH), north + np.float32(_REACH)
    outside = (column < 0) | (row < 0) | (column >= width - 1) | (row >= height - 1)
    column = np.clip(column, 0, width - 1.001)
    row = np.clip(row, 0, height - 1.001)
    left, low = column.astype(np.int32), row.astype(np.int32)
    right_share, high_share = column - left, row - low
    flat, at = raster.reshape(-1), low * width + left
    bottom = flat.take(at) * (1 - right_share) + flat.take(at + 1) * right_share
    top = flat.take(at + width) * (1 - right_share) + flat.take(at + width + 1) * right_share
    found: Metres = (bottom * (1 - high_share) + top * high_share) / _TENTHS
    found[outside] = FAR
    return found
