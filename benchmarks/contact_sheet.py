"""Pictures of many pictures: all named cities by day and by night, a sheet for each size."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

import virl_env
from virl_env.views.city_views import CityViews
from virl_env.views.look import Look

Picture = NDArray[np.uint8]

LOOKS = {"day": Look(), "night": Look(night=3)}
NAMES = ("front", "right", "back", "left")


class Shot(NamedTuple):
    """What a column of a sheet shows: one of the four views, at the start or at the first turn."""

    look: str
    at_turn: bool
    view: int

    def __str__(self) -> str:
        return f"{self.look}, {'turn' if self.at_turn else 'start'}, {NAMES[self.view]}"


_SEEN = ((False, 0), (True, 0), (True, 1), (True, 3))
SHEETS = {
    84: tuple(Shot(look, *seen) for look in LOOKS for seen in _SEEN),
    256: tuple(Shot(look, *seen) for look in LOOKS for seen in _SEEN[::2]),
    640: (Shot("day", False, 0), Shot("night", True, 1)),
}
"""The columns of each sheet, by the pixels of a view; every pixel is one of the sheet."""

_ROUTE = 3
_HEAD, _GAP, _NAMES = 20, 4, 104
_COLOURS = 256


def shown(city: virl_env.City, shot: Shot, size: int) -> Picture:
    """Return what a sheet shows of a city: (n, n, 3), uint8."""
    route = virl_env.sample_route(city, _ROUTE, landmarks="all")
    leg = route.legs[0]
    place = leg.end if shot.at_turn else route.start
    four = CityViews(city, LOOKS[shot.look]).four(place, leg.heading, size)
    view: Picture = four[shot.view]
    return view


def draw_contact_sheet(size: int) -> Image.Image:
    """Return the sheet of a size in `SHEETS`: a row for each city, a column for each shot."""
    shots = SHEETS[size]
    width = _NAMES + len(shots) * (size + _GAP)
    sheet = Image.new("RGB", (width, _HEAD + len(virl_env.CITY_NAMES) * (size + _GAP)), "white")
    writing, font = ImageDraw.Draw(sheet), ImageFont.load_default(13 if size > 100 else 9)
    lefts = [_NAMES + number * (size + _GAP) for number in range(len(shots))]
    for left, shot in zip(lefts, shots):
        writing.text((left + size / 2, _HEAD / 2), str(shot), "black", font, "mm")
    for row, name in enumerate(virl_env.CITY_NAMES):
        top, city = _HEAD + row * (size + _GAP), virl_env.named_city(name)
        writing.text((4, top + size / 2), name.replace(" ", "\n"), "black", font, "lm")
        for left, shot in zip(lefts, shots):
            sheet.paste(Image.fromarray(shown(city, shot, size)), (left, top))
    return sheet


def write_contact_sheets(folder: Path) -> list[Path]:
    """Write the sheets as PNGs of few colours and return their paths.

    Args:
        folder: where they go; made if missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for size in SHEETS:
        paths.append(folder / f"contact-sheet-{size}.png")
        few = draw_contact_sheet(size).quantize(_COLOURS, kmeans=1, dither=Image.Dither.NONE)
        few.save(paths[-1], optimize=True)
    return paths
