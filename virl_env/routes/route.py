"""Routes: where one starts, the legs that are walked, and what is seen at the end of each."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shiftgym.checks import in_range, one_of
from virl_env.world.geometry import SIDES, Geocode

MAX_LEGS = 8
"""Most legs of a route that an environment can show."""


@dataclass(frozen=True)
class Landmark:
    """A place as a route tells of it.

    Attributes:
        name: as instructions and observations call it.
        category: one of `virl_env.world.city.CATEGORIES`, or another word where a file has another.
        geocode: latitude and longitude, degrees.
    """

    name: str
    category: str
    geocode: Geocode


@dataclass(frozen=True)
class Leg:
    """A straight walk, from the start or a turning point to the next one or to the destination.

    Attributes:
        heading: faced while walking it, whole degrees clockwise from north, 0 to 359.
        distance: metres walked.
        end: where it ends.
        landmark: seen at its end, None for nothing; for the last leg the destination.
        side: one of `SIDES`: where the landmark is for one who stands at the end with this leg's
            heading; None without a landmark.
    """

    heading: int
    distance: float
    end: Geocode
    landmark: Landmark | None = None
    side: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "heading", in_range("heading", self.heading, 0, 359))
        if not self.distance >= 0:
            raise ValueError(f"distance is metres, at least 0; got {self.distance!r}.")
        if (self.landmark is None) != (self.side is None):
            raise ValueError(
                f"A landmark and the side it is seen on go together; got landmark="
                f"{self.landmark!r} and side={self.side!r}."
            )
        if self.side is not None:
            one_of("side", self.side, SIDES)


@dataclass(frozen=True)
class Route:
    """A way through a city from one place to another.

    How many legs a route has is checked where it is shown: 1 to `MAX_LEGS`.

    Attributes:
        city: name of the city.
        start: where it starts.
        start_name: the place there.
        destination: name of the place where it ends.
        initial_heading: faced at the start, 0 to 359.
        legs: in the order in which they are walked.
        path: points of the city that are walked over, each a neighbour of the one before, the
            first at the start and the last at the destination; empty without a city.
    """

    city: str
    start: Geocode
    start_name: str
    destination: str
    initial_heading: int
    legs: tuple[Leg, ...]
    path: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        heading = in_range("initial_heading", self.initial_heading, 0, 359)
        object.__setattr__(self, "initial_heading", heading)
        object.__setattr__(self, "legs", tuple(self.legs))
        object.__setattr__(self, "path", tuple(map(int, self.path)))

    def __deepcopy__(self, memo: dict[int, Any]) -> Route:
        # Nothing of a route changes, so that copies of an environment share their routes.
        return self

    @property
    def length(self) -> float:
        """Metres from the start to the destination."""
        return sum(leg.distance for leg in self.legs)

    @cached_property
    def digest(self) -> str:
        """16 hexadecimal digits that name this route in records.

        The initial heading does not count, since episodes draw one of their own. Coordinates count
        to 1e-7 degrees and distances to decimetres.
        """
        legs = []
        for leg in self.legs:
            legs.append([leg.heading, round(leg.distance * 10), _units(leg.end), leg.side])
            if leg.landmark is not None:
                seen = leg.landmark
                legs[-1] += [seen.name, seen.category, _units(seen.geocode)]
        told = [self.city, _units(self.start), self.start_name, self.destination]
        text = json.dumps([*told, legs, self.path])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def check_legs(route: Route, most: int | None = MAX_LEGS) -> None:
    """Refuse a route that cannot be shown.

    Args:
        route: any route.
        most: legs that there is room for, None for any number.

    Raises:
        ValueError: where it has no legs, or more than that.
    """
    if not route.legs or (most is not None and len(route.legs) > most):
        room = "at least 1 leg" if most is None else f"1 to {most} legs"
        raise ValueError(
            f"The route from {route.start_name!r} to {route.destination!r} has "
            f"{len(route.legs)} legs; {room} can be shown. Choose another route."
        )


def _units(geocode: Geocode) -> tuple[int, int]:
    """Return a geocode in the unit of cities, 1e-7 degrees."""
    latitude, longitude = geocode
    return round(latitude * 1e7), round(longitude * 1e7)
