"""The look of drawn streets: how far palette, weather, light and sharpness are from the city's own.

A look is data. Which colours a severity gives is the business of whoever draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np

from shiftgym.checks import in_range, is_same, shown
from shiftgym.mixer import integers

MAX_SEVERITY = 5
VARIATIONS = 256

MAX_DRAWN = 3
"""Highest severity of a random look: at the two above it, people have to look twice."""

# Draw numbers inside an episode seed; a route, its heading, rule and landmarks take lower ones.
# Frozen: in random looks, a severity that is added later stays 0.
_DRAWS = {"palette": 32, "weather": 33, "night": 34, "blur": 35}
_VARIATION_DRAW = 36


@dataclass(frozen=True)
class Look:
    """Severities, from 0 (the city as it is) to 5.

    Attributes:
        palette: other colours of houses, streets and signs; those of the unseen cities never.
        weather: clouds, then fog.
        night: dusk, then darkness with lit windows.
        blur: of the whole picture.
        variation: which of several colours, clouds and so on of these severities, 0 to 255.

    Raises:
        ValueError: on construction, for a number out of range.
    """

    palette: int = 0
    weather: int = 0
    night: int = 0
    blur: int = 0
    variation: int = 0

    def __post_init__(self) -> None:
        for axis in AXES:
            keyword = f"The severity of {axis} in look"
            object.__setattr__(self, axis, in_range(keyword, getattr(self, axis), 0, MAX_SEVERITY))
        variation = in_range("The variation of a look", self.variation, 0, VARIATIONS - 1)
        object.__setattr__(self, "variation", variation)


AXES = tuple(field.name for field in fields(Look) if field.name != "variation")

PLAIN, RANDOM = "plain", "random"

LookLike: TypeAlias = "str | Mapping[str, int] | Look"


def check_look(look: LookLike) -> Look | None:
    """Return the look that the keyword `look` asks for, None for a random one in each episode.

    Args:
        look: "plain", "random", severities such as {"night": 3}, or a `Look`.

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
        return Look(**look)
    if not is_same(look, PLAIN) and not is_same(look, RANDOM):
        raise ValueError(
            f"look={shown(look)} is unknown: expected {PLAIN!r}, {RANDOM!r} (another one in each "
            f"episode), or severities from 0 to {MAX_SEVERITY} such as {{'night': 3}}, of "
            f"{', '.join(AXES)}."
        )
    return Look() if look == PLAIN else None


@lru_cache(maxsize=4096)
def draw_look(episode_seed: Any) -> Look:
    """Return the random look of an episode: severities up to 3, half of them 0, and a variation.

    Args:
        episode_seed: of the episode, 0 to 2**62.
    """
    seed = np.array([episode_seed], dtype=np.uint64)
    severities = {
        axis: max(0, int(integers(seed, number, 2 * MAX_DRAWN)[0]) - MAX_DRAWN + 1)
        for axis, number in _DRAWS.items()
    }
    return Look(**severities, variation=int(integers(seed, _VARIATION_DRAW, VARIATIONS)[0]))
