"""The picture of a walk for `render()`: views or a map, and beside them what there is to know.

People look at it, agents never do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from shiftgym.lettering import (
    GROUND,
    INK,
    PALE,
    RIGHT,
    WRONG,
    text_width,
    write_line,
    write_line_right,
    write_lines,
)
from virl_env import observe
from virl_env.config import MAX_ATTEMPTS, NavigationConfig
from virl_env.directions import FRAMES, NAMED, Directions
from virl_env.map_picture import draw_map
from virl_env.routes.instructions import write_instructions
from virl_env.routes.route import Route
from virl_env.verifier import OUTCOME_NAMES, Outcome
from virl_env.views.source import VIEW_NAMES
from virl_env.world.city import City
from virl_env.world.geometry import Geocode

Picture = NDArray[np.uint8]

SIZE, PANEL = 640, 320
"""Side of the views, or of the map in their place, and width of what stands beside; pixels."""

_MARGIN, _LARGE, _SMALL = 14, 18, 14
_RULE_LINES, _LINES = 6, 4
"""Lines of the panel that the rule, and an instruction, take at most."""


class Snapshot(NamedTuple):
    """A walk at one moment.

    Attributes:
        route: that is walked.
        city: of the route, None where it is not known.
        place: where the walker stands, degrees.
        heading: degrees.
        lines: the instructions in words.
        line: that is followed, from 0.
        rule: as stated.
        done: the last action, "" before the first.
        outcome: of it, a name of `virl_env.verifier.OUTCOME_NAMES`.
        left: attempts or actions that are left, in words; "" at the end.
        arrived: how the walk has ended, well or not; None while it goes on.
    """

    route: Route
    city: City | None
    place: Geocode
    heading: int
    lines: Sequence[str]
    line: int
    rule: Directions
    done: str
    outcome: str
    left: str
    arrived: bool | None

    @classmethod
    def of_row(
        cls,
        row: Picture,
        config: NavigationConfig,
        route: Route,
        initial_heading: int,
        stand: tuple[Geocode, int],
        line: int,
        arrived: bool | None,
    ) -> Snapshot:
        """Return the snapshot that a symbolic observation and what it does not tell make up.

        Args:
            row: the observation, of shape (96,).
            config: of the environment.
            route, initial_heading: of the episode.
            stand: where the walker stands, and its heading.
            line, arrived: as the attributes.
        """
        seen = observe.decode(row)
        done = seen["previous"] or next(iter(seen["actions"]), "")
        return cls(
            route=route,
            city=config.city_of(route),
            place=stand[0],
            heading=stand[1],
            lines=write_instructions(route, initial_heading, config.instructions, config.style),
            line=line,
            rule=seen["directions"],
            done="no action" if seen["outcome"] == Outcome.UNREADABLE else done,
            outcome=seen["outcome"],
            left="" if arrived is not None else _left(seen["attempts_left"], config),
            arrived=arrived,
        )


def _left(count: int, config: NavigationConfig) -> str:
    """Return in words how many attempts, or actions before the time is up, are left."""
    plural = "" if count == 1 else "s"
    if config.movement == "rail":
        return f"{count} attempt{plural} left"
    # Observations count no further.
    more = " or more" if count == MAX_ATTEMPTS else ""
    return f"{count}{more} action{plural} left"


def draw_snapshot(snapshot: Snapshot, views: Picture | None = None) -> Picture:
    """Return the picture of a walk: uint8 of shape (640, 960, 3).

    Args:
        snapshot: of the walk.
        views: what is seen, as a grid of uint8 (640, 640, 3); None to draw a large map instead.
    """
    picture = Image.new("RGB", (SIZE + PANEL, SIZE), GROUND)
    here = snapshot.route, snapshot.city, snapshot.place, snapshot.heading, snapshot.line // 2
    drawing = ImageDraw.Draw(picture)
    if views is None:
        picture.paste(Image.fromarray(draw_map(*here)), (0, 0))
        top = 0
    else:
        picture.paste(Image.fromarray(views), (0, 0))
        label_views(drawing, SIZE)
        picture.paste(Image.fromarray(draw_map(*here, size=PANEL)), (SIZE, 0))
        top = PANEL
    _write_panel(drawing, snapshot, top)
    return np.asarray(picture)


def label_views(drawing: ImageDraw.ImageDraw, size: int) -> None:
    """Write which way each view looks into the upper middle of it.

    Args:
        drawing: of a picture that has a grid of four views in its upper left corner.
        size: of that grid, pixels.
    """
    half, letters = size // 2, max(11, size // 40)
    for number, name in enumerate(VIEW_NAMES):
        row, column = divmod(number, 2)
        wide, edge = text_width(name, letters), letters // 2
        left, top = column * half + (half - wide) / 2, row * half + letters // 2
        box = (left - edge, top, left + wide + edge, top + 1.4 * letters)
        drawing.rounded_rectangle(box, letters // 3, GROUND)
        write_line(drawing, (left, top + 0.1 * letters), name, INK, letters, half)


def rule_in_brief(rule: Directions) -> str:
    """Return how turns are told under a rule, in a sentence."""
    told = {
        "world": "a turn is named by the compass direction faced after it",
        "body": "a turn is named by how one turns: left, right, slightly left, slightly right",
    }[rule.frame]
    if rule in NAMED.values():
        return f"Rule: {rule.name}; {told}."
    names = FRAMES[rule.frame]
    pairs = ", ".join(f"{name} → {word}" for name, word in zip(names, rule.words))
    frame = "the compass direction faced after it" if rule.frame == "world" else "how one turns"
    return f"Rule: turns by {frame}, in other words: {pairs}."


def what_came_of_it(
    done: str, outcome: str, arrived: bool | None
) -> tuple[str, tuple[int, int, int]]:
    """Return the last action, or how a walk has ended, in a few words and their colour.

    Args:
        done, outcome, arrived: as of `Snapshot`.
    """
    if arrived is not None:
        return ("Arrived ✓", RIGHT) if arrived else ("Not as instructed ✗", WRONG)
    if outcome == OUTCOME_NAMES[0]:
        return done or "Nothing done yet", PALE
    if outcome == Outcome.CORRECT:
        return f"{done} ✓", RIGHT
    return f"{done} ✗ {outcome.replace('_', ' ')}", WRONG


def _write_panel(drawing: ImageDraw.ImageDraw, snapshot: Snapshot, top: int) -> None:
    """Write instructions, rule and outcome into the panel from `top` on."""
    left, room, end = SIZE + _MARGIN, PANEL - 2 * _MARGIN, SIZE - _MARGIN
    done, colour = what_came_of_it(snapshot.done, snapshot.outcome, snapshot.arrived)
    under = end - _LARGE
    write_line(drawing, (left, under - 1.5 * _LARGE), done, colour, _LARGE, room, _SMALL)
    write_line_right(drawing, (left + room, under + 2), snapshot.left, PALE, _SMALL)
    count = f"Instruction {snapshot.line + 1} of {len(snapshot.lines)}"
    y = write_lines(drawing, (left, top + _MARGIN), count, PALE, _SMALL, room, 1) + 2
    now = snapshot.lines[snapshot.line]
    y = write_lines(drawing, (left, y), now, INK, _LARGE, room, _LINES) + 8
    rule = rule_in_brief(snapshot.rule)
    y = write_lines(drawing, (left, y), rule, PALE, _SMALL, room, _RULE_LINES)
    floor = under - 1.5 * _LARGE - 4
    for number, line in enumerate(snapshot.lines[snapshot.line + 1 :], snapshot.line + 2):
        if y + 8 + 2.6 * _SMALL > floor:
            break
        y = write_lines(drawing, (left, y + 8), f"{number}. {line}", PALE, _SMALL, room, 2)
