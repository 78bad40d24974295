"""The rule that shifts: in which frame a turn is told, and which word stands for which direction.

A rule is a frame and a table. In the world frame a turn is told by where one faces after it, in the
body frame by how one turns; the table says which word to use for each of the eight, or four,
directions of the frame. With every direction called by its own name these are the two rules that
are compared, "absolute" and "relative"; any other table is a rule that has to be read where it is
stated. A random rule is never one of the two.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from shiftgym.checks import shown
from shiftgym.keywords import RANDOM
from shiftgym.mixer import Words, integers
from virl_env.orders import orders
from virl_env.world.geometry import COMPASS, RELATIVE, compass, turn_word

WORDS = (*COMPASS, *RELATIVE)
"""Every word for a turn; its code is its index plus one."""

FRAMES = {"world": COMPASS, "body": RELATIVE}
"""The directions of each frame, in the order of a rule's table."""


class Directions(NamedTuple):
    """How turns are told.

    Attributes:
        frame: "world" or "body".
        words: the word for each direction of the frame, in the order of `FRAMES[frame]`.
    """

    frame: str
    words: tuple[str, ...]

    @classmethod
    def parse(cls, directions: DirectionsLike) -> Directions:
        """Return a rule.

        Args:
            directions: "absolute", "relative", a Directions, or its two parts.

        Raises:
            ValueError: naming what came and what was expected.
        """
        if isinstance(directions, str) and directions in NAMED:
            return NAMED[directions]
        try:
            frame, words = tuple(directions)
            rule = cls(str(frame), tuple(words))
            fits = sorted(rule.words) == sorted(FRAMES[rule.frame])
        except (TypeError, ValueError, KeyError):
            fits = False
        if not fits:
            raise ValueError(
                f"Unknown directions {shown(directions)}: expected "
                f"{', '.join(map(repr, NAMED))}, of an environment also {RANDOM!r}, or "
                f"(frame, words) with the frame 'world' and its words {COMPASS} in any order, or "
                f"the frame 'body' and its words {RELATIVE} in any order."
            )
        return rule

    @property
    def name(self) -> str:
        """The rule's name, or its frame and words."""
        for name, rule in NAMED.items():
            if self == rule:
                return name
        return f"{self.frame}: {', '.join(self.words)}"

    def word(self, from_heading: float, to_heading: float) -> str:
        """Return the word for the turn from one heading to another, both in degrees."""
        if self.frame == "world":
            return self.words[COMPASS.index(compass(to_heading))]
        return self.words[RELATIVE.index(turn_word(from_heading, to_heading))]

    def __str__(self) -> str:
        return self.name


DirectionsLike: TypeAlias = "str | Directions | tuple[str, tuple[str, ...]]"

NAMED = {
    "absolute": Directions("world", COMPASS),
    "relative": Directions("body", RELATIVE),
}
"""The two rules that the study compares."""

HELD_OUT = (Directions("world", COMPASS), Directions("body", RELATIVE))
"""A random rule is none of these: in neither frame does each direction have its own name.

This list is frozen, and so is `_DRAWN_FRAMES`: another entry would change every recorded episode
with a random rule. A rule that is named from now on is drawn like any other table.
"""

_DRAWN_FRAMES = ("world", "body")

TABLE_LENGTH = len(COMPASS)


def table(rule: Directions) -> NDArray[np.uint8]:
    """Return a rule as its frame (1 world, 2 body) and word codes: uint8 of (9,), 0 behind."""
    row = np.zeros(1 + TABLE_LENGTH, dtype=np.uint8)
    row[0] = 1 + list(FRAMES).index(rule.frame)
    row[1 : 1 + len(rule.words)] = [1 + WORDS.index(word) for word in rule.words]
    return row


def from_table(row: NDArray[np.uint8]) -> Directions:
    """Return the rule of a row that `table` or `draw_tables` made."""
    return Directions(
        list(FRAMES)[int(row[0]) - 1], tuple(WORDS[code - 1] for code in row[1:].tolist() if code)
    )


def draw_tables(seeds: Words, number: int) -> NDArray[np.uint8]:
    """Draw a rule for each seed: a frame, then a table of its words that is not the identity.

    Both frames are equally likely, and so are all tables of a frame but the identity.

    Args:
        seeds: of the episodes, shape (n,).
        number: the first of the two draws of each seed that are used.

    Returns:
        Rows as `table` makes them, uint8 of shape (n, 9).
    """
    rows = np.zeros((len(seeds), 1 + TABLE_LENGTH), dtype=np.uint8)
    frames = integers(seeds, number, len(_DRAWN_FRAMES))
    for place, frame in enumerate(_DRAWN_FRAMES):
        words = FRAMES[frame]
        chosen = np.flatnonzero(frames == place)
        tables = orders(len(words))
        # The identity is the first of the orders.
        drawn = 1 + integers(seeds[chosen], number + 1, len(tables) - 1)
        rows[chosen, 0] = 1 + list(FRAMES).index(frame)
        rows[chosen, 1 : 1 + len(words)] = tables[drawn] + 1 + WORDS.index(words[0])
    return rows
