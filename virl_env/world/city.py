"""A city: points that one can stand on, streets between them, places beside them, and a look."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shiftgym.files import brief
from shiftgym.once import once_property
from virl_env.world.geometry import EARTH_RADIUS, Geocode, haversine
from virl_env.world.network import pieces
from virl_env.world.plans import PLANS

UNIT = 1e-7
"""Degrees of a coordinate's unit, about a centimetre: integers are equal on every machine."""

FARTHEST_PLACE = 1_000.0
"""Metres that a place may be away from the point that it faces."""

_INT32 = np.iinfo(np.int32)
_LIMITS = np.array((900_000_000, 1_800_000_000), dtype=np.int32)
"""Of latitude and longitude, in units."""

LONGEST_NAME = 1_000
"""Characters of a name; OpenStreetMap has at most 255."""

_LOOK = {"hue": (0, 1), "warmth": (0, 1), "age": (0, 1), "storeys": (1, 100)}
"""What drawing reads of a look, and the numbers that it may be."""

CATEGORIES = (
    *("cafe", "bakery", "restaurant", "bar", "grocery", "pharmacy", "bookshop", "florist"),
    *("bank", "hotel", "cinema", "theatre", "museum", "library", "school", "hospital"),
    *("clothes shop", "hairdresser", "bicycle shop", "post office", "gallery", "gym"),
)
"""What a place is; a category's code is its index plus one, so that another stands at the end."""

STREET_ARRAYS = ("points", "starts", "neighbours")
BUILDING_ARRAYS = ("footprints", "footprint_offsets", "heights")
"""The fields of a `City` that are arrays; of buildings, either all of them or none."""


@dataclass(frozen=True)
class Place:
    """Something with a name beside a street.

    Attributes:
        name: unique in its city.
        category: one of `CATEGORIES`.
        position: latitude and longitude in units of 1e-7 degrees.
        point: index of the point of the city that it faces.
    """

    name: str
    category: str
    position: tuple[int, int]
    point: int

    @property
    def geocode(self) -> Geocode:
        """Latitude and longitude in degrees."""
        latitude, longitude = self.position
        return latitude * UNIT, longitude * UNIT


