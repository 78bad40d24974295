"""What is printed on a card: its rank in large type and the shape of its suit."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from gp_env.deck import RANK_NAMES, SUITS

Ink = tuple[int, int, int]
Box = tuple[int, int, int, int]


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


class Mark(NamedTuple):
    """A rank or a suit at its place on a card.

    Attributes:
        box: left, top, right and bottom of the pixels that it may cover; the last two are outside.
        draw: draws it into a picture whose upper left pixel lies at (left, top) of the card.
    """

    box: Box
    draw: Callable[[Image.Image, int, int], None]


def rank_mark(rank: int, width: int, height: int, ink: Ink, face: Face) -> Mark:
    """Return a rank, as large as its room on a card allows.

    Args:
        rank: 1 to 19.
        width, height: of the card, pixels.
        ink: its colour.
        face: how it is drawn.
    """
    middle = width / 2, height * (0.28 if not face.swap else 0.7)
    room = 0.86 * width, 0.43 * height
    size = max(8, int(room[1] * 1.25))
    font = ImageFont.load_default(size)
    stroke = round(size * (0.02 + face.weight))
    text = RANK_NAMES[rank]
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
    x, y = (round(middle[0] - mask.width / 2), round(middle[1] - mask.height / 2))

    def draw(picture: Image.Image, left: int, top: int) -> None:
        picture.paste(ink, (x - left, y - top), mask)

    return Mark((x, y, x + mask.width, y + mask.height), draw)


def suit_mark(suit: int, width: int, height: int, ink: Ink, swap: bool) -> Mark:
    """Return a suit.

    Args:
        suit: its code, 1 to 4.
        width, height: of the card, pixels.
        ink: its colour.
        swap: whether it stands above the rank.
    """
    x, y = width / 2, height * (0.73 if not swap else 0.26)
    half = min(0.62 * width, 0.38 * height) / 2

    def draw(picture: Image.Image, left: int, top: int) -> None:
        _draw_suit(ImageDraw.Draw(picture), SUITS[suit - 1], (x, y), half, ink, (left, top))

    # An ellipse fills the pixel that its right and lower edge fall into.
    box = int(x - half), int(y - half), int(x + half) + 1, int(y + half) + 1
    return Mark(box, draw)


def _draw_suit(
    drawing: ImageDraw.ImageDraw,
    suit: str,
    middle: tuple[float, float],
    half: float,
    ink: Ink,
    origin: tuple[int, int],
) -> None:
    """Draw a suit into a square of this half a side, in a picture that begins at the origin."""

    def at(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [
            (middle[0] + across * half - origin[0], middle[1] + down * half - origin[1])
            for across, down in points
        ]

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
