"""Legs that can be walked in a city: straight on from a street, to where one may turn or stop.

Walks are tried by the ten thousand, along the same streets again and again. So the way straight on
from a street is followed once, and what one who comes from somewhere can be told of it is kept.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from shiftgym.once import once_for_each
from virl_env.routes.kinds import LONGEST_LEG, SHORTEST_LEG
from virl_env.world.city import City
from virl_env.world.geometry import bearing, compass, turn_word, wrap
from virl_env.world.streets import MAX_TURN, MIN_TURN, STRAIGHT, Streets, streets_of

_MOST_KEPT = 2**16
"""Ways into a street, each by the heading of arrival, that a city's legs are kept for."""


class Walk(NamedTuple):
    """A leg as it is walked: its slots in order, its heading and its metres."""

    slots: list[int]
    heading: int
    distance: float


class _Ends(NamedTuple):
    """Where one may end who walks straight on, the nearest first; lists of one length.

    Attributes:
        slots: all of the way, also behind the last end.
        points: that the slots lead to.
        steps: index of the last slot before each end.
        headings: from the start to each end, degrees.
        distances: from the start to each end, metres.
    """

    slots: list[int]
    points: list[int]
    steps: list[int]
    headings: list[int]
    distances: list[float]

    def walk(self, number: int) -> Walk:
        """Return the way to an end."""
        slots = self.slots[: self.steps[number] + 1]
        return Walk(slots, self.headings[number], self.distances[number])


class Choice(NamedTuple):
    """Legs to choose from: the way to each of the ends `numbers`."""

    ends: _Ends
    numbers: range


class LegFinder:
    """Finds legs in one city, and keeps what does not depend on the walk before."""

    def __init__(self, city: City) -> None:
        self.streets = streets_of(city)
        # By slot and by whether one turns at the end.
        self._straight: dict[tuple[int, bool], _Ends] = {}
        # By heading of arrival too. Threads may write these two at once: equal keys, equal values.
        self._told: dict[tuple[int, bool, int], _Ends] = {}

    def find(
        self,
        way: int,
        limits: tuple[float, float],
        visited: set[int],
        arrival: int | None,
        *,
        to_turn: bool,
    ) -> Choice | None:
        """Return the legs that go straight on along a slot; None where none may end.

        Args:
            way: slot that they begin with.
            limits: shortest and longest, metres; of at least `SHORTEST_LEG` and at most
                `LONGEST_LEG`.
            visited: points that no leg may lead to.
            arrival: heading of the leg that ends at the start, None for the first leg.
            to_turn: whether they end at a turning point, otherwise where places are.
        """
        ends = self._ends(way, to_turn, arrival)
        first = bisect_left(ends.distances, limits[0])
        last = bisect_right(ends.distances, limits[1])
        if first < last and not visited.isdisjoint(ends.points):
            blocked = next(step for step, point in enumerate(ends.points) if point in visited)
            last = min(last, bisect_left(ends.steps, blocked))
        return Choice(ends, range(first, last)) if first < last else None

    def _ends(self, way: int, to_turn: bool, arrival: int | None) -> _Ends:
        ends = self._straight.get((way, to_turn))
        if ends is None:
            ends = self._straight[way, to_turn] = _follow(self.streets, way, to_turn)
        if arrival is None:
            return ends
        told = self._told.get((way, to_turn, arrival))
        if told is None:
            if len(self._told) >= _MOST_KEPT:
                self._told.clear()
            told = self._told[way, to_turn, arrival] = _only_told(self.streets, way, ends, arrival)
        return told


@once_for_each
def legs_of(city: City) -> LegFinder:
    """Return the finder of a city's legs, the same object at every call."""
    return LegFinder(city)


def _follow(streets: Streets, way: int, to_turn: bool) -> _Ends:
    """Return where a leg along a slot may end, whoever walks it."""
    bearings, first = streets.bearings, streets.bearings[way]
    start = streets.start_of(way)
    origin, seen = streets.coordinates[start], {start}
    found = _Ends([], [], [], [], [])
    distance, bend, least, most = 0.0, 0.0, 0.0, 0.0
    while way >= 0:
        point = streets.ends[way]
        distance += streets.lengths[way]
        if distance > LONGEST_LEG or point in seen:
            break
        if found.slots:
            bend += wrap(bearings[way] - bearings[found.slots[-1]])
            least, most = min(least, bend), max(most, bend)
        found.slots.append(way)
        found.points.append(point)
        seen.add(point)
        may_end = bool(streets.turns[way]) if to_turn else point in streets.facing
        if distance >= SHORTEST_LEG and may_end:
            heading = round(bearing(origin, streets.coordinates[point])) % 360
            off = wrap(heading - first)
            if most - off <= STRAIGHT and off - least <= STRAIGHT:
                found.steps.append(len(found.slots) - 1)
                found.headings.append(heading)
                found.distances.append(distance)
        way = streets.ahead[way]
    return found


def _only_told(streets: Streets, way: int, ends: _Ends, arrival: int) -> _Ends:
    """Return those ends that words can tell to one who arrives at the way's start."""
    start = streets.start_of(way)
    kept = [
        number
        for number, heading in enumerate(ends.headings)
        if _is_told(streets, start, way, arrival, heading)
    ]
    return _Ends(
        ends.slots,
        ends.points,
        [ends.steps[number] for number in kept],
        [ends.headings[number] for number in kept],
        [ends.distances[number] for number in kept],
    )


def _is_told(streets: Streets, point: int, way: int, arrival: int, heading: int) -> bool:
    """Return whether words tell a turn at a point: no other street there fits the same one.

    Args:
        streets: of the city.
        point: where the turn is.
        way: slot that the next leg begins with.
        arrival: heading of the leg before.
        heading: of the next leg.
    """
    if not MIN_TURN <= abs(wrap(heading - arrival)) <= MAX_TURN:
        return False
    direction, turn = compass(heading), turn_word(arrival, heading)
    for other in streets.slots(point):
        if other == way:
            continue
        leads = streets.bearings[other]
        if compass(leads) == direction:
            return False
        # Nobody turns back the way that was come.
        if turn_word(arrival, leads) == turn and abs(wrap(leads - arrival)) <= MAX_TURN:
            return False
    return True
