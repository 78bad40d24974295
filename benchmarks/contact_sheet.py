"""One picture of many: all named cities by day and by night, at the sizes that are used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

import virl_env
from virl_env.views.city_views import CityViews
from virl_env.views.look import Look

Picture = NDArray[np.uint8]

LOOKS = {"day": Look(), "night": Look(night=3)}
NAMES = ("front", "right", "back", "left")

COLUMNS = ((640, False, 0), (256, True, 1), (84, True, 0))
"""Pixels of a view, whether it is seen at a turn or at the start, and which of the four it is. On
the sheet all are as large as `CELL`, the small ones with larger pixels."""

CELL = 160
"""Pixels of a picture's edge on the sheet."""

_ROUTE = 3
_HEAD, _GAP, _NAMES = 20, 4, 104
_COLOURS = 256


def views(city: virl_env.City, look: Look, size: int, at_turn: bool) -> Picture:
    """Return what is seen at the start of a route or at its first turn: (4, n, n, 3), uint8."""
    route = virl_env.sample_route(city, _ROUTE, landmarks="all")
    leg = route.legs[0]
    place = leg.end if at_turn else route.start
    return CityViews(city, look).four(place, leg.heading, size)


def cell(picture: Picture) -> Image.Image:
    """Return a view as large as a cell of the sheet: large ones are smoothed, small ones not."""
    size = len(picture)
    if size > CELL:
        return Image.fromarray(picture).resize((CELL, CELL), Image.Resampling.BOX)
    return Image.fromarray(picture).resize((CELL, CELL), Image.Resampling.NEAREST)


def draw_contact_sheet() -> Image.Image:
    """Return the sheet: a row for each city, and a column for each look and entry of `COLUMNS`."""
    columns = [(look, *column) for look in LOOKS for column in COLUMNS]
    width = _NAMES + len(columns) * (CELL + _GAP)
    sheet = Image.new("RGB", (width, _HEAD + len(virl_env.CITY_NAMES) * (CELL + _GAP)), "white")
    writing, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for number, (look, size, _, view) in enumerate(columns):
        left = _NAMES + number * (CELL + _GAP)
        title = f"{look}, {size} px, {NAMES[view]}"
        writing.text((left + CELL / 2, _HEAD / 2), title, "black", font, "mm")
    for row, name in enumerate(virl_env.CITY_NAMES):
        top, city = _HEAD + row * (CELL + _GAP), virl_env.named_city(name)
        writing.text((4, top + CELL / 2), name.replace(" ", "\n"), "black", font, "lm")
        for number, (look, size, at_turn, view) in enumerate(columns):
            left = _NAMES + number * (CELL + _GAP)
            sheet.paste(cell(views(city, LOOKS[look], size, at_turn)[view]), (left, top))
    return sheet


def write_contact_sheet(path: Path) -> None:
    """Write the sheet as a PNG of few colours.

    Args:
        path: of the file; its folder is made if missing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    few = draw_contact_sheet().quantize(_COLOURS, kmeans=3, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
