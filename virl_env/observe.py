"""What an agent without eyes or words sees of a rail: 96 small integers, and their space.

The largest case is declared and nothing else changes it: sixteen lines of instructions, eight
landmarks. So one network plays every variant. Landmarks are numbers that are drawn anew for each
episode, so that a number tells neither the order in which landmarks come nor the city.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shiftgym.fields import Fields
from virl_env.actions import ACTIONS, NUM_ACTIONS
from virl_env.config import MAX_ATTEMPTS
from virl_env.directions import TABLE_LENGTH, WORDS, from_table
from virl_env.routes.route import MAX_LEGS
from virl_env.verifier import OUTCOME_NAMES
from virl_env.world.city import CATEGORIES
from virl_env.world.geometry import COMPASS, RELATIVE, SIDES

MAX_LINES = 2 * MAX_LEGS
LINE_CODES = 4
"""Numbers of a line: turn (1-4 a relative word, 5 walk on), compass word, landmark, side."""

MAX_LANDMARKS = MAX_LEGS
HISTORY = 8
"""Actions done that are shown."""

HEADING_STEP = 5
"""Degrees of a heading code."""

WALK_CODE = len(RELATIVE) + 1

_LINE_HIGHS = (WALK_CODE, len(COMPASS), MAX_LANDMARKS, len(SIDES))
FIELDS = Fields(
    {
        "lines": _LINE_HIGHS * MAX_LINES,
        "landmark": (MAX_LANDMARKS,),
        "side": (len(SIDES),),
        "intersection": (1,),
        "heading": (360 // HEADING_STEP,),
        "categories": (len(CATEGORIES),) * MAX_LANDMARKS,
        "actions": (NUM_ACTIONS,) * HISTORY,
        "previous": (NUM_ACTIONS,),
        "attempts_left": (MAX_ATTEMPTS,),
        "outcome": (len(OUTCOME_NAMES) - 1,),
        "frame": (2,),
        "table": (len(WORDS),) * TABLE_LENGTH,
    }
)
"""The highest number of each place of a field; 0 is empty."""

LAYOUT: Mapping[str, slice] = FIELDS.layout
"""Where each field lies in an observation: "lines" (of the instructions, from the current one on),
"landmark", "side", "intersection" (what is in sight), "heading", "categories" (of landmark 1, 2,
...), "actions" (the last ones, newest first), "previous" (the attempt before at this point),
"attempts_left", "outcome" (of the last attempt), "frame" and "table" (the stated rule)."""

SIZE = FIELDS.size

ONEHOT_LAYOUT: Mapping[str, slice] = FIELDS.onehot.layout
"""Where each field lies in an observation of `observation="onehot"`."""


def heading_codes(degrees: NDArray[Any]) -> NDArray[np.uint8]:
    """Return the codes of headings in degrees: 1 to 72, each 5 degrees wide."""
    return (1 + degrees // HEADING_STEP).astype(np.uint8)


def decode(observation: NDArray[Any]) -> dict[str, Any]:
    """Return one observation as named Python values, for people and for tests.

    Its shape is (96,), or (1063,) with `observation="onehot"`.

    Keys: lines (from the current one on, dicts of turn, compass, landmark, side, each None where
    not told; walking lines have the turn "walk"), landmark and side (in sight, None for nothing),
    intersection, categories (of each landmark number), heading (degrees, lower end of its 5),
    actions (newest first), previous, attempts_left, outcome, directions (as stated).

    Raises:
        ValueError: for what is not one observation.
    """
    numbers = FIELDS.integers(observation)
    field = FIELDS.lists(numbers)
    turns = (*RELATIVE, "walk")
    codes = numbers[LAYOUT["lines"]].reshape(MAX_LINES, LINE_CODES)
    # Behind the last line, which names the destination, all are empty; a line before it may be too.
    count = 1 + max(codes.any(axis=1).nonzero()[0], default=-1)
    lines = []
    for turn, compass, landmark, side in codes[:count].tolist():
        lines.append(
            {
                "turn": _name(turns, turn),
                "compass": _name(COMPASS, compass),
                "landmark": landmark or None,
                "side": _name(SIDES, side),
            }
        )
    rule = numbers[LAYOUT["frame"].start : LAYOUT["table"].stop]
    return {
        "lines": lines,
        "landmark": field["landmark"][0] or None,
        "side": _name(SIDES, field["side"][0]),
        "intersection": bool(field["intersection"][0]),
        "categories": {
            number: CATEGORIES[code - 1]
            for number, code in enumerate(field["categories"], 1)
            if code
        },
        "heading": HEADING_STEP * (field["heading"][0] - 1),
        "actions": [ACTIONS[code - 1] for code in field["actions"] if code],
        "previous": _name(ACTIONS, field["previous"][0]),
        "attempts_left": field["attempts_left"][0],
        "outcome": OUTCOME_NAMES[field["outcome"][0]],
        "directions": from_table(rule),
    }


def _name(names: tuple[str, ...], code: int) -> str | None:
    return names[code - 1] if code else None


def as_text(observation: NDArray[np.uint8]) -> str:
    """Return one observation of shape (96,) as a few lines for a terminal."""
    seen = decode(observation)
    lines = [f"Rule      {seen['directions']}"]
    for line in seen["lines"]:
        told = [line["turn"] or "turn", line["compass"] and f"to {line['compass']}"]
        if line["landmark"]:
            told.append(f"until {line['landmark']} is {line['side']}")
        lines.append(f"{'Next' if len(lines) == 1 else '':9} {' '.join(filter(None, told))}")
    sight = f"{seen['landmark']} ({seen['side']})" if seen["landmark"] else "nothing"
    crossing = ", at an intersection" if seen["intersection"] else ""
    lines.append(f"In sight  {sight}{crossing}; heading {seen['heading']}")
    lines.append(f"Done      {' '.join(reversed(seen['actions'])) or '(nothing)'}")
    if seen["previous"]:
        lines.append(f"Before    {seen['previous']}  ->  {seen['outcome']}")
    lines.append(f"Attempts left {seen['attempts_left']}")
    return "\n".join(lines)
