"""Draws routes in a city: walks along its streets that turn at intersections, place to place.

A route is followable as its instructions tell it. Between two turning points the way is straight
on; where it turns, no other street goes by the same compass word or by the same relative word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count
from typing import NamedTuple, TypeVar

from shiftgym.checks import in_range
from shiftgym.mixer import word
from virl_env.routes.kinds import LONGEST_LEG, SHORTEST_LEG, RouteKind
from virl_env.routes.legs import LegFinder, Walk, legs_of
from virl_env.routes.route import Landmark, Leg, Route
from virl_env.world.city import City
from virl_env.world.geometry import SIDES, bearing, side
from virl_env.world.streets import streets_of
from virl_env.world.synthetic import named_city

TRIES = 1_000
"""Walks that are tried for a route, and routes for one along another path."""

_BLOCK = 64
"""Numbers that are drawn of neighbouring seeds, before the next are other draws of the same."""

_Choice = TypeVar("_Choice")


class _Draws:
    """Integers out of one seed, as many as are asked for."""

    def __init__(self, seed: int) -> None:
        self._next = _numbers(seed).__next__

    def below(self, bound: int) -> int:
        """Return an integer in [0, bound)."""
        return self._next() * bound >> 32

    def among(self, choices: Sequence[_Choice]) -> _Choice:
        """Return one of some choices, each as likely as another."""
        return choices[self._next() * len(choices) >> 32]


def _numbers(seed: int) -> Iterator[int]:
    """Yield numbers below 2**32 without end."""
    # Hashed first, so that the numbers of neighbouring seeds have nothing in common.
    key = word(seed, 0)
    for block in count(1):
        for beyond in reversed(range(_BLOCK)):
            yield word(key + beyond, block) >> 32


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
    drawn = draw(of, seed, kind)
    if drawn is None:
        raise no_route(of, kind)
    return drawn.route(of)


class Drawn(NamedTuple):
    """A route as it is drawn.

    Attributes:
        origin: index of the place at the start.
        walks: the legs.
        landmarks: index of the place told at each turning point, None for none.
        goal: index of the place at the destination.
        initial_heading: faced at the start.
        path: points that are walked over, the start included.
    """

    origin: int
    walks: list[Walk]
    landmarks: list[int | None]
    goal: int
    initial_heading: int
    path: tuple[int, ...]

    def route(self, city: City) -> Route:
        """Return it as a route of the city that it was drawn in."""
        coordinates = streets_of(city).coordinates
        legs = []
        for walk, number in zip(self.walks, [*self.landmarks, self.goal]):
            end = coordinates[walk.points[-1]]
            landmark = where = None
            if number is not None:
                place = city.places[number]
                landmark = Landmark(place.name, place.category, place.geocode)
                where = side(walk.heading, bearing(end, place.geocode))
            # To centimetres, which the last bits of sines and cosines do not reach.
            legs.append(Leg(walk.heading, round(walk.distance, 2), end, landmark, where))
        return Route(
            city=city.name,
            start=coordinates[self.path[0]],
            start_name=city.places[self.origin].name,
            destination=city.places[self.goal].name,
            initial_heading=self.initial_heading,
            legs=tuple(legs),
            path=self.path,
        )


def draw(city: City, seed: int, kind: RouteKind) -> Drawn | None:
    """Draw what `sample_route` returns; None where no route was found."""
    finder, draws = legs_of(city), _Draws(seed)
    for _ in range(TRIES if finder.streets.origins else 0):
        drawn = _try(city, finder, draws, kind)
        if drawn is not None:
            return drawn
    return None


def no_route(city: City, kind: RouteKind) -> ValueError:
    """Return the error for a city without a route of a kind."""
    return ValueError(
        f"The city {city.name!r} has no route of {kind}, as far as {TRIES:,} draws showed. Allow "
        f"other turns or lengths, or take a larger city."
    )


def _try(city: City, finder: LegFinder, draws: _Draws, kind: RouteKind) -> Drawn | None:
    """Draw a walk and its landmarks; None where it leads nowhere."""
    origin = draws.among(finder.streets.origins)
    start = city.places[origin].point
    legs = draws.among(kind.legs)
    shortest, longest = kind.length
    crossed: set[int] = set()
    walks: list[Walk] = []
    forced: list[bool] = []
    walked = 0.0
    for left in reversed(range(legs)):
        ways = finder.onward(walks[-1], left > 0) if walks else finder.first(start, left > 0)
        # So that the legs that are left can still make the whole as long, or as short.
        choices = ways.allowed(
            shortest - walked - left * LONGEST_LEG,
            longest - walked - left * SHORTEST_LEG,
            start,
            crossed,
        )
        if not choices:
            return None
        if walks:
            forced.append(len(choices) == 1)
        # By hand, so that left and right are equally likely wherever both are possible.
        ends, first, last = draws.among(draws.among(choices))
        walk = ends[first + draws.below(last - first)]
        walks.append(walk)
        walked += walk.distance
        crossed.update(walk.crossings)
    goal = draws.among(finder.streets.facing[walks[-1].points[-1]])
    landmarks = _landmarks(finder, zip(walks, forced), {origin, goal}, draws, kind.landmarks)
    if landmarks is None:
        return None
    path = (start, *chain.from_iterable(walk.points for walk in walks))
    return Drawn(origin, walks, landmarks, goal, draws.below(360), path)


def _landmarks(
    finder: LegFinder,
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
        finder: of the city.
        turns: the leg that ends at each turning point, and whether only one hand is possible there.
        taken: places that the route names elsewhere; added to.
        draws: of the route.
        wanted: one of `LANDMARKS`.
    """
    landmarks: list[int | None] = []
    for walk, forced in turns:
        sides = finder.around(walk) if wanted != "none" else {}
        if not all(map(taken.isdisjoint, sides.values())):
            left = {
                number: [place for place in places if place not in taken]
                for number, places in sides.items()
            }
            sides = {number: places for number, places in left.items() if places}
        eligible = [number for number in sides if -number % len(SIDES) in sides]
        if not eligible and not forced:
            eligible = list(sides)
        if eligible:
            place = draws.among(sides[draws.among(eligible)])
            landmarks.append(place)
            taken.add(place)
        elif wanted == "all":
            return None
        else:
            landmarks.append(None)
    return landmarks
