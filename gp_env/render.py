"""Pictures of the game for `render()`; nothing is drawn unless somebody asks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gp_env.deck import SUIT_SYMBOLS, SUITS

WIDTH, HEIGHT = 480, 240
"""Size of a picture in pixels."""

_TABLE, _INK = (24, 84, 60), (245, 245, 235)
_FONT_SIZE = 22
# The font that comes with Pillow has no suits.
_SUIT_LETTERS = str.maketrans(dict(zip(SUIT_SYMBOLS, (suit[0] for suit in SUITS))))


def draw_table(text: str) -> NDArray[np.uint8]:
    """Return the lines of a table as a picture: uint8 of shape (240, 480, 3)."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), _TABLE)
    font = ImageFont.load_default(_FONT_SIZE)
    drawing = ImageDraw.Draw(picture)
    drawing.multiline_text((20, 20), text.translate(_SUIT_LETTERS), _INK, font, spacing=10)
    return np.asarray(picture)
