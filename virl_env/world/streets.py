"""The streets of a city as plain lists, prepared once for all the routes that are drawn in it.

A slot is an index into `City.neighbours`: one street between two neighbouring points, walked in one
direction. What lies ahead of a slot is the way straight on for one who comes along it.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np

from shiftgym.once import once_for_each
from virl_env.world.city import City
from virl_env.world.geometry import EARTH_RADIUS, Geocode, bearing, haversine, near, wrap

STRAIGHT = 45.0
"""Degrees from the heading up to which a street is the way straight on, the closest one first."""

MIN_TURN, MAX_TURN = 25.0, 155.0
"""Degrees from straight on of a street that a route turns into."""

NEARBY = 25.0
"""Metres from an intersection within which a place is a landmark of it."""

_CELL = math.degrees(1.01 * NEARBY / EARTH_RADIUS)
"""Degrees of latitude of a cell in which landmarks are sought; a little more than `NEARBY`, since
the scale of longitudes is taken at one latitude for the whole city."""


@dataclass(frozen=True, eq=False)
class Streets:
    """A city of n points and m slots, as lists.

    Attributes:
        starts: first slot of each point, and m: n + 1 numbers.
        ends: point that each slot leads to.
        bearings: degrees, of each slot.
        lengths: metres, of each slot.
        ahead: slot straight on from each slot, -1 for none.
        turns: slots that one may turn into from each slot; none but at intersections.
        coordinates: geocode of each point.
        facing: for each point that places face, their indices.
        nearby: for each intersection with landmarks, their indices and bearings from it.
        origins: indices of the places from which a route may start: those that face no
            intersection, so that there are but two ways to go.
    """

    starts: list[int]
    ends: list[int]
    bearings: list[float]
    lengths: list[float]
    ahead: list[int]
    turns: list[tuple[int, ...]]
    coordinates: list[Geocode]
    facing: dict[int, list[int]]
    nearby: dict[int, list[tuple[int, float]]]
    origins: list[int]

    def slots(self, point: int) -> range:
        """Return the slots that leave a point."""
        return range(self.starts[point], self.starts[point + 1])

    def start_of(self, slot: int) -> int:
        """Return the point that a slot leaves."""
        return bisect_right(self.starts, slot) - 1


@once_for_each
def streets_of(city: City) -> Streets:
    """Return the streets of a city, the same object at every call."""
    starts, ends = city.starts.tolist(), city.neighbours.tolist()
    # Rounded, so that the last bits of sines and cosines, which machines differ in, decide nothing.
    bearings, lengths = (np.round(array, 6).tolist() for array in (city.bearings, city.lengths))
    crossings = city.intersections.tolist()
    ahead: list[int] = []
    turns: list[tuple[int, ...]] = []
    for point, (first, behind) in enumerate(pairwise(starts)):
        for slot in range(first, behind):
            through = ends[slot]
            ways = {
                way: abs(wrap(bearings[way] - bearings[slot]))
                for way in range(starts[through], starts[through + 1])
                if ends[way] != point
            }
            straight = min(ways, key=ways.__getitem__, default=-1)
            ahead.append(straight if ways.get(straight, 360.0) <= STRAIGHT else -1)
            turns.append(
                tuple(
                    way
                    for way, turn in ways.items()
                    if crossings[through] and way != ahead[-1] and MIN_TURN <= turn <= MAX_TURN
                )
            )
    facing: dict[int, list[int]] = {}
    for index, place in enumerate(city.places):
        facing.setdefault(place.point, []).append(index)
    coordinates = [(latitude, longitude) for latitude, longitude in city.coordinates.tolist()]
    return Streets(
        starts=starts,
        ends=ends,
        bearings=bearings,
        lengths=lengths,
        ahead=ahead,
        turns=turns,
        coordinates=coordinates,
        facing=facing,
        nearby=_nearby(city, [p for p, crossing in enumerate(crossings) if crossing], coordinates),
        origins=[i for i, place in enumerate(city.places) if not crossings[place.point]],
    )


def _nearby(
    city: City, crossings: list[int], coordinates: list[Geocode]
) -> dict[int, list[tuple[int, float]]]:
    """Return the places near each intersection, which is sought in cells of that size."""
    scale, origin = math.cos(math.radians(coordinates[0][0])), coordinates[0][1]
    cells: dict[tuple[int, int], list[int]] = {}

    def cell(geocode: Geocode) -> tuple[int, int]:
        latitude, longitude = geocode
        return int(latitude // _CELL), int(near(longitude, origin) * scale // _CELL)

    for crossing in crossings:
        cells.setdefault(cell(coordinates[crossing]), []).append(crossing)
    nearby: dict[int, list[tuple[int, float]]] = {}
    for index, place in enumerate(city.places):
        row, column = cell(place.geocode)
        for north, east in product((-1, 0, 1), repeat=2):
            for crossing in cells.get((row + north, column + east), ()):
                at = coordinates[crossing]
                if haversine(at, place.geocode) <= NEARBY:
                    nearby.setdefault(crossing, []).append((index, bearing(at, place.geocode)))
    return nearby
