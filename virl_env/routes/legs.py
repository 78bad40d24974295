"""Legs that can be walked in a city: straight on from a street, to where one may turn or stop.

Walks are tried by the ten thousand, along the same streets again and again. So the way straight on
from a street is followed once, and what one who comes from somewhere can be told of it is kept.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from itertools import chain
from typing import Any, NamedTuple, TypeAlias, TypeVar

from shiftgym.once import once_for_each
from virl_env.routes.kinds import LONGEST_LEG, SHORTEST_LEG
from virl_env.world.city import City
from virl_env.world.geometry import bearing, compass, sector, turn_word, wrap
from virl_env.world.streets import MAX_TURN, MIN_TURN, STRAIGHT, Streets, streets_of

_MOST_KEPT = 2**16
"""Slots, each by the heading of arrival, behind which a city's legs and places are kept."""

_Kept = TypeVar("_Kept", bound=dict[Any, Any])


class Walk(NamedTuple):
    """A leg as it is walked.

    Attributes:
        slots: in order.
        points: that they lead to.
        crossings: those of the points that are intersections.
        heading: from its start to its end, degrees.
        distance: metres.
    """

    slots: list[int]
    points: list[int]
    crossings: list[int]
    heading: int
    distance: float


class Ends(NamedTuple):
    """Where one may end who walks straight on, the nearest first.

    Attributes:
        points: all of the way, also behind the last end.
        crossings: those of the points that are intersections.
        walks: to each end.
        distances: of the walks, metres.
    """

    points: list[int]
    crossings: list[int]
    walks: list[Walk]
    distances: list[float]


Choice: TypeAlias = tuple[list[Walk], int, int]
"""Legs to choose from: the walks from one index up to another one."""


class Ways(NamedTuple):
    """The legs that may be next for somebody who has walked nowhere yet.

    Attributes:
        hands: where one may end, by hand: on the left, on the right. At the start there is one.
        choices: all of the walks there, by hand.
        points: that they lead to.
        crossings: those of the points that are intersections.
        nearest, farthest: metres of the shortest and of the longest walk.
    """

    hands: list[list[Ends]]
    choices: list[list[Choice]]
    points: frozenset[int]
    crossings: frozenset[int]
    nearest: float
    farthest: float

    @classmethod
    def of(cls, *hands: list[Ends]) -> Ways:
        """Return the ways to ends by hand; those that have none are left out."""
        some = [hand for hand in ([ends for ends in hand if ends.walks] for hand in hands) if hand]
        every = [ends for hand in some for ends in hand]
        return cls(
            some,
            [[(ends.walks, 0, len(ends.walks)) for ends in hand] for hand in some],
            frozenset(chain.from_iterable(ends.points for ends in every)),
            frozenset(chain.from_iterable(ends.crossings for ends in every)),
            min((ends.distances[0] for ends in every), default=0.0),
            max((ends.distances[-1] for ends in every), default=0.0),
        )

    def allowed(
        self, shortest: float, longest: float, start: int, crossed: set[int]
    ) -> list[list[Choice]]:
        """Return the legs that one may choose, by hand; hands without any are left out.

        A leg must not lead to a point that was walked over. The first such point that it would come
        to is an intersection, or where the route started: nobody turns back between two of them.

        Args:
            shortest, longest: metres of a leg.
            start: point where the route started.
            crossed: intersections that were walked over.
        """
        # So it is mostly, and this is asked for every leg of every walk that is tried.
        if (
            shortest <= self.nearest
            and self.farthest <= longest
            and start not in self.points
            and self.crossings.isdisjoint(crossed)
        ):
            return self.choices
        visited = {start, *crossed}
        by_hand = (
            [found for ends in hand if (found := _within(ends, shortest, longest, visited))]
            for hand in self.hands
        )
        return [found for found in by_hand if found]


def _within(ends: Ends, shortest: float, longest: float, visited: set[int]) -> Choice | None:
    first = bisect_left(ends.distances, shortest)
    last = bisect_right(ends.distances, longest)
    if first < last and not visited.isdisjoint(ends.points):
        free = next(step for step, point in enumerate(ends.points) if point in visited)
        last = min(last, sum(len(walk.points) <= free for walk in ends.walks))
    return (ends.walks, first, last) if first < last else None


Sides: TypeAlias = Mapping[int, list[int]]
"""Places around one who stands somewhere, by their side: an index into `SIDES`, in order."""


