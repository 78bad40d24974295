"""The game as a picture for `render()`: the table, and below it what else there is to know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from gp_env import observe
from gp_env.pictures.cards import Picture
from gp_env.rules import Rule
from gp_env.verifier import OUTCOME_NAMES, Outcome
from gp_env.worth import printed, what_it_makes
from shiftgym.lettering import GROUND, INK, PALE, RIGHT, WRONG, write_line, write_line_right

SIZE, CAPTION = 640, 140
"""Side of the table and height of what stands below it, pixels."""

_MARGIN, _NOTES = 20, 38
_LARGE, _SMALL, _SMALLEST = 30, 22, 14


class Scene(NamedTuple):
    """The game at one moment.

    Attributes:
        rule: as stated.
        target: to be made.
        formula: as far as it is written.
        previous: the attempt before, "" where there was none or nothing could be read.
        outcome: of that attempt, a name of `gp_env.verifier.OUTCOME_NAMES`.
        attempts_left: how many.
    """

    rule: Rule
    target: int
    formula: str
    previous: str
    outcome: str
    attempts_left: int

    @property
    def is_over(self) -> bool:
        """Whether the hand is won or lost."""
        return self.outcome == Outcome.CORRECT or not self.attempts_left

    @classmethod
    def of_row(cls, row: NDArray[np.uint8]) -> Scene:
        """Return the scene that a symbolic observation of shape (56,) tells."""
        seen = observe.decode(row)
        return cls(
            rule=seen["rule"],
            target=seen["target"],
            formula=spaced(seen["formula"]),
            previous=spaced(seen["previous"]),
            outcome=seen["outcome"],
            attempts_left=seen["attempts_left"],
        )


def spaced(tokens: Sequence[str]) -> str:
    """Return the tokens of a formula as people write them, such as "(5 - 1) * 6"."""
    return " ".join(tokens).replace("( ", "(").replace(" )", ")")


def describe_rule(rule: Rule) -> str:
    """Return what jack, queen and king count, in words."""
    return f"J counts {rule.jack}, Q {rule.queen}, K {rule.king}"


def draw_scene(scene: Scene, table: Picture, notes: tuple[str, str] | None = None) -> Picture:
    """Return a table with a caption below it: uint8 of shape (780, 640, 3), or (818, 640, 3).

    The caption states the rule, the target and the formula so far. An attempt that has ended is
    shown with what it made, and the last one in place of the formula.

    Args:
        scene: what the caption tells.
        table: uint8 of shape (640, 640, 3).
        notes: what else to tell in a line of its own, on its left and on its right; it makes the
            picture 38 pixels higher.
    """
    height = SIZE + CAPTION + (_NOTES if notes else 0)
    picture = Image.new("RGB", (SIZE, height), GROUND)
    picture.paste(Image.fromarray(table), (0, 0))
    drawing = ImageDraw.Draw(picture)
    room, end = SIZE - 2 * _MARGIN, SIZE - _MARGIN
    first, second, third = (SIZE + down for down in (14, 62, 100))
    outcome, colour = _told(scene)
    goal = f"Make {scene.target}"
    if scene.is_over:
        result = result_of(scene)
        write_line(drawing, (_MARGIN, first), result, colour, _LARGE, room, _SMALLEST)
        before = goal
    else:
        wide = write_line(drawing, (_MARGIN, first), f"{goal}:  ", PALE, _LARGE, room)
        start = _MARGIN + wide + 12
        formula = printed(scene.formula) or "..."
        write_line(drawing, (start, first), formula, INK, _LARGE, end - start, _SMALLEST)
        before = result_of(scene) if scene.previous else ""
    plural = "" if scene.attempts_left == 1 else "s"
    left = f"{scene.attempts_left} attempt{plural} left"
    wide = write_line_right(drawing, (end, second), left, PALE, _SMALL)
    rule, rest = describe_rule(scene.rule), room - wide - _MARGIN
    write_line(drawing, (_MARGIN, second), rule, INK, _SMALL, rest, _SMALLEST)
    wide = write_line_right(drawing, (end, third), outcome, colour, _SMALL)
    rest = room - wide - _MARGIN
    write_line(drawing, (_MARGIN, third), before, PALE, _SMALL, rest, _SMALLEST)
    if notes:
        write_line(drawing, (_MARGIN, third + _NOTES), notes[0], PALE, _SMALL, room)
        write_line_right(drawing, (end, third + _NOTES), notes[1], PALE, _SMALL)
    return np.asarray(picture)


def result_of(scene: Scene) -> str:
    """Return the attempt before and what it made, such as "2×3+4 = 10 ✗"."""
    made = what_it_makes(scene.previous)
    written = scene.previous if made is None else str(made)
    return f"{written or 'no formula'} {'✓' if scene.outcome == Outcome.CORRECT else '✗'}"


def _told(scene: Scene) -> tuple[str, tuple[int, int, int]]:
    """Return what came of the attempt before, and the colour of it."""
    if scene.outcome == OUTCOME_NAMES[0]:
        return "no attempt yet", PALE
    colour = RIGHT if scene.outcome == Outcome.CORRECT else WRONG
    return scene.outcome.replace("_", " "), colour
