"""The look of drawn cards: how far each of six things is from plain, from 0 to 5.

A look is data. What a severity does to the picture is the business of `table`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

import numpy as np

from shiftgym.checks import in_range, is_same, one_of, shown
from shiftgym.mixer import integers

MAX_SEVERITY = 5

MAX_DRAWN = 3
"""Highest severity of a random look, so that curves over severities reach beyond it."""

# Draw numbers inside an episode seed; cards and rule take lower ones.
# Frozen: in random looks, a severity that is added later stays 0.
_DRAWS = {
    "rotation": 1_000,
    "noise": 1_001,
    "table": 1_002,
    "face": 1_003,
    "occlusion": 1_004,
    "brightness": 1_005,
}
_INK_DRAW = 1_010

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
        for axis in AXES:
            keyword = f"The severity of {axis} in look"
            object.__setattr__(self, axis, in_range(keyword, getattr(self, axis), 0, MAX_SEVERITY))
        one_of("ink", self.ink, (*INKS, ""))


AXES = tuple(field.name for field in fields(Look) if field.name != "ink")

PLAIN, RANDOM = "plain", "random"

LookLike: TypeAlias = "str | Mapping[str, int] | Look"


def check_look(look: LookLike) -> Look | None:
    """Return the look that the keyword `look` asks for, None for a random one in each episode.

    Args:
        look: "plain", "random", severities such as {"noise": 3}, or a `Look`.

    Raises:
        ValueError: for anything else.
    """
    if isinstance(look, Look):
        return look
    if isinstance(look, Mapping):
        unknown = [axis for axis in look if axis not in AXES]
        if unknown:
            raise ValueError(
                f"look={shown(dict(look))} has the unknown entry {shown(unknown[0])}: expected "
                f"severities from 0 to {MAX_SEVERITY} of {', '.join(AXES)}."
            )
        return Look(**dict[str, Any](look))
    if not is_same(look, PLAIN) and not is_same(look, RANDOM):
        raise ValueError(
            f"look={shown(look)} is unknown: expected {PLAIN!r}, {RANDOM!r} (another one in each "
            f"episode), or severities from 0 to {MAX_SEVERITY} such as {{'noise': 3}}, of "
            f"{', '.join(AXES)}."
        )
    return Look() if look == PLAIN else None


def draw_look(episode_seed: Any) -> Look:
    """Return the random look of an episode: severities up to 3, half of them 0, and an ink.

    Args:
        episode_seed: of the episode, 0 to 2**62.
    """
    seed = np.array([episode_seed], dtype=np.uint64)
    severities = {
        axis: max(0, int(integers(seed, number, 2 * MAX_DRAWN)[0]) - MAX_DRAWN + 1)
        for axis, number in _DRAWS.items()
    }
    ink = RANDOM_INKS[int(integers(seed, _INK_DRAW, len(RANDOM_INKS))[0])]
    return Look(**severities, ink=ink)
