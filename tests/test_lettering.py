"""Letters and signs in pictures."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from shiftgym.lettering import INK, text_width, write_line, write_lines
from shiftgym.signs import SIGNS, sign_width


@pytest.mark.parametrize("size", [11, 14, 30])
@pytest.mark.parametrize("sign", SIGNS)
def test_signs_stand_between_letters_and_in_their_room(sign: str, size: int) -> None:
    picture = Image.new("L", (8 * size, 2 * size))
    drawing = ImageDraw.Draw(picture)
    wide = write_line(drawing, (0, 0), f"2{sign}3", 255, size, 8 * size)  # type: ignore[arg-type]
    start, room = round(text_width("2", size)), sign_width(sign, size)
    assert wide == text_width("2", size) + room + text_width("3", size)
    drawn = np.asarray(picture)[:, start + 1 : start + room - 1]
    assert drawn.max() > 150
    # On the line on which the digits stand.
    rows = np.flatnonzero(drawn.max(axis=1))
    digits = np.flatnonzero(np.asarray(picture)[:, :start].max(axis=1))
    assert digits.min() - 2 <= rows.min() <= rows.max() <= digits.max() + 2


def test_lines_are_broken_between_words_and_end_in_dots() -> None:
    def drawn(text: str, room: float, most: int) -> tuple[np.ndarray, float]:
        picture = Image.new("RGB", (200, 200))
        end = write_lines(ImageDraw.Draw(picture), (0, 0), text, INK, 14, room, most)
        return np.asarray(picture).max(axis=2), end

    text = "walk on to where the theatre is on the left"
    whole, end = drawn(text, 120, 9)
    assert whole[:, 121:].max() == 0
    assert whole[round(end) :].max() == 0
    cut, less = drawn(text, 120, 2)
    assert less < end
    assert cut[round(less) :].max() == 0
    one, _ = drawn("short", 120, 1)
    assert one.max() > 150
