"""The look of drawn cards: how far each of six things is from plain, from 0 to 5.

A look is data. What a severity does to the picture is the business of `table`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from gp_env import streams
from shiftgym.appearance import Looks, check_severities
from shiftgym.checks import one_of
from shiftgym.mixer import Words, integers

INKS: Mapping[str, tuple[int, int, int]] = {
    "black": (22, 22, 26),
    "red": (200, 24, 32),
    "navy": (24, 44, 120),
    "green": (12, 92, 52),
    "violet": (84, 40, 130),
    "teal": (0, 96, 108),
    "grey": (92, 92, 96),
}
"""Colours of ranks and suits."""

RANDOM_INKS = ("black", "navy", "green", "violet", "teal", "grey")
"""The inks of random looks: neither red nor one near it. This list is frozen."""


@dataclass(frozen=True)
class Look:
    """Severities, from 0 (plain) to 5, and the ink.

    Attributes:
        rotation: how far cards lie turned, up to 10 degrees a step.
        noise: of every pixel.
        table: how far the table's colour is from green, and its stripes.
        face: type face and pips: heavier, slanted, squeezed, moved.
        occlusion: chips that lie on the cards.
        brightness: darker or brighter.
        ink: one of `INKS`, or "" for that of the suit.

    Raises:
        ValueError: on construction, for a number out of range or an unknown ink.
    """

    rotation: int = 0
    noise: int = 0
    table: int = 0
    face: int = 0
    occlusion: int = 0
    brightness: int = 0
    ink: str = ""

    def __post_init__(self) -> None:
        check_severities(self, "ink")
        one_of("ink", self.ink, (*INKS, ""))


def _ink(seed: Words) -> str:
    return RANDOM_INKS[int(integers(seed, streams.INK, len(RANDOM_INKS))[0])]


LOOKS = Looks(Look, streams.LOOK, "ink", _ink, example="noise")
AXES, check_look, draw_look = LOOKS.axes, LOOKS.check, LOOKS.drawn()

LookLike: TypeAlias = "str | Mapping[str, int] | Look"
