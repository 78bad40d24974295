"""The signs of places: a panel whose colour and shape tell the category, above a board with a name.

Every category has a panel of its own: eight colours that are far from each other, times three
shapes, so that eight pixels suffice to tell which it is.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from virl_env.world.city import CATEGORIES

COLOURS = (
    *((214, 39, 40), (31, 100, 200), (20, 140, 60), (245, 195, 20)),
    *((148, 60, 180), (250, 120, 20), (20, 190, 200), (250, 110, 180)),
)
SHAPES = ("disc", "pillar", "bar")

assert len(COLOURS) * len(SHAPES) >= len(CATEGORIES)

PANEL = 3.0
"""Side of a panel in metres; the board below is half as high and twice as wide."""

_LIGATURES = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "Ae", "ø": "o", "Ø": "O", "œ": "oe", "ł": "l", "Ł": "L", "’": "'"}
)
"""Letters that do not come apart into one of the type and an accent."""

_FINER = 4
_WHITE, _INK, _FRAME = (255, 255, 255), (25, 25, 25), (40, 40, 40)


def emblem(category: str) -> tuple[tuple[int, int, int], str]:
    """Return the colour and the shape of a category's panel; a cafe's for one that is unknown."""
    code = CATEGORIES.index(category) if category in CATEGORIES else 0
    return COLOURS[code % len(COLOURS)], SHAPES[code // len(COLOURS)]


@lru_cache(maxsize=4096)
def panel(category: str, side: int) -> NDArray[np.uint8]:
    """Return the panel of a category, uint8 of shape (side, side, 3)."""
    colour, shape = emblem(category)
    large = side * _FINER
    picture = Image.new("RGB", (large, large), colour)
    drawing = ImageDraw.Draw(picture)
    low, high, third = 0.22 * large, 0.78 * large, 0.14 * large
    middle = large / 2
    if shape == "disc":
        drawing.ellipse([low, low, high, high], fill=_WHITE)
    elif shape == "pillar":
        drawing.rectangle([middle - third, 0, middle + third, large], fill=_WHITE)
    else:
        drawing.rectangle([0, middle - third, large, middle + third], fill=_WHITE)
    return np.asarray(picture.resize((side, side), Image.Resampling.BOX))


def lettering(name: str) -> str:
    """Return a name in the letters that the signs' type has: "Kahvila Töölö" as "Kahvila Toolo".

    What it has no letter for is left out, so a name in another script may become empty.
    """
    plain = unicodedata.normalize("NFKD", name.translate(_LIGATURES))
    return " ".join("".join(letter for letter in plain if " " <= letter <= "~").split())


@lru_cache(maxsize=4096)
def board(name: str, width: int, height: int) -> NDArray[np.uint8]:
    """Return the board with a name, in two lines where one is too long: (height, width, 3)."""
    picture = Image.new("RGB", (width, height), _WHITE)
    drawing = ImageDraw.Draw(picture)
    words = name.split()
    half = (len(words) + 1) // 2
    lines = [" ".join(words[:half]), " ".join(words[half:])] if len(words) > 1 else [name]
    size = max(4, int(0.42 * height))
    while size > 4:
        font = ImageFont.load_default(size)
        if max(drawing.textlength(line, font) for line in lines) <= 0.94 * width:
            break
        size -= 1
    font = ImageFont.load_default(size)
    if height >= 8:
        text = "\n".join(lines)
        drawing.multiline_text(
            (width / 2, height / 2), text, _INK, font, "mm", spacing=size // 8, align="center"
        )
    drawing.rectangle([0, 0, width - 1, height - 1], outline=_FRAME, width=max(1, height // 24))
    return np.asarray(picture)
