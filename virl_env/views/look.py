"""The look of drawn streets: how far palette, weather, light and sharpness are from the city's own.

A look is data. Which colours a severity gives is the business of whoever draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from shiftgym.appearance import Looks, check_severities
from shiftgym.checks import in_range
from shiftgym.mixer import Words, integers
from virl_env import streams

VARIATIONS = 256


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
        check_severities(self, "variation")
        variation = in_range("The variation of a look", self.variation, 0, VARIATIONS - 1)
        object.__setattr__(self, "variation", variation)


def _variation(seed: Words) -> int:
    return int(integers(seed, streams.VARIATION, VARIATIONS)[0])


LOOKS = Looks(Look, streams.LOOK, "variation", _variation, example="night")
AXES, check_look, draw_look = LOOKS.axes, LOOKS.check, LOOKS.drawn()

LookLike: TypeAlias = "str | Mapping[str, int] | Look"
