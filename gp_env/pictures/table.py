"""A table with three to six cards on it, at any size, in a look."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from gp_env import streams
from gp_env.deck import SUIT_COLOURS
from gp_env.pictures.cards import Picture, draw_block, draw_card
from gp_env.pictures.look import INKS, Look
from gp_env.pictures.marks import PLAIN_FACE, Face, Ink
from gp_env.pictures.size import DEFAULT_SIZE, check_size
from shiftgym.appearance import MAX_SEVERITY
from shiftgym.mixer import Words, words

COLUMNS = {3: 3, 4: 2, 5: 3, 6: 3}
"""Cards in a row, by the number of cards."""

_CLOTH = (24, 96, 64)
_SHARE, _SLIM, _SLIMMEST = 0.92, 1.28, 1.36
"""Of a cell that a card fills, and its height over its width at least and at most."""


def draw_table(
    ranks: Sequence[int],
    suits: Sequence[int],
    size: int = DEFAULT_SIZE,
    look: Look | None = None,
    episode_seed: int = 0,
) -> Picture:
    """Return a table with cards on it: uint8 of shape (size, size, 3).

    Args:
        ranks: of 3 to 6 cards, 1 to 19, in the order of slots: by rows, from the left.
        suits: their codes, 1 to 4; where there are none, all are spades.
        size: pixels, 32 to 1200.
        look: how they are drawn; None for plain.
        episode_seed: fixes what the look leaves open: which way a card is turned and so on.

    Raises:
        ValueError: for a size, or a number of cards, that there is not.
    """
    size = check_size(size)
    if len(ranks) not in COLUMNS:
        raise ValueError(f"A table has 3 to 6 cards; got {len(ranks)}.")
    look, drawn = look or Look(), _Draws(episode_seed)
    suits = suits or (1,) * len(ranks)
    cloth = _cloth(look, drawn)
    cards = []
    for slot, (rank, suit) in enumerate(zip(ranks, suits)):
        own = "red" if suit in SUIT_COLOURS["red"] else "black"
        cards.append((rank, suit, INKS[look.ink or own], _face(look, drawn, slot)))
    if not (look.rotation or look.occlusion or look.table > 2):
        return _lit(_plain_table(tuple(cards), size, cloth), look, drawn)
    table = Image.new("RGB", (size, size), cloth)
    if look.table > 2:
        _stripes(table, look, drawn)
    for slot, (rank, suit, ink, face) in enumerate(cards):
        left, top, width, height = cell(len(cards), slot, size)
        card = draw_card(rank, suit, width, height, ink, face)
        if look.rotation:
            degrees = 10.0 * look.rotation * (2 * drawn.unit(streams.TURN + slot) - 1)
            card = card.rotate(degrees, Image.Resampling.BILINEAR, expand=True)
        place = (left + (width - card.width) // 2, top + (height - card.height) // 2)
        table.paste(card, place, card)
    if look.occlusion:
        _chips(table, look, drawn, len(ranks))
    return _lit(np.array(table), look, drawn)


def cell(cards: int, slot: int, size: int) -> tuple[int, int, int, int]:
    """Return left, top, width and height in pixels of an unturned card.

    Args:
        cards: on the table, 3 to 6.
        slot: which of them, from 0.
        size: of the picture.
    """
    columns = COLUMNS[cards]
    rows = -(-cards // columns)
    wide, high = size / columns, size / rows
    width = min(_SHARE * wide, _SHARE * high / _SLIM)
    height = min(_SHARE * high, _SLIMMEST * width)
    row, column = divmod(slot, columns)
    x, y = (column + 0.5) * wide, (row + 0.5) * high
    return round(x - width / 2), round(y - height / 2), int(width), int(height)


Card = tuple[int, int, Ink, Face]


def _plain_table(cards: tuple[Card, ...], size: int, cloth: Ink) -> Picture:
    """Return a table on which no card is turned or covered: a block of pixels is copied for each.

    A third of the time of blending them.
    """
    table: Picture = _bare(size, cloth).copy()
    for slot, (rank, suit, ink, face) in enumerate(cards):
        left, top, width, height = cell(len(cards), slot, size)
        block = draw_block(rank, suit, width, height, ink, face, cloth)
        table[top : top + height, left : left + width] = block
    return table


@lru_cache(maxsize=16)
def _bare(size: int, cloth: Ink) -> Picture:
    bare: Picture = np.empty((size, size, 3), dtype=np.uint8)
    bare[:] = cloth
    return bare


class _Draws:
    """Numbers of an episode, by what they are for."""

    def __init__(self, episode_seed: int) -> None:
        self._seed = np.array([episode_seed], dtype=np.uint64)

    def unit(self, number: int) -> float:
        """Return a number in [0, 1)."""
        return int(words(self._seed, number)[0] >> np.uint64(40)) / 2**24

    def bytes(self, number: int, count: int) -> Picture:
        """Return uniform bytes."""
        stream: Words = np.arange(-(-count // 8), dtype=np.uint64)
        stream += words(self._seed, number)
        return words(stream, 0).view(np.uint8)[:count]


def _cloth(look: Look, drawn: _Draws) -> tuple[int, int, int]:
    if not look.table:
        return _CLOTH
    share = look.table / MAX_SEVERITY
    hue, light = drawn.unit(streams.TABLE), 0.35 + 0.5 * drawn.unit(streams.TABLE + 1)
    other = colorsys.hsv_to_rgb(hue, 0.7, light)
    red, green, blue = (
        round(plain * (1 - share) + 255 * far * share) for plain, far in zip(_CLOTH, other)
    )
    return red, green, blue


def _stripes(table: Image.Image, look: Look, drawn: _Draws) -> None:
    drawing, size = ImageDraw.Draw(table), table.width
    step = max(4, size // 8)
    ink = tuple(round(255 * drawn.unit(streams.TABLE + 2 + part)) for part in range(3))
    for start in range(-size, size, step):
        drawing.line([(start, 0), (start + size, size)], ink, max(1, step * (look.table - 2) // 10))


def _face(look: Look, drawn: _Draws, slot: int) -> Face:
    """Return the face of a card; at high severities every card has its own."""
    if not look.face:
        return PLAIN_FACE
    share = look.face / MAX_SEVERITY
    start = streams.FACE + (slot if look.face > 3 else 0) * 100_000
    # Eighths, so that few faces are drawn and most come from memory.
    heavy, slant, squeeze, swap = (round(8 * drawn.unit(start + part)) / 8 for part in range(4))
    return Face(
        weight=0.06 * share * heavy,
        slant=share * 0.7 * (2 * slant - 1),
        squeeze=1 - 0.45 * share * squeeze,
        swap=look.face > 2 and swap > 0.5,
    )


def _chips(table: Image.Image, look: Look, drawn: _Draws, cards: int) -> None:
    """Lay a chip on the left or right edge of every card, larger for a higher severity.

    The largest ones reach two fifths into its width: no rank is hidden whole.
    """
    drawing = ImageDraw.Draw(table)
    for slot in range(cards):
        left, top, width, height = cell(cards, slot, table.width)
        radius = 0.085 * look.occlusion * width
        across, down = (drawn.unit(streams.CHIP + 2 * slot + part) for part in range(2))
        x, y = left + width * round(across), top + height * down
        drawing.ellipse([x - radius, y - radius, x + radius, y + radius], (40, 70, 160))
        inner = 0.7 * radius
        drawing.ellipse([x - inner, y - inner, x + inner, y + inner], (230, 230, 240))


def _lit(picture: Picture, look: Look, drawn: _Draws) -> Picture:
    """Return a picture darker or brighter, and with noise."""
    if not (look.brightness or look.noise):
        return picture
    seen = picture.astype(np.float32)
    if look.brightness:
        share = look.brightness / MAX_SEVERITY
        if drawn.unit(streams.BRIGHTER) < 0.5:
            seen *= 1 - 0.8 * share
        else:
            seen += (255 - seen) * 0.75 * share
    if look.noise:
        # The sum of three even draws is nearly normal.
        grain = np.zeros(picture.size, dtype=np.float32)
        for part in range(3):
            grain += drawn.bytes(streams.NOISE + part, picture.size)
        seen += (grain.reshape(picture.shape) - 382.5) * (0.11 * look.noise)
    return np.clip(seen, 0, 255).astype(np.uint8)
