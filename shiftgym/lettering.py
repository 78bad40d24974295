"""Lines of text in pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from PIL import ImageDraw, ImageFont

from shiftgym.sanitize import for_terminal
from shiftgym.signs import SIGNS, draw_sign, sign_width

Font: TypeAlias = "ImageFont.ImageFont | ImageFont.FreeTypeFont"

GROUND, INK, PALE = (24, 26, 30), (236, 236, 230), (160, 162, 166)
RIGHT, WRONG = (120, 200, 130), (235, 110, 90)
"""Colours of captions: the ground, and letters on it; the last two are those of outcomes."""

_PARTS = re.compile(f"[{SIGNS}]|[^{SIGNS}]+")

_LONGEST = 400
"""Characters of a line at most: more than any picture here has room for."""


def write_line(
    drawing: ImageDraw.ImageDraw,
    where: tuple[float, float],
    text: str,
    colour: tuple[int, int, int],
    size: int,
    room: float,
    smallest: int | None = None,
) -> float:
    """Write a text in one line, as much of it as there is room for, and return its width.

    Args:
        drawing: of the picture.
        where: the line's upper left corner, pixels.
        text: line breaks in it become spaces, and other control characters escapes.
        colour: of the letters.
        size: of the type, pixels.
        room: width in pixels; what is cut off is told by "...".
        smallest: size down to which a long text is written smaller before any is cut off; None for
            `size`.
    """
    line = one_line(text)
    used = size
    while used > (smallest or size) and text_width(line, used) > room:
        used -= 1
    if text_width(line, used) > room:
        while line and (over := text_width(f"{line} ...", used) - room) > 0:
            # No letter is twice as wide as its size, so none that there is room for is cut off.
            line = line[: -max(1, int(over / (2 * used)))]
        line = f"{line} ..."
    # Some letters, such as a backslash, begin to the left of where they are written.
    left = where[0] - min(0, _font(used).getbbox(line)[0])
    # Smaller letters stand on the same line as larger ones beside them.
    _write(drawing, (left, where[1] + size - used), line, colour, used)
    return text_width(line, used)


def write_line_right(
    drawing: ImageDraw.ImageDraw,
    where: tuple[float, float],
    text: str,
    colour: tuple[int, int, int],
    size: int,
) -> float:
    """Write a text that ends at a point of the picture, its upper right, and return its width."""
    line = one_line(text)
    width = text_width(line, size)
    _write(drawing, (where[0] - width, where[1]), line, colour, size)
    return width


def write_lines(
    drawing: ImageDraw.ImageDraw,
    where: tuple[float, float],
    text: str,
    colour: tuple[int, int, int],
    size: int,
    room: float,
    most: int,
) -> float:
    """Write a text in as many lines as it takes, and return the height below the last.

    Args:
        drawing, where, text, colour, size: as for `write_line`.
        room: width in pixels; lines are broken between words.
        most: lines at most; what is cut off is told by "...".
    """
    lines = _broken(one_line(text).split(" "), size, room)
    down = round(1.3 * size)
    if len(lines) > most:
        lines[most - 1 :] = [" ".join(lines[most - 1 :])]
    for number, line in enumerate(lines):
        write_line(drawing, (where[0], where[1] + number * down), line, colour, size, room)
    return where[1] + len(lines) * down


@lru_cache(maxsize=4096)
def text_width(line: str, size: int) -> float:
    """Return how wide a line is in type of a size, pixels."""
    font = _font(size)
    return sum(
        sign_width(part, size) if part in SIGNS else font.getlength(part) for part in _parts(line)
    )


def one_line(text: str) -> str:
    """Return a text as pictures can have it, in one line, with nothing that turns its direction."""
    return for_terminal(" ".join(text.split()))[:_LONGEST]


def _write(
    drawing: ImageDraw.ImageDraw,
    where: tuple[float, float],
    line: str,
    colour: tuple[int, int, int],
    size: int,
) -> None:
    x, y = where
    font = _font(size)
    for part in _parts(line):
        if part in SIGNS:
            draw_sign(drawing, (x, y + _ascent(font, size)), part, colour, size)
            x += sign_width(part, size)
        else:
            drawing.text((x, y), part, colour, font)
            x += font.getlength(part)


@lru_cache(maxsize=64)
def _font(size: int) -> Font:
    return ImageFont.load_default(size)


def _ascent(font: Font, size: int) -> int:
    return font.getmetrics()[0] if isinstance(font, ImageFont.FreeTypeFont) else size


def _parts(line: str) -> Iterator[str]:
    """Yield the signs of a line and what is between them."""
    return (match[0] for match in _PARTS.finditer(line))


def _broken(words: list[str], size: int, room: float) -> list[str]:
    lines = [words[0]]
    for word in words[1:]:
        longer = f"{lines[-1]} {word}"
        if text_width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
