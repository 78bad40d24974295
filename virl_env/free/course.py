"""A route on the streets of its city: what a walker who may go anywhere sees and follows there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

from virl_env.config import CityLike
from virl_env.free.metrics import SUCCESS_DISTANCE
from virl_env.free.move import Pose, ahead
from virl_env.free.ways import distances_to
from virl_env.routes.route import Route
from virl_env.world.city import City, same_place
from virl_env.world.geometry import bearing, haversine, sector
from virl_env.world.streets import NEARBY, Streets, streets_of
from virl_env.world.synthetic import CITY_NAMES, named_city


class Course:
    """A route with its city.

    Args:
        route: with a path in one of the cities.
        cities: to look for it in, or their names.

    Attributes:
        route: itself.
        city: that it is in.
        streets: of the city.
        to_go: metres of the shortest way from each point to the destination.

    Raises:
        ValueError: for a route without a path, or one whose path is in none of the cities.
    """

    def __init__(self, route: Route, cities: Iterable[CityLike]) -> None:
        self.route = route
        self.city = _city_of(route, cities)
        self.streets: Streets = streets_of(self.city)
        self.to_go: Sequence[float] = distances_to(self.streets, route.path[-1])
        self._places = {point: index for index, point in enumerate(route.path)}
        self._corners = _corners(route, self.streets)

    @property
    def length(self) -> float:
        """Metres of the shortest way from the start to the destination."""
        return self.to_go[self.route.path[0]]

    @property
    def actions(self) -> int:
        """Actions that walk the route itself: its steps, a turn into each leg, and the stop."""
        return len(self.route.path) + len(self.route.legs)

    def has_arrived(self, point: int) -> bool:
        """Return whether a point is within 25 metres of the destination."""
        coordinates = self.streets.coordinates
        distance = haversine(coordinates[point], coordinates[self.route.path[-1]])
        return round(distance, 6) <= SUCCESS_DISTANCE

    def rest(self, point: int) -> list[int] | None:
        """Return the points of the route behind one of them, None for a point beside the route."""
        place = self._places.get(point)
        return None if place is None else list(self.route.path[place + 1 :])

    def line(self, pose: Pose) -> int | None:
        """Return the line of instruction, from 0, that is to be followed at a point of the route.

        Where a leg begins that is the line of its turn until the walker faces the leg, so that a
        step forward leads along it; on the leg it is the line that tells to walk, at the
        destination the last one. None at a point beside the route.
        """
        place = self._places.get(pose.point)
        if place is None:
            return None
        leg = bisect_right(self._corners, place) - 1
        if leg == len(self.route.legs):
            return 2 * leg - 1
        if place > self._corners[leg]:
            return 2 * leg + 1
        slot = ahead(self.streets, pose)
        faces = slot >= 0 and self.streets.ends[slot] == self.route.path[place + 1]
        return 2 * leg + faces

    def sight(self, pose: Pose) -> tuple[int, int]:
        """Return number (from 1) and side code of the nearest landmark within 25 metres, or 0, 0.

        Landmarks are those that the route tells, numbered as its legs.
        """
        here = self.streets.coordinates[pose.point]
        seen = [
            (round(haversine(here, leg.landmark.geocode), 6), number, leg.landmark.geocode)
            for number, leg in enumerate(self.route.legs, 1)
            if leg.landmark is not None
        ]
        distance, number, where = min(seen, default=(float("inf"), 0, here))
        if distance > NEARBY:
            return 0, 0
        # The code of a side is its sector, plus one.
        return number, 1 + sector(round(bearing(here, where), 6) - pose.heading)

    def is_intersection(self, point: int) -> bool:
        """Return whether three streets or more meet at a point, or it is the destination."""
        streets = self.streets
        return point == self.route.path[-1] or len(streets.slots(point)) >= 3


def _city_of(route: Route, cities: Iterable[CityLike]) -> City:
    told = f"movement='free' cannot walk the route from {route.start_name!r} to "
    told += f"{route.destination!r}: "
    if len(route.path) < 2:
        raise ValueError(
            f"{told}it has no path in a city, as routes from files have none. Walk it with "
            f"movement='rail', or draw a route with virl_env.sample_route."
        )
    known = [city for city in cities if isinstance(city, City) and city.name == route.city]
    if route.city in CITY_NAMES:
        known.append(named_city(route.city))
    for city in known:
        if _fits(route, city):
            return city
    reason = "another city of that name" if known else f"no city called {route.city!r}"
    raise ValueError(
        f"{told}its path is not in the cities at hand, where there is {reason}. Pass the "
        f"virl_env.City that it was drawn in as city=."
    )


def _fits(route: Route, city: City) -> bool:
    """Return whether a route's path follows streets of a city, from its start to each leg's end."""
    if not 0 <= min(route.path) <= max(route.path) < len(city.points):
        return False
    if any(after not in city.neighbours_of(before) for before, after in pairwise(route.path)):
        return False
    return len(_corners(route, streets_of(city))) == len(route.legs) + 1


def _corners(route: Route, streets: Streets) -> list[int]:
    """Return where each leg starts on the path, and where the last ends, as far as they do."""
    places = iter(range(len(route.path)))
    corners = []
    for corner in (route.start, *(leg.end for leg in route.legs)):
        for place in places:
            if same_place(streets.coordinates[route.path[place]], corner):
                corners.append(place)
                break
    return corners if corners and corners[-1] == len(route.path) - 1 else []
