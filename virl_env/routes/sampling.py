"""Draws routes in a city: walks along its streets that turn at intersections, place to place.

A route is followable as its instructions tell it. Between two turning points the way is straight
on; where it turns, no other street goes by the same compass word or by the same relative word.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np

from shiftgym.checks import in_range
from shiftgym.mixer import Words, words
from virl_env.routes.kinds import LONGEST_LEG, SHORTEST_LEG, RouteKind
from virl_env.routes.legs import Choice, LegFinder, Walk, legs_of
from virl_env.routes.route import Landmark, Leg, Route
from virl_env.world.city import City
from virl_env.world.geometry import SIDES, bearing, sector, side, wrap
from virl_env.world.streets import Streets
from virl_env.world.synthetic import named_city

TRIES = 1_000
"""Walks that are tried for a route, and routes for one along another path."""

_BLOCK: Words = np.arange(64, dtype=np.uint64)


_Choice = TypeVar("_Choice")


class _Draws:
    """Integers out of one seed, as many as are asked for."""

    def __init__(self, seed: int) -> None:
        # Hashed first, so that the blocks of neighbouring seeds have nothing in common.
        self._key = words(np.array([seed], dtype=np.uint64), 0)
        self._blocks = 0
        self._left: list[int] = []

    def below(self, bound: int) -> int:
        """Return an integer in [0, bound)."""
        left = self._left or self._more()
        return left.pop() * bound >> 32

    def among(self, choices: Sequence[_Choice]) -> _Choice:
        """Return one of some choices, each as likely as another."""
        left = self._left or self._more()
        return choices[left.pop() * len(choices) >> 32]

    def _more(self) -> list[int]:
        self._blocks += 1
        block = words(self._key + _BLOCK, self._blocks)
        self._left = (block >> np.uint64(32)).tolist()
        return self._left


def sample_route(
    city: str | City,
    seed: int,
    *,
    turns: tuple[int, int] = (1, 4),
    length: tuple[float, float] = (100, 2000),
    landmarks: str = "any",
) -> Route:
    """Draw a route: the same for the same city, seed and keywords, on every machine.

    Args:
        city: to walk in, or the name of one of those that are known by name.
        seed: 0 to 2**64 - 1.
        turns: fewest and most turning points between start and destination, 0 to 7.
        length: shortest and longest way in metres. A leg has 30 to 500 metres.
        landmarks: "any" gives a turning point one of the places there, if there are any; "all"
            draws routes that have one at every turning point; "none" leaves them out. The
            destination is always told.

    Raises:
        ValueError: for a keyword out of its range, and where no route was found.
    """
    seed = in_range("seed", seed, 0, 2**64 - 1)
    kind = RouteKind.make(turns, length, landmarks)
    of = city if isinstance(city, City) else named_city(city)
    route = draw_route(of, seed, kind)
    if route is None:
        raise no_route(of, kind)
    return route


def draw_route(city: City, seed: int, kind: RouteKind) -> Route | None:
    """Return what `sample_route` does; None where no route was found."""
    finder, draws = legs_of(city), _Draws(seed)
    for _ in range(TRIES if finder.streets.origins else 0):
        route = _try(city, finder, draws, kind)
        if route is not None:
            return route
    return None


def no_route(city: City, kind: RouteKind) -> ValueError:
    """Return the error for a city without a route of a kind."""
    return ValueError(
        f"The city {city.name!r} has no route of {kind}, as far as {TRIES:,} draws showed. Allow "
        f"other turns or lengths, or take a larger city."
    )


def _try(city: City, finder: LegFinder, draws: _Draws, kind: RouteKind) -> Route | None:
    """Draw a walk and its landmarks; None where it leads nowhere."""
    streets = finder.streets
    origin = draws.among(streets.origins)
    at = city.places[origin].point
    count = draws.among(kind.legs)
    ways: Sequence[int] = streets.slots(at)
    visited = {at}
    walks: list[Walk] = []
    forced: list[bool] = []
    walked = 0.0
    for left in reversed(range(count)):
        limits = (
            max(SHORTEST_LEG, kind.length[0] - walked - left * LONGEST_LEG),
            min(LONGEST_LEG, kind.length[1] - walked - left * SHORTEST_LEG),
        )
        # By hand, so that left and right are equally likely wherever both are possible.
        hands: dict[bool, list[Choice]] = {}
        arrival = walks[-1].heading if walks else None
        for way in ways:
            legs = finder.find(way, limits, visited, arrival, to_turn=left > 0)
            if legs is not None:
                right = arrival is not None and wrap(streets.bearings[way] - arrival) > 0
                hands.setdefault(right, []).append(legs)
        if not hands:
            return None
        if walks:
            forced.append(len(hands) == 1)
        ends, numbers = draws.among(hands[draws.among(sorted(hands))])
        walk = ends.walk(draws.among(numbers))
        walks.append(walk)
        walked += walk.distance
        way_points = ends.points[: len(walk.slots)]
        visited.update(way_points)
        at = way_points[-1]
        ways = streets.turns[walk.slots[-1]]
    goal = draws.among(streets.facing[at])
    seen = _landmarks(streets, zip(walks, forced), {origin, goal}, draws, kind.landmarks)
    if seen is None:
        return None
    return _route(city, streets, origin, walks, seen, goal, draws.below(360))


def _landmarks(
    streets: Streets,
    turns: Iterable[tuple[Walk, bool]],
    taken: set[int],
    draws: _Draws,
    wanted: str,
) -> list[int | None] | None:
    """Draw a place for each turning point; None for the whole where one is wanted but not there.

    The side of a landmark must not show which way the route turns, but what stands there depends on
    the streets: along the straight side of a junction there is more room for places than at its
    mouth. So a side is drawn first, among those with places both there and on the same side of the
    other hand, and then one of the places on it. Without such a side, one place will do where the
    route could as well turn to the other hand.

    Args:
        streets: of the city.
        turns: the leg that ends at each turning point, and whether only one hand is possible there.
        taken: places that the route names elsewhere; added to.
        draws: of the route.
        wanted: one of `LANDMARKS`.
    """
    landmarks: list[int | None] = []
    for walk, forced in turns:
        sides: dict[int, list[int]] = {}
        if wanted != "none":
            for place, direction in streets.nearby.get(streets.ends[walk.slots[-1]], ()):
                if place not in taken:
                    sides.setdefault(sector(direction - walk.heading), []).append(place)
        eligible = [number for number in sorted(sides) if -number % len(SIDES) in sides]
        if not eligible and not forced:
            eligible = sorted(sides)
        if eligible:
            place = draws.among(sides[draws.among(eligible)])
            landmarks.append(place)
            taken.add(place)
        elif wanted == "all":
            return None
        else:
            landmarks.append(None)
    return landmarks


def _route(
    city: City,
    streets: Streets,
    origin: int,
    walks: list[Walk],
    seen: list[int | None],
    goal: int,
    initial_heading: int,
) -> Route:
    """Return a walk as a route.

    Args:
        city: walked in.
        streets: of the city.
        origin: place at the start.
        walks: the legs.
        seen: place told at each turning point.
        goal: place at the destination.
        initial_heading: faced at the start.
    """
    legs = []
    for walk, number in zip(walks, [*seen, goal]):
        end = streets.coordinates[streets.ends[walk.slots[-1]]]
        landmark = where = None
        if number is not None:
            place = city.places[number]
            landmark = Landmark(place.name, place.category, place.geocode)
            where = side(walk.heading, bearing(end, place.geocode))
        # To centimetres, which the last bits of sines and cosines do not reach.
        legs.append(Leg(walk.heading, round(walk.distance, 2), end, landmark, where))
    start = city.places[origin]
    return Route(
        city=city.name,
        start=streets.coordinates[start.point],
        start_name=start.name,
        destination=city.places[goal].name,
        initial_heading=initial_heading,
        legs=tuple(legs),
        path=(start.point, *(streets.ends[slot] for walk in walks for slot in walk.slots)),
    )
