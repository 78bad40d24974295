"""Legs that can be walked in a city: straight on from a street, to where one may turn or stop."""

from __future__ import annotations

from typing import NamedTuple

from virl_env.world.geometry import bearing, compass, turn_word, wrap
from virl_env.world.streets import MAX_TURN, MIN_TURN, STRAIGHT, Streets


class Walk(NamedTuple):
    """A leg as it is walked: its slots in order, its heading and its metres."""

    slots: list[int]
    heading: int
    distance: float


def straight_legs(
    streets: Streets,
    start: int,
    way: int,
    limits: tuple[float, float],
    visited: set[int],
    arrival: int | None,
    *,
    to_turn: bool,
) -> list[Walk]:
    """Return the legs that go straight on along a slot, one for each point where one may end.

    Args:
        streets: of the city.
        start: point where they begin.
        way: slot that they begin with.
        limits: shortest and longest, metres.
        visited: points that no leg may lead to.
        arrival: heading of the leg that ends at the start, None for the first leg.
        to_turn: whether they end at a turning point, otherwise where places are.
    """
    ends, bearings, ahead = streets.ends, streets.bearings, streets.ahead
    origin, first = streets.coordinates[start], bearings[way]
    legs: list[Walk] = []
    slots: list[int] = []
    seen = {start}
    distance, bend, least, most = 0.0, 0.0, 0.0, 0.0
    while way >= 0:
        point = ends[way]
        distance += streets.lengths[way]
        if distance > limits[1] or point in visited or point in seen:
            break
        if slots:
            bend += wrap(bearings[way] - bearings[slots[-1]])
            least, most = min(least, bend), max(most, bend)
        slots.append(way)
        seen.add(point)
        if distance >= limits[0] and (streets.turns[way] if to_turn else point in streets.facing):
            heading = round(bearing(origin, streets.coordinates[point])) % 360
            off = wrap(heading - first)
            straight = most - off <= STRAIGHT and off - least <= STRAIGHT
            if straight and (
                arrival is None or _is_told(streets, start, slots[0], arrival, heading)
            ):
                legs.append(Walk(slots.copy(), heading, distance))
        way = ahead[way]
    return legs


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
