"""Lines of text in pictures."""

from __future__ import annotations

from PIL import ImageDraw, ImageFont

from shiftgym.sanitize import for_terminal

GROUND, INK, PALE = (24, 26, 30), (236, 236, 230), (160, 162, 166)
RIGHT, WRONG = (120, 200, 130), (235, 110, 90)
"""Colours of captions: the ground, and letters on it; the last two are those of outcomes."""

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
    font = ImageFont.load_default(used)
    while used > (smallest or size) and drawing.textlength(line, font) > room:
        used -= 1
        font = ImageFont.load_default(used)
    if drawing.textlength(line, font) > room:
        while line and drawing.textlength(f"{line} ...", font) > room:
            line = line[:-1]
        line = f"{line} ..."
    # Some signs, such as a backslash, begin to the left of where they are written.
    left = where[0] - min(0, font.getbbox(line)[0])
    # Smaller letters stand on the same line as larger ones beside them.
    drawing.text((left, where[1] + size - used), line, colour, font)
    return drawing.textlength(line, font)


def write_line_right(
    drawing: ImageDraw.ImageDraw,
    where: tuple[float, float],
    text: str,
    colour: tuple[int, int, int],
    size: int,
) -> float:
    """Write a text that ends at a point of the picture, its upper right, and return its width."""
    font, line = ImageFont.load_default(size), one_line(text)
    width = drawing.textlength(line, font)
    drawing.text((where[0] - width, where[1]), line, colour, font)
    return width


def one_line(text: str) -> str:
    """Return a text as pictures can have it, in one line, with nothing that turns its direction."""
    return for_terminal(" ".join(text.split()))[:_LONGEST]