class LegFinder:
    """Finds legs in one city, and keeps what does not depend on the walk before."""

    def __init__(self, city: City) -> None:
        self.streets = streets_of(city)
        self._straight: dict[int, tuple[Ends, Ends]] = {}
        # Threads may write these at once: equal keys, equal values.
        self._first: dict[tuple[int, bool], Ways] = {}
        self._onward: dict[tuple[int, int, bool], Ways] = {}
        self._around: dict[tuple[int, int], Sides] = {}

    def first(self, point: int, to_turn: bool) -> Ways:
        """Return the legs from a point: to where one turns, otherwise to where places are."""
        ways = self._first.get((point, to_turn))
        if ways is None:
            every = [self._ends(slot, to_turn) for slot in self.streets.slots(point)]
            ways = self._first[point, to_turn] = Ways.of(every)
        return ways

    def onward(self, walk: Walk, to_turn: bool) -> Ways:
        """Return the legs after a leg that ends at a turning point, those that words can tell."""
        key = walk.slots[-1], walk.heading, to_turn
        ways = self._onward.get(key)
        if ways is None:
            left: list[Ends] = []
            right: list[Ends] = []
            for slot in self.streets.turns[walk.slots[-1]]:
                told = _only_told(self.streets, slot, self._ends(slot, to_turn), walk.heading)
                turn = wrap(self.streets.bearings[slot] - walk.heading)
                (right if turn > 0 else left).append(told)
            ways = _room(self._onward)[key] = Ways.of(left, right)
        return ways

    def around(self, walk: Walk) -> Sides:
        """Return the places near the end of a leg, by the side on which its walker has them."""
        key = walk.slots[-1], walk.heading
        sides = self._around.get(key)
        if sides is None:
            places = self.streets.nearby.get(walk.points[-1], ())
            by_side: dict[int, list[int]] = {}
            for place, direction in places:
                by_side.setdefault(sector(direction - walk.heading), []).append(place)
            sides = _room(self._around)[key] = dict(sorted(by_side.items()))
        return sides

    def _ends(self, way: int, to_turn: bool) -> Ends:
        both = self._straight.get(way)
        if both is None:
            both = self._straight[way] = _follow(self.streets, way)
        return both[to_turn]


def _room(kept: _Kept) -> _Kept:
    """Return what is kept, emptied where it is full."""
    if len(kept) >= _MOST_KEPT:
        kept.clear()
    return kept


@once_for_each
def legs_of(city: City) -> LegFinder:
    """Return the finder of a city's legs, the same object at every call."""
    return LegFinder(city)


def _follow(streets: Streets, way: int) -> tuple[Ends, Ends]:
    """Return where a leg along a slot may end, whoever walks it: at places, and where one turns."""
    bearings, starts, first = streets.bearings, streets.starts, streets.bearings[way]
    lengths, places, ahead = streets.lengths, streets.ends, streets.ahead
    facing, turns = streets.facing, streets.turns
    start = streets.start_of(way)
    origin, seen = streets.coordinates[start], {start}
    slots: list[int] = []
    points: list[int] = []
    crossings: list[int] = []
    found = Ends(points, crossings, [], []), Ends(points, crossings, [], [])
    distance, bend, least, most, before = 0.0, 0.0, 0.0, 0.0, first
    while way >= 0:
        point = places[way]
        distance += lengths[way]
        if distance > LONGEST_LEG or point in seen:
            break
        # Most steps of a way are between two intersections, and straight on.
        if bearings[way] != before:
            bend += wrap(bearings[way] - before)
            least, most, before = min(least, bend), max(most, bend), bearings[way]
        slots.append(way)
        points.append(point)
        seen.add(point)
        if starts[point + 1] - starts[point] > 2:
            crossings.append(point)
        if distance >= SHORTEST_LEG and (point in facing or turns[way]):
            heading = round(bearing(origin, streets.coordinates[point])) % 360
            off = wrap(heading - first)
            if most - off <= STRAIGHT and off - least <= STRAIGHT:
                walk = Walk(slots[:], points[:], crossings[:], heading, distance)
                for ends, may_end in zip(found, (point in facing, turns[way])):
                    if may_end:
                        ends.walks.append(walk)
                        ends.distances.append(distance)
        way = ahead[way]
    return found


def _only_told(streets: Streets, way: int, ends: Ends, arrival: int) -> Ends:
    """Return those ends that words can tell: no other street at the turn fits the same ones.

    Args:
        streets: of the city.
        way: slot that the next leg begins with.
        ends: of that leg.
        arrival: heading of the leg before.
    """
    leads = [
        streets.bearings[other] for other in streets.slots(streets.start_of(way)) if other != way
    ]
    directions = set(map(compass, leads))
    # Nobody turns back the way that was come.
    turns = {turn_word(arrival, lead) for lead in leads if abs(wrap(lead - arrival)) <= MAX_TURN}
    walks = [
        walk
        for walk in ends.walks
        if MIN_TURN <= abs(wrap(walk.heading - arrival)) <= MAX_TURN
        and compass(walk.heading) not in directions
        and turn_word(arrival, walk.heading) not in turns
    ]
    return Ends(ends.points, ends.crossings, walks, [walk.distance for walk in walks])
