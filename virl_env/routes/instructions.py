"""Instructions of a route: two lines a leg, one for the turn into it and one for walking it.

What the lines tell is decided once, as the numbers of `line_codes`; `write_instructions` puts the
same into words. A turn can be told by the relative word, by the compass word, by both (as in the
study, where either rule can be met by copying), or by the landmark that is in sight there.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shiftgym.checks import in_range, one_of
from virl_env.routes.route import Leg, Route, check_legs
from virl_env.world.geometry import COMPASS, RELATIVE, SIDES, bearing, compass, side, turn_word

NAMINGS = ("both", "relative", "absolute", "landmarks")

WALK = len(RELATIVE) + 1
"""Code of walking, in the column of turns."""


class Wording(NamedTuple):
    """One way to put the lines; every text is a `str.format` string without a full stop.

    Attributes:
        both, relative, absolute, landmarks, untold: a turn, by what is told of it: {relative} and
            {compass} words, or the {landmark} and its {side} afterwards.
        first, later: the line of the first turn and of another; {turn} is one of the above.
        to_landmark, to_crossing: walking to a turning point, with a {landmark} on some {side}
            there and without; {distance} in metres.
        to_destination, to_name: walking to the destination {landmark}, with its {side} and
            without.
    """

    both: str
    relative: str
    absolute: str
    landmarks: str
    untold: str
    first: str
    later: str
    to_landmark: str
    to_crossing: str
    to_destination: str
    to_name: str


STYLES = (
    Wording(
        both="turn {relative} so that you face {compass}",
        relative="turn {relative}",
        absolute="turn so that you face {compass}",
        landmarks="turn until {landmark} is on your {side}",
        untold="turn into the street in which the route goes on",
        first="To begin, {turn}",
        later="There, {turn}",
        to_landmark="Walk ahead as far as the intersection where {landmark} is on your {side}",
        to_crossing="Walk ahead for about {distance} meters, to the intersection where you turn",
        to_destination="Walk ahead until your destination, {landmark}, is on your {side}",
        to_name="Walk ahead until you are at your destination, {landmark}",
    ),
    Wording(
        both="go {relative}, which is {compass}",
        relative="go {relative}",
        absolute="go {compass}",
        landmarks="spin round to have {landmark} on your {side}",
        untold="pick the street that the route takes",
        first="From where you stand {turn}",
        later="At that corner {turn}",
        to_landmark="Keep straight on to the corner that has {landmark} on your {side}",
        to_crossing="Keep straight on to the corner, some {distance} meters away",
        to_destination="Keep straight on; the end is where {landmark} is on your {side}",
        to_name="Keep straight on; the end is at {landmark}",
    ),
    Wording(
        both="your way leads {compass}, a turn {relative}",
        relative="your way is a turn {relative}",
        absolute="your way leads {compass}",
        landmarks="your way leads where {landmark} comes to be on your {side}",
        untold="your way leads along another street",
        first="Before the first step: {turn}",
        later="Once there: {turn}",
        to_landmark="Follow the street. At a junction you will have {landmark} on your {side}",
        to_crossing="Follow the street. After {distance} meters or so there is a junction",
        to_destination="Follow the street. You have arrived with {landmark} on your {side}",
        to_name="Follow the street. You have arrived when you stand at {landmark}",
    ),
    Wording(
        both="bear {relative} ({compass})",
        relative="bear {relative}",
        absolute="bear {compass}",
        landmarks="swing about till {landmark} is {side}",
        untold="bear off",
        first="Set out: {turn}",
        later="Crossing reached: {turn}",
        to_landmark="Carry on to the crossing that has {landmark} {side}",
        to_crossing="Carry on to the crossing after {distance} m",
        to_destination="Carry on; halt when {landmark} is {side}",
        to_name="Carry on; halt at {landmark}",
    ),
)
"""Ways to put the same instructions; the number of one is a `style`, and 0 is the default."""


def line_codes(
    route: Route, initial_heading: int | None = None, naming: str = "both"
) -> NDArray[np.uint8]:
    """Return what the instructions of a route tell, line by line.

    Args:
        route: of 1 to 8 legs.
        initial_heading: faced at the start, 0 to 359; None for the route's own.
        naming: what tells a turn: one of `NAMINGS`. With "landmarks" a turn is told only where the
            sides of the landmark before and after it leave but one relative word for it.

    Returns:
        uint8 of shape (2 * legs, 4), 0 for what is not told. Columns: the turn (1 to 4: index in
        `RELATIVE` plus one; 5 on the lines that tell to walk), the direction faced after it (index
        in `COMPASS` plus one), the landmark (number of the leg, from 1, at whose end it is seen),
        and its side (index in `SIDES` plus one): on a walking line at the end of that walk, on a
        turning line after the turn.

    Raises:
        ValueError: for another number of legs or another argument out of its range.
    """
    check_legs(route)
    one_of("naming", naming, NAMINGS)
    heading = _heading(route, initial_heading)
    codes = np.zeros((2 * len(route.legs), 4), dtype=np.uint8)
    before = None
    for index, leg in enumerate(route.legs):
        turn, walk = codes[2 * index], codes[2 * index + 1]
        if naming in ("both", "relative"):
            turn[0] = RELATIVE.index(turn_word(heading, leg.heading)) + 1
        if naming in ("both", "absolute"):
            turn[1] = COMPASS.index(compass(leg.heading)) + 1
        if naming == "landmarks" and before is not None:
            after = _telling_side(before, leg.heading)
            if after is not None:
                turn[2:] = index, SIDES.index(after) + 1
        walk[0] = WALK
        if leg.side is not None:
            walk[2:] = index + 1, SIDES.index(leg.side) + 1
        heading, before = leg.heading, leg
    return codes


def write_instructions(
    route: Route, initial_heading: int | None = None, naming: str = "both", style: int = 0
) -> list[str]:
    """Return the instructions of a route in words, two lines a leg, without numbers before them.

    Args:
        route: of 1 to 8 legs.
        initial_heading: faced at the start, 0 to 359; None for the route's own.
        naming: what tells a turn, as for `line_codes`.
        style: index into `STYLES`.

    Raises:
        ValueError: for another number of legs or another argument out of its range.
    """
    words = STYLES[in_range("style", style, 0, len(STYLES) - 1)]
    codes = line_codes(route, initial_heading, naming).tolist()
    lines = []
    for index, leg in enumerate(route.legs):
        opening = words.later if index else words.first
        told = _turn_text(route, words, codes[2 * index])
        lines.append(f"{opening.format(turn=told)}.")
        lines.append(f"{_walk_text(route, words, leg, last=index == len(route.legs) - 1)}.")
    return lines


def _turn_text(route: Route, words: Wording, codes: list[int]) -> str:
    turn, direction, number, where = codes
    if number:
        landmark = route.legs[number - 1].landmark
        assert landmark is not None  # a line names none where there is none
        return words.landmarks.format(landmark=landmark.name, side=SIDES[where - 1])
    if turn and direction:
        return words.both.format(relative=RELATIVE[turn - 1], compass=COMPASS[direction - 1])
    if turn:
        return words.relative.format(relative=RELATIVE[turn - 1])
    return words.absolute.format(compass=COMPASS[direction - 1]) if direction else words.untold


def _walk_text(route: Route, words: Wording, leg: Leg, *, last: bool) -> str:
    if leg.landmark is None:
        if last:
            return words.to_name.format(landmark=route.destination)
        return words.to_crossing.format(distance=max(10, 10 * round(leg.distance / 10)))
    text = words.to_destination if last else words.to_landmark
    return text.format(landmark=leg.landmark.name, side=leg.side)


def _telling_side(before: Leg, heading: int) -> str | None:
    """Return where the landmark at the end of a leg is after a turn, None if that tells too little.

    A side is an eighth of the circle, so two of them give the turn to within 45 degrees: two or
    three eighths apart only a left or only a right turn is between them, but with one eighth it may
    be a slight turn too, with none or four it may go either way.
    """
    if before.landmark is None or before.landmark.geocode == before.end:
        return None
    direction = bearing(before.end, before.landmark.geocode)
    if side(before.heading, direction) != before.side:
        return None  # told from another place than the one that the map has
    after = side(heading, direction)
    apart = (SIDES.index(after) - SIDES.index(before.side)) % len(SIDES)
    return after if apart in (2, 3, 5, 6) else None


def _heading(route: Route, initial_heading: int | None) -> int:
    if initial_heading is None:
        return route.initial_heading
    return in_range("initial_heading", initial_heading, 0, 359)
