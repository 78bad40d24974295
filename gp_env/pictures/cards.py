"""One card: its rank in large type above its suit, at any size. Drawn large, then shrunk."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from gp_env.deck import RANK_NAMES, SUITS

Ink = tuple[int, int, int]

_PAPER, _EDGE = (252, 252, 248), (120, 120, 120)
_SMALL_FINER, _FINE_ENOUGH = 4, 160
"""Cards narrower than the second are drawn this many times larger; larger ones need no more than
twice."""

_SMALL = 100
"""Width up to which a card takes so little memory that many are kept."""


class Face(NamedTuple):
    """How a card's face departs from plain.

    Attributes:
        weight: of strokes, as a share of the type's size.
        slant: of the type, sideways for each pixel up.
        squeeze: of its width.
        swap: whether the suit stands above the rank.
    """

    weight: float = 0.0
    slant: float = 0.0
    squeeze: float = 1.0
    swap: bool = False


PLAIN_FACE = Face()


def draw_card(
    rank: int, suit: int, width: int, height: int, ink: Ink, face: Face = PLAIN_FACE
) -> Image.Image:
    """Return a card as an RGBA picture whose corners are round; not to be changed.

    Args:
        rank: 1 to 19.
        suit: code of the suit, 1 to 4.
        width, height: pixels.
        ink: of rank and suit.
        face: how they are drawn.
    """
    remembered = _small_cards if width <= _SMALL else _large_cards
    return remembered(rank, suit, width, height, ink, face)


def forget_cards() -> None:
    """Draw every card anew when it is next asked for."""
    _small_cards.cache_clear()
    _large_cards.cache_clear()


def _draw(rank: int, suit: int, width: int, height: int, ink: Ink, face: Face) -> Image.Image:
    finer = _SMALL_FINER if width < _FINE_ENOUGH else 2
    wide, high = width * finer, height * finer
    card = Image.new("RGBA", (wide, high), (0, 0, 0, 0))
    drawing = ImageDraw.Draw(card)
    box = (0, 0, wide - 1, high - 1)
    drawing.rounded_rectangle(box, wide * 0.09, _PAPER, _EDGE, max(1, wide // 60))
    upper, lower = (0.28, 0.73) if not face.swap else (0.7, 0.26)
    _write(card, RANK_NAMES[rank], (wide / 2, high * upper), (0.86 * wide, 0.43 * high), ink, face)
    side = min(0.62 * wide, 0.38 * high)
    _suit(drawing, SUITS[suit - 1], wide / 2, high * lower, side, ink)
    return card.resize((width, height), Image.Resampling.BOX)


# Random looks have many faces, and a card of 1200 pixels takes a megabyte.
_small_cards = lru_cache(maxsize=2048)(_draw)
_large_cards = lru_cache(maxsize=80)(_draw)


def _write(
    card: Image.Image,
    text: str,
    middle: tuple[float, float],
    room: tuple[float, float],
    ink: Ink,
    face: Face,
) -> None:
    """Write a rank as large as its room allows."""
    size = max(8, int(room[1] * 1.25))
    font = ImageFont.load_default(size)
    stroke = round(size * (0.02 + face.weight))
    left, top, right, bottom = font.getbbox(text, stroke_width=stroke)
    mask = Image.new("L", (math.ceil(right - left), math.ceil(bottom - top)), 0)
    ImageDraw.Draw(mask).text((-left, -top), text, 255, font, stroke_width=stroke)
    if face.slant:
        shear = abs(face.slant) * mask.height
        wider = math.ceil(mask.width + shear)
        offset = -shear if face.slant > 0 else 0.0
        mask = mask.transform(
            (wider, mask.height),
            Image.Transform.AFFINE,
            (1, face.slant, offset, 0, 1, 0),
            Image.Resampling.BILINEAR,
        )
    scale = min(room[0] / (mask.width * face.squeeze), room[1] / mask.height)
    across = max(1, int(mask.width * face.squeeze * scale))
    mask = mask.resize((across, max(1, int(mask.height * scale))), Image.Resampling.BILINEAR)
    place = (round(middle[0] - mask.width / 2), round(middle[1] - mask.height / 2))
    card.paste(Image.new("RGBA", mask.size, (*ink, 255)), place, mask)


def _suit(
    drawing: ImageDraw.ImageDraw, suit: str, x: float, y: float, side: float, ink: Ink
) -> None:
    """Draw a suit into a square of this side around (x, y)."""
    half = side / 2

    def at(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x + across * half, y + down * half) for across, down in points]

    def disc(across: float, down: float, radius: float) -> None:
        drawing.ellipse(
            at((across - radius, down - radius), (across + radius, down + radius)), fill=ink
        )

    if suit == "diamonds":
        drawing.polygon(at((0, -1), (0.72, 0), (0, 1), (-0.72, 0)), fill=ink)
    elif suit == "hearts":
        disc(-0.46, -0.4, 0.48)
        disc(0.46, -0.4, 0.48)
        drawing.polygon(at((-0.9, -0.2), (0, -0.4), (0.9, -0.2), (0, 0.98)), fill=ink)
    elif suit == "spades":
        disc(-0.46, 0.22, 0.46)
        disc(0.46, 0.22, 0.46)
        drawing.polygon(at((-0.9, 0.1), (0, -1), (0.9, 0.1), (0, 0.5)), fill=ink)
        drawing.polygon(at((0, 0.1), (0.34, 1), (-0.34, 1)), fill=ink)
    else:
        disc(0, -0.5, 0.44)
        disc(-0.5, 0.22, 0.44)
        disc(0.5, 0.22, 0.44)
        drawing.polygon(at((0, -0.5), (0.5, 0.22), (-0.5, 0.22)), fill=ink)
        drawing.polygon(at((0, -0.3), (0.34, 1), (-0.34, 1)), fill=ink)