@dataclass(frozen=True, eq=False)
class City:
    """A street graph of n points and m edges, each of which is there in both directions.

    Arrays are read-only. Two cities are equal only where they are the same object; `digest` tells
    whether they hold the same.

    Attributes:
        name: of the city.
        family: of its street plan, one of `virl_env.FAMILIES`, or "" where it has none.
        seed: that it was made from, 0 where it was not.
        points: latitude and longitude in units of 1e-7 degrees, int32 of shape (n, 2).
        starts: where the neighbours of each point start, and m: int32 of shape (n + 1,).
        neighbours: of point 0, of point 1 and so on, ascending for each: int32 of shape (m,).
        places: with unique names.
        look: plain data for whoever draws the city.
        modelled_on: a real city whose plan inspired it, "" for none.
        attribution: of the data it was made from, to be shown with it.
        footprints: corners of the buildings, those of one building after another and each outline
            without its first corner again; in units of 1e-7 degrees, int32 of shape (v, 2). A city
            whose buildings are not known has none.
        footprint_offsets: where the corners of each building start, and v: int32 of shape (b + 1,).
        heights: of each building in decimetres, 0 where it is not known: int32 of shape (b,).

    Raises:
        ValueError: on construction, for a graph that is not symmetric, connected and in range,
            neighbours at one coordinate, places that face no point, lie far from it or share a
            name, buildings of less than three corners or without a height each, or something of
            another type.
    """

    name: str
    family: str
    seed: int
    points: NDArray[np.int32]
    starts: NDArray[np.int32]
    neighbours: NDArray[np.int32]
    places: tuple[Place, ...]
    look: Mapping[str, Any] = field(default_factory=dict)
    modelled_on: str = ""
    attribution: str = ""
    footprints: NDArray[np.int32] = field(default_factory=lambda: _zeros(0, 2))
    footprint_offsets: NDArray[np.int32] = field(default_factory=lambda: _zeros(1))
    heights: NDArray[np.int32] = field(default_factory=lambda: _zeros(0))

    def __post_init__(self) -> None:
        for name in (*STREET_ARRAYS, *BUILDING_ARRAYS):
            dimensions = 2 if name in ("points", "footprints") else 1
            object.__setattr__(self, name, self._whole(name, dimensions))
        object.__setattr__(self, "places", tuple(self.places))
        self._check_told()
        self._check_graph()
        self._check_places()
        self._check_buildings()

    def __reduce__(self) -> tuple[type[City], tuple[Any, ...]]:
        # A pickled array comes back writable; a city that is made anew has read-only ones.
        return City, tuple(getattr(self, part.name) for part in fields(self))

    def _whole(self, name: str, dimensions: int) -> NDArray[np.int32]:
        """Return an array of ours that nobody writes to, so that the caller's stays as it was."""
        given = np.asarray(getattr(self, name))
        if given.ndim != dimensions or (given.size and given.dtype.kind not in "iu"):
            raise ValueError(
                f"{name} of {self.name!r} must be integers in an array of {dimensions} "
                f"dimension{'s' * (dimensions > 1)}; got {given.dtype} of the shape {given.shape}."
            )
        if (given > _INT32.max).any() or (given < _INT32.min).any():
            raise ValueError(f"{name} of {self.name!r} must be integers of 32 bits.")
        array: NDArray[np.int32] = _frozen(given.astype(np.int32))
        return array

    def _check_told(self) -> None:
        """Check what is not in arrays."""
        whole = isinstance(self.seed, int) and not isinstance(self.seed, bool)
        for what, fits, expected in (
            ("name", _is_name(self.name), f"a text that is not empty, of at most {LONGEST_NAME}"),
            ("family", self.family in ("", *PLANS), f"'' or one of {', '.join(PLANS)}"),
            ("seed", whole, "an integer"),
            ("look", isinstance(self.look, Mapping), "a mapping"),
            ("modelled_on", isinstance(self.modelled_on, str), "a text"),
            ("attribution", self.attribution == "" or _is_name(self.attribution), "a text"),
        ):
            if not fits:
                raise ValueError(
                    f"{what} of a city must be {expected}; got {brief(getattr(self, what))}."
                )
        for part, (low, high) in _LOOK.items():
            value = self.look.get(part, low)
            # Not a number is in no range.
            if type(value) not in (int, float) or not low <= value <= high:
                raise ValueError(
                    f"{part} in the look of a city must be a number from {low} to {high}; got "
                    f"{brief(value)}."
                )
        for place in self.places:
            if not _is_name(place.name):
                raise ValueError(
                    f"The name of a place in {self.name!r} must be a text that is not empty, of at "
                    f"most {LONGEST_NAME} characters; got {brief(place.name)}."
                )

    def _check_graph(self) -> None:
        count, starts, neighbours = len(self.points), self.starts, self.neighbours
        if not count or self.points.shape[1] != 2:
            raise ValueError(
                f"points of {self.name!r} must be at least one row of latitude and longitude; got "
                f"the shape {self.points.shape}."
            )
        outside = _outside(self.points)
        if outside.any():
            raise ValueError(
                f"Points of {self.name!r} must be latitude and longitude in units of 1e-7 degrees; "
                f"got {self.points[outside][0].tolist()}."
            )
        if (
            len(starts) != count + 1
            or starts[0] != 0
            or starts[-1] != len(neighbours)
            or (np.diff(starts) < 0).any()
            or (len(neighbours) and not 0 <= neighbours.min() <= neighbours.max() < count)
        ):
            raise ValueError(
                f"starts and neighbours of {self.name!r} do not describe {count} points: expected "
                f"{count + 1} ascending starts from 0 to the number of neighbours, and neighbours "
                f"from 0 to {count - 1}."
            )
        owners = self.edge_owners.astype(np.int64)
        there = owners * count + neighbours
        back = neighbours.astype(np.int64) * count + owners
        if (np.diff(there) <= 0).any() or (np.sort(back) != there).any():
            raise ValueError(
                f"The street graph of {self.name!r} must hold each neighbour once, in ascending "
                f"order, and in both directions. Sort and complete it."
            )
        joined = pieces(count, np.stack([owners, neighbours], axis=1))
        if (owners == neighbours).any() or joined.any():
            raise ValueError(
                f"The street graph of {self.name!r} must be in one piece, without a point that is "
                f"its own neighbour. Keep its largest piece."
            )
        same = (self.points[owners] == self.points[neighbours]).all(axis=1)
        if same.any():
            one, other = owners[same][0], neighbours[same][0]
            raise ValueError(
                f"The points {one} and {other} of {self.name!r} are neighbours at one coordinate: "
                f"no street leads from one to the other. Make them one point."
            )

    def _check_places(self) -> None:
        for name, count in Counter(place.name for place in self.places).most_common(1):
            if count > 1:
                raise ValueError(
                    f"{count} places of {self.name!r} are called {brief(name)}: names are unique."
                )
        for place in self.places:
            if place.category not in CATEGORIES:
                raise ValueError(
                    f"The category {brief(place.category)} of {brief(place.name)} is unknown: "
                    f"expected one of {', '.join(CATEGORIES)}."
                )
            if not 0 <= place.point < len(self.points):
                raise ValueError(
                    f"{brief(place.name)} faces point {brief(place.point)}; {self.name!r} has "
                    f"the points 0 to {len(self.points) - 1}."
                )
            if any(abs(part) > limit for part, limit in zip(place.position, _LIMITS.tolist())):
                raise ValueError(
                    f"{brief(place.name)} is at {brief(place.position)}: expected latitude and "
                    f"longitude in units of 1e-7 degrees."
                )
            away = haversine(place.geocode, self.geocode(place.point))
            if away > FARTHEST_PLACE:
                raise ValueError(
                    f"{brief(place.name)} is {away:,.0f} metres away from point {place.point}, "
                    f"which it faces; expected at most {FARTHEST_PLACE:,.0f}."
                )

    def _check_buildings(self) -> None:
        corners, offsets, heights = self.footprints, self.footprint_offsets, self.heights
        if corners.shape[1] != 2 or _outside(corners).any():
            raise ValueError(
                f"footprints of {self.name!r} must be rows of latitude and longitude in units of "
                f"1e-7 degrees."
            )
        if len(offsets) != len(heights) + 1 or offsets[0] != 0 or offsets[-1] != len(corners):
            raise ValueError(
                f"footprint_offsets of {self.name!r} must be one more than its {len(heights)} "
                f"heights, from 0 to its {len(corners)} corners; got {len(offsets)} of them."
            )
        few = np.flatnonzero(np.diff(offsets.astype(np.int64)) < 3)
        if len(few):
            raise ValueError(
                f"Building {few[0]} of {self.name!r} has less than three corners: "
                f"footprint_offsets must ascend by 3 or more."
            )
        if (heights < 0).any():
            raise ValueError(
                f"heights of {self.name!r} must be decimetres from 0, which stands for unknown; "
                f"got {heights.min()}."
            )

    @once_property
    def coordinates(self) -> NDArray[np.float64]:
        """Latitude and longitude of each point in degrees, float64 of shape (n, 2)."""
        return _frozen(self.points * UNIT)

    @once_property
    def degrees(self) -> NDArray[np.int64]:
        """Number of neighbours of each point, int64 of shape (n,)."""
        return _frozen(np.diff(self.starts).astype(np.int64))

    @once_property
    def intersections(self) -> NDArray[np.bool_]:
        """Which points are intersections, with three neighbours or more: bool of shape (n,)."""
        return _frozen(self.degrees >= 3)

    @once_property
    def edge_owners(self) -> NDArray[np.int32]:
        """The point whose neighbour each entry of `neighbours` is, int32 of shape (m,)."""
        return _frozen(np.repeat(np.arange(len(self.points), dtype=np.int32), np.diff(self.starts)))

    @once_property
    def bearings(self) -> NDArray[np.float64]:
        """Bearing from each point to each neighbour, in [0, 360): float64 of shape (m,)."""
        (lat_a, lng_a), (lat_b, lng_b) = self._edge_ends()
        east = np.sin(lng_b - lng_a) * np.cos(lat_b)
        north = np.cos(lat_a) * np.sin(lat_b) - np.sin(lat_a) * np.cos(lat_b) * np.cos(
            lng_b - lng_a
        )
        return _frozen(np.degrees(np.arctan2(east, north)) % 360.0 % 360.0)

    @once_property
    def lengths(self) -> NDArray[np.float64]:
        """Metres from each point to each neighbour, float64 of shape (m,)."""
        (lat_a, lng_a), (lat_b, lng_b) = self._edge_ends()
        square = (
            np.sin((lat_b - lat_a) / 2) ** 2
            + np.cos(lat_a) * np.cos(lat_b) * np.sin((lng_b - lng_a) / 2) ** 2
        )
        return _frozen(2 * EARTH_RADIUS * np.arcsin(np.sqrt(square)))

    def _edge_ends(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return latitudes and longitudes in radians of both ends of each edge."""
        radians = np.radians(self.coordinates)
        return radians[self.edge_owners].T, radians[self.neighbours].T

    def neighbours_of(self, point: int) -> NDArray[np.int32]:
        """Return the neighbours of a point in ascending order."""
        return self.neighbours[self.starts[point] : self.starts[point + 1]]

    def geocode(self, point: int) -> Geocode:
        """Return latitude and longitude of a point in degrees."""
        latitude, longitude = self.coordinates[point].tolist()
        return latitude, longitude

    @once_property
    def digest(self) -> str:
        """16 hexadecimal digits that change with anything in the city."""
        content = hashlib.sha256()
        # Without buildings nothing is added, so that the digests of older records still hold.
        for name in STREET_ARRAYS + BUILDING_ARRAYS * bool(len(self.heights)):
            content.update(getattr(self, name).astype("<i4").tobytes())
        content.update(json.dumps(self.told(), sort_keys=True).encode())
        return content.hexdigest()[:16]

    def told(self) -> dict[str, Any]:
        """Return all but the arrays as plain data."""
        return {
            "name": self.name,
            "family": self.family,
            "seed": self.seed,
            "places": [
                [place.name, place.category, *place.position, place.point] for place in self.places
            ],
            "look": dict(self.look),
            "modelled_on": self.modelled_on,
            "attribution": self.attribution,
        }


def same_place(one: Geocode, other: Geocode) -> bool:
    """Return whether two geocodes are equal in the unit of cities."""
    return all(abs(a - b) < UNIT / 2 for a, b in zip(one, other))


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME


def _outside(corners: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return which rows are no latitude and longitude, without integers of more bits."""
    too_large: NDArray[np.bool_] = (corners > _LIMITS) | (corners < -_LIMITS)
    return np.asarray(too_large.any(axis=1))


def _zeros(*shape: int) -> NDArray[np.int32]:
    return np.zeros(shape, dtype=np.int32)


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array
