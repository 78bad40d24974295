"""Strips of pictures: what each severity of a look does to cards and to streets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

import virl_env
from gp_env.pictures import look as cards
from gp_env.pictures.table import draw_table
from shiftgym.appearance import MAX_SEVERITY
from virl_env.views import look as streets
from virl_env.views.city_views import CityViews
from virl_env.world.geometry import bearing, wrap

Picture = NDArray[np.uint8]

SIZE = 160
"""Pixels of a picture's edge."""

SEVERITIES = range(MAX_SEVERITY + 1)

_HEAD, _GAP = 18, 4
_COLOURS = 256
_HAND = (9, 6, 12, 1), (1, 4, 1, 4)
_SEED, _ROUTE = 7, 3
"""Of an episode, which way cards are turned and so on; and of the route that is shown."""


def strips() -> dict[str, Callable[[int], Picture]]:
    """Return what draws a picture of a severity, uint8 of shape (160, 160, 3), by strip's name."""
    found: dict[str, Callable[[int], Picture]] = {}
    for axis in cards.AXES:
        found[f"cards-{axis}"] = lambda severity, axis=axis: _table({axis: severity})
    for axis in streets.AXES:
        found[f"streets-{axis}"] = lambda severity, axis=axis: _street({axis: severity})
    return found


def _table(look: dict[str, int]) -> Picture:
    return draw_table(*_HAND, SIZE, cards.Look(**look), _SEED)


def _street(look: dict[str, int]) -> Picture:
    """Return the view of a turning point in which its landmark is."""
    turn = virl_env.sample_route(virl_env.TRAINING_CITY, _ROUTE, landmarks="all").legs[0]
    assert turn.landmark is not None  # all of them are told
    aside = wrap(bearing(turn.end, turn.landmark.geocode) - turn.heading)
    city = virl_env.named_city(virl_env.TRAINING_CITY)
    return CityViews(city, look).four(turn.end, turn.heading, SIZE)[round(aside / 90) % 4]


def draw_strip(draw: Callable[[int], Picture]) -> Image.Image:
    """Return the pictures of all severities beside each other, each below its number."""
    width = len(SEVERITIES) * (SIZE + _GAP) - _GAP
    strip = Image.new("RGB", (width, _HEAD + SIZE), "white")
    writing, font = ImageDraw.Draw(strip), ImageFont.load_default(13)
    for severity in SEVERITIES:
        left = severity * (SIZE + _GAP)
        writing.text((left + SIZE / 2, _HEAD / 2), str(severity), "black", font, "mm")
        strip.paste(Image.fromarray(draw(severity)), (left, _HEAD))
    return strip


def write_strips(folder: Path) -> list[Path]:
    """Write `strip-<name>.png` of every strip.

    Args:
        folder: for them; made if missing.

    Returns:
        The files, in the order of `strips`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, draw in strips().items():
        paths.append(folder / f"strip-{name}.png")
        # Without dither, whose dots look like noise and take much room.
        few = draw_strip(draw).quantize(_COLOURS, dither=Image.Dither.NONE)
        few.save(paths[-1], optimize=True)
    return paths
