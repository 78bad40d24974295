"""Signs that Pillow's own type lacks: those of arithmetic, a tick, a cross and an arrow."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image, ImageDraw

Stroke = tuple[tuple[float, float], ...]

_THICK = 0.085
"""Of a stroke, as a share of the size of the type."""

_ROOM, _BASELINE = 1.0, 0.78
"""Height of a sign's picture, and of its baseline below the top; shares of the size."""

_FINER = 4
"""Signs are drawn this many times larger and then shrunk, which smooths their edges."""

_BAR: Stroke = ((0.12, 0.35), (0.56, 0.35))
_SIGNS: dict[str, tuple[float, tuple[Stroke, ...]]] = {
    "×": (0.64, (((0.15, 0.18), (0.49, 0.52)), ((0.15, 0.52), (0.49, 0.18)))),
    "÷": (0.68, (_BAR, ((0.34, 0.55),), ((0.34, 0.15),))),
    "−": (0.68, (_BAR,)),
    "✓": (0.82, (((0.12, 0.36), (0.33, 0.1), (0.72, 0.66)),)),
    "✗": (0.78, (((0.14, 0.08), (0.64, 0.62)), ((0.14, 0.62), (0.64, 0.08)))),
    "→": (0.9, (((0.1, 0.35), (0.78, 0.35)), ((0.55, 0.55), (0.78, 0.35), (0.55, 0.15)))),
}
"""How far each sign moves the line on, and its strokes, in shares of the size of the type: right of
where it begins and above the baseline. A stroke of one point is a dot."""

SIGNS = "".join(_SIGNS)
"""The signs that there are."""


def sign_width(sign: str, size: int) -> int:
    """Return how far a sign of a size moves a line on, pixels."""
    return round(_SIGNS[sign][0] * size)


def draw_sign(
    drawing: ImageDraw.ImageDraw,
    where: tuple[float, float],
    sign: str,
    colour: tuple[int, int, int],
    size: int,
) -> None:
    """Draw a sign beside letters of a size.

    Args:
        drawing: of the picture.
        where: the left end of the sign's baseline, pixels.
        sign: one of `SIGNS`.
        colour: of it.
        size: of the type, pixels.
    """
    x, y = where
    drawing.bitmap((round(x), round(y - _BASELINE * size)), _mask(sign, size), colour)


@lru_cache(maxsize=64)
def _mask(sign: str, size: int) -> Image.Image:
    width, height = sign_width(sign, size), round(_ROOM * size)
    large = Image.new("L", (width * _FINER, height * _FINER), 0)
    drawing, scale = ImageDraw.Draw(large), size * _FINER
    for stroke in _SIGNS[sign][1]:
        points = [(x * scale, (_BASELINE - y) * scale) for x, y in stroke]
        thick = _THICK * scale
        drawing.line(points, 255, round(thick), joint="curve")
        # Round ends; a dot is larger than a stroke is thick.
        reach = thick / 2 if len(points) > 1 else 0.75 * thick
        for x, y in points:
            drawing.ellipse([x - reach, y - reach, x + reach, y + reach], 255)
    return large.resize((width, height), Image.Resampling.BOX)
