"""From named things on a map to the places of a city, each facing the nearest point of a street."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from virl_env.maps.extract import Degrees, Thing, within_limits
from virl_env.maps.tags import is_elsewhere, is_gone, kind, title
from virl_env.world.city import UNIT, Place
from virl_env.world.geometry import METRES_A_DEGREE, near

FARTHEST = 30.0
"""Metres from the middle of a street up to which a place is beside it; further away are yards, and
the insides of shopping centres."""

_SOUGHT = 300.0
"""Metres from the middle of an area up to which a street is sought: areas are large."""


class Beside(NamedTuple):
    """Places, and how many things are none.

    Attributes:
        places: with unique names.
        elsewhere: shops and so on below ground, or on upper floors only.
        unnamed: others without a name.
        far: named ones that are not beside a street.
        gone: those that are no longer there.
    """

    places: tuple[Place, ...]
    elsewhere: int
    unnamed: int
    far: int
    gone: int


def places_beside(
    points: NDArray[np.int32], things: Iterable[Thing], language: str | None = None
) -> Beside:
    """Return the named shops and so on beside some streets.

    An area is where its outline comes closest to the street that is nearest to its middle. What is
    on the map twice, as a shop is that has both a spot and a building, is there once.

    Args:
        points: of the city, in units of 1e-7 degrees, int32 of shape (n, 2).
        things: on the map.
        language: of the names, where they have one in it; None for the one used there.
    """
    nearest = _Nearest(points.astype(np.float64) * UNIT)
    places: dict[tuple[str, int], tuple[str, tuple[int, int], str]] = {}
    elsewhere = unnamed = far = gone = 0
    for thing in things:
        category, name = kind(thing.tags), title(thing.tags, language)
        if category is None:
            gone += is_gone(thing.tags)
            continue
        if is_elsewhere(thing.tags):
            elsewhere += 1
            continue
        if not name:
            unnamed += 1
            continue
        facing = _facing(nearest, max(thing.outlines, key=len))
        if facing is None:
            far += 1
            continue
        spot, point = facing
        latitude, longitude = within_limits(np.round(spot / UNIT)[None])[0].tolist()
        street = title({"name": thing.tags.get("addr:street", "")})
        places.setdefault((name, point), (category, (latitude, longitude), street))
    names = _unique([name for name, _ in places], [street for *_, street in places.values()])
    told = zip(names, places.items())
    return Beside(
        tuple(
            Place(name, category, position, point)
            for name, ((_, point), (category, position, _)) in told
        ),
        elsewhere,
        unnamed,
        far,
        gone,
    )


def _facing(nearest: _Nearest, outline: Degrees) -> tuple[Degrees, int] | None:
    """Return where a place is and the point that it faces, None for one far from streets."""
    outline = nearest.unrolled(outline)
    middle = outline.mean(axis=0)
    point, metres = nearest(middle)
    if point >= 0 and len(outline) > 1:
        middle = _closest(outline, nearest.points[point], nearest.scale)
        point, metres = nearest(middle)
    return (middle, point) if metres <= FARTHEST else None


class _Nearest:
    """Finds the point that is nearest to a spot, in a band of latitudes around it."""

    def __init__(self, points: Degrees) -> None:
        self._east = float(points[0, 1])
        self.points = points = self.unrolled(points)
        self.scale = np.array(
            [METRES_A_DEGREE, METRES_A_DEGREE * math.cos(math.radians(points[:, 0].mean()))]
        )
        self._order = np.argsort(points[:, 0], kind="stable")
        self._latitudes = points[self._order, 0]

    def unrolled(self, spots: Degrees) -> Degrees:
        """Return spots of shape (c, 2) with longitudes that go on beyond 180 degrees."""
        return np.stack([spots[:, 0], near(spots[:, 1], self._east)], axis=1)

    def __call__(self, spot: Degrees) -> tuple[int, float]:
        """Return a point and the metres to it; -1 and infinitely many for none in reach."""
        band = _SOUGHT / METRES_A_DEGREE
        low, high = np.searchsorted(self._latitudes, [spot[0] - band, spot[0] + band])
        near = self._order[low:high]
        away = np.hypot(*((self.points[near] - spot) * self.scale).T)
        if not len(away) or away.min() > _SOUGHT:
            return -1, math.inf
        return int(near[away.argmin()]), float(away.min())


def _closest(outline: Degrees, spot: Degrees, scale: Degrees) -> Degrees:
    """Return the spot of an outline that is closest to another one."""
    starts, along = outline, np.roll(outline, -1, axis=0) - outline
    share = (((spot - starts) * scale) * (along * scale)).sum(axis=1)
    share /= np.maximum(((along * scale) ** 2).sum(axis=1), 1e-12)
    on = starts + np.clip(share, 0.0, 1.0)[:, None] * along
    closest: Degrees = on[(((on - spot) * scale) ** 2).sum(axis=1).argmin()]
    return closest


def _unique(names: Sequence[str], streets: Sequence[str]) -> list[str]:
    """Return names that differ: of some that are one, the first keeps it.

    The others get the name of their street, where it is told and does not make them one again, or
    else a number.
    """
    # Nobody's own name is given to another.
    taken, given = set(names), set[str]()
    # From where on numbers are tried, so that thousands of one name are no more work each.
    numbers = dict[str, int]()
    unique = []
    for name, street in zip(names, streets):
        if name in given:
            plain, number = name, numbers.get(name, 2)
            name = f"{plain}, {street}" if street else plain
            while name in taken:
                name, number = f"{plain} {number}", number + 1
            taken.add(name)
            numbers[plain] = number
        given.add(name)
        unique.append(name)
    return unique
