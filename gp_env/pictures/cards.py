"""One card: its rank in large type above its suit, at any size. Drawn finer, then shrunk.

Large cards are put together of a blank card, a rank and a suit, each of which is drawn once for all
cards that it is part of. On small cards rank and suit may share a pixel, so those are drawn whole.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from gp_env.pictures.marks import PLAIN_FACE, Face, Ink, Mark, rank_mark, suit_mark

Picture = NDArray[np.uint8]

_PAPER, _EDGE = (252, 252, 248), (120, 120, 120)

_LARGE = 160
"""Width from which a card is large."""

_FINER_SMALL, _FINER = 4, 2
"""How many times finer small and large cards are drawn."""

_FEW = 100
"""Width above which a card takes so much memory that only few are kept."""


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
    remembered = _many_cards if width <= _FEW else _few_cards
    return remembered(rank, suit, width, height, ink, face)


@lru_cache(maxsize=80)
def draw_block(
    rank: int, suit: int, width: int, height: int, ink: Ink, face: Face, cloth: Ink
) -> Picture:
    """Return a card on a cloth: uint8 of shape (height, width, 3), not to be changed.

    Args:
        rank, suit, width, height, ink, face: as for `draw_card`.
        cloth: what is seen beside its round corners.
    """
    if width < _LARGE:
        return _on_cloth(draw_card(rank, suit, width, height, ink, face), cloth)
    block: Picture = _blank_block(width, height, cloth).copy()
    for left, top, picture in _parts(rank, suit, width, height, ink, face):
        block[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return block


def forget_cards() -> None:
    """Draw every card, and whatever it is made of, anew when it is next asked for."""
    for remembered in (
        *(_many_cards, _few_cards, draw_block),
        *(_blank, _blank_block, _rank_part, _suit_part),
    ):
        remembered.cache_clear()


def _draw(rank: int, suit: int, width: int, height: int, ink: Ink, face: Face) -> Image.Image:
    if width >= _LARGE:
        card = _blank(width, height).copy()
        for left, top, picture in _parts(rank, suit, width, height, ink, face):
            card.paste(Image.fromarray(picture), (left, top))
        return card
    wide, high = width * _FINER_SMALL, height * _FINER_SMALL
    fine = _paper(wide, high)
    for mark in (
        rank_mark(rank, wide, high, ink, face),
        suit_mark(suit, wide, high, ink, face.swap),
    ):
        mark.draw(fine, 0, 0)
    return fine.resize((width, height), Image.Resampling.BOX)


# Random looks have many faces, and a card of 1200 pixels takes a megabyte.
_many_cards = lru_cache(maxsize=2048)(_draw)
_few_cards = lru_cache(maxsize=80)(_draw)


def _paper(width: int, height: int) -> Image.Image:
    """Return a card with nothing on it, RGBA."""
    card = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    box = (0, 0, width - 1, height - 1)
    drawing = ImageDraw.Draw(card)
    drawing.rounded_rectangle(box, width * 0.09, _PAPER, _EDGE, max(1, width // 60))
    return card


def _on_cloth(card: Image.Image, cloth: Ink) -> Picture:
    block = Image.new("RGB", card.size, cloth)
    block.paste(card, (0, 0), card)
    return np.asarray(block)


@lru_cache(maxsize=8)
def _blank(width: int, height: int) -> Image.Image:
    fine = _paper(width * _FINER, height * _FINER)

    def rows(first: int, count: int) -> Image.Image:
        strip = fine.crop((0, first * _FINER, fine.width, (first + count) * _FINER))
        return strip.resize((width, count), Image.Resampling.BOX)

    # Between the round corners all rows are alike, so one of them is shrunk for all.
    end = width // 8
    card = rows(end, 1).resize((width, height), Image.Resampling.NEAREST)
    for first in (0, height - end):
        card.paste(rows(first, end), (0, first))
    return card


@lru_cache(maxsize=8)
def _blank_block(width: int, height: int, cloth: Ink) -> Picture:
    return _on_cloth(_blank(width, height), cloth)


class _Part(NamedTuple):
    """Some of a large card: where it begins, and uint8 of shape (height, width, 3)."""

    left: int
    top: int
    picture: Picture


def _parts(rank: int, suit: int, width: int, height: int, ink: Ink, face: Face) -> list[_Part]:
    return [
        _rank_part(rank, width, height, ink, face),
        _suit_part(suit, width, height, ink, face.swap),
    ]


@lru_cache(maxsize=80)
def _rank_part(rank: int, width: int, height: int, ink: Ink, face: Face) -> _Part:
    return _shrunk(rank_mark(rank, width * _FINER, height * _FINER, ink, face))


@lru_cache(maxsize=40)
def _suit_part(suit: int, width: int, height: int, ink: Ink, swap: bool) -> _Part:
    return _shrunk(suit_mark(suit, width * _FINER, height * _FINER, ink, swap))


def _shrunk(mark: Mark) -> _Part:
    """Return a mark as it is printed on the plain paper around it."""
    left, top = (edge // _FINER for edge in mark.box[:2])
    right, bottom = (-(-edge // _FINER) for edge in mark.box[2:])
    size = right - left, bottom - top
    fine = Image.new("RGB", (size[0] * _FINER, size[1] * _FINER), _PAPER)
    mark.draw(fine, left * _FINER, top * _FINER)
    return _Part(left, top, np.asarray(fine.resize(size, Image.Resampling.BOX)))
