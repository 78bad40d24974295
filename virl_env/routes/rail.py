"""The rail: the points at which a walker is asked what to do, with the right action at each.

Where the study's own rail is in error, this one is not: the points of a leg lie strictly between
its ends, relative words come from wrapped turns, a heading of 0 is a heading, and a leg keeps its
two lines of instruction however short it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from shiftgym.checks import in_range
from virl_env.directions import Directions, DirectionsLike
from virl_env.routes.route import Leg, Route, check_legs
from virl_env.world.geometry import Geocode, near

FORWARD, STOP = "forward()", "stop()"

NO_LANDMARKS = "No landmarks nearby"
"""Observed wherever there are none; other words at turning points would give those away."""

_MAX_POINTS = 100


@dataclass(frozen=True)
class RailStep:
    """One point of a rail, as the walker finds it.

    Attributes:
        geocode: where it is.
        heading: faced on arrival, before the action; 0 to 359.
        action: the right one, such as "turn_direction(west)", "forward()" or "stop()".
        observation: what is seen there, in words.
        intersection: True at turning points and at the destination.
        instruction: number of the line that the action follows, from 1.
        kind: "turn", "forward" or "stop".
    """

    geocode: Geocode
    heading: int
    action: str
    observation: str
    intersection: bool
    instruction: int
    kind: str


class Generator(Protocol):
    """What `build_rail` draws from: `random.Random`, or a NumPy generator."""

    def random(self) -> float:
        """Return a number in [0, 1)."""


def build_rail(
    route: Route,
    points_per_segment: int = 5,
    initial_heading: int | None = None,
    directions: DirectionsLike = "absolute",
    drop_rate: float = 0.0,
    rng: Generator | None = None,
) -> list[RailStep]:
    """Return the rail of a route.

    It begins with a turn; each leg has forward points that divide it evenly, none of them at its
    ends, and closes with a turn, the last leg with the stop. The walker arrives everywhere with the
    heading of the leg that it walked.

    Args:
        route: of one leg or more.
        points_per_segment: forward points of a leg, 0 to 100.
        initial_heading: faced at the start, 0 to 359; None for the route's own.
        directions: how turns are told: "absolute", "relative" or another rule.
        drop_rate: chance of each forward point to be left out, 0 to 1.
        rng: draws which ones; needed where `drop_rate` is above 0, not used otherwise.

    Raises:
        ValueError: for a route without legs, or another argument out of its range.
    """
    if not isinstance(route, Route):
        raise ValueError(
            f"route must be a virl_env.Route, from virl_env.load_routes for example; got {route!r}."
        )
    check_legs(route, most=None)
    count = in_range("points_per_segment", points_per_segment, 0, _MAX_POINTS)
    if initial_heading is None:
        initial_heading = route.initial_heading
    heading = in_range("initial_heading", initial_heading, 0, 359)
    rule = Directions.parse(directions)
    kept = _keeper(drop_rate, rng)

    first = f"turn_direction({rule.word(heading, route.legs[0].heading)})"
    steps = [RailStep(route.start, heading, first, NO_LANDMARKS, False, 1, "turn")]
    start = route.start
    for number, leg in enumerate(route.legs, start=1):
        line = 2 * number
        for k in range(1, count + 1):
            if kept():
                point = _between(start, leg.end, k / (count + 1))
                steps.append(
                    RailStep(point, leg.heading, FORWARD, NO_LANDMARKS, False, line, "forward")
                )
        last = number == len(route.legs)
        seen = describe(leg, is_destination=last)
        if last:
            steps.append(RailStep(leg.end, leg.heading, STOP, seen, True, line, "stop"))
        else:
            turn = f"turn_direction({rule.word(leg.heading, route.legs[number].heading)})"
            steps.append(RailStep(leg.end, leg.heading, turn, seen, True, line + 1, "turn"))
        start = leg.end
    return steps


def stand_on_rail(
    route: Route, points_per_segment: int, initial_heading: int, place: int
) -> tuple[Geocode, int]:
    """Return where point `place` (from 0) of a whole rail is, and the heading faced on arrival.

    The same as `geocode` and `heading` of that step of `build_rail`, without building the others.
    """
    if place == 0:
        return route.start, initial_heading
    number, step = divmod(place - 1, points_per_segment + 1)
    leg = route.legs[number]
    if step == points_per_segment:
        return leg.end, leg.heading
    start = route.legs[number - 1].end if number else route.start
    return _between(start, leg.end, (step + 1) / (points_per_segment + 1)), leg.heading


def describe(leg: Leg, *, is_destination: bool) -> str:
    """Return what is seen at the end of a leg, in words."""
    if leg.landmark is None:
        return NO_LANDMARKS
    name = f"The destination {leg.landmark.name}" if is_destination else leg.landmark.name
    return f"{name} is on your {leg.side}"


def _between(start: Geocode, end: Geocode, fraction: float) -> Geocode:
    longitude = start[1] + (near(end[1], start[1]) - start[1]) * fraction
    return start[0] + (end[0] - start[0]) * fraction, near(longitude, 0.0)


def _keeper(drop_rate: float, rng: Generator | None) -> Callable[[], bool]:
    """Return a function that says of the next forward point whether it is kept."""
    number = isinstance(drop_rate, (int, float)) and not isinstance(drop_rate, bool)
    if not number or not 0 <= drop_rate <= 1:
        raise ValueError(f"drop_rate is a chance from 0 to 1; got {drop_rate!r}.")
    if drop_rate == 0:
        return lambda: True
    if not callable(getattr(rng, "random", None)):
        raise ValueError(
            f"drop_rate={drop_rate!r} needs a generator to draw with: pass rng, for example "
            f"random.Random(0); got {rng!r}."
        )
    assert rng is not None  # for those who check types
    return lambda: rng.random() >= drop_rate
