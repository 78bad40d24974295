"""Where names stand on a map: beside what they name, and none over another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, pixels."""


class Label(NamedTuple):
    """A name on a map: its text, and its upper left corner in pixels."""

    text: str
    left: float
    top: float


def place_labels(
    wanted: Iterable[tuple[tuple[float, float], str]],
    measure: Callable[[str], tuple[float, float]],
    side: float,
    gap: float,
    taken: Iterable[Box],
    shunned: Iterable[Box] = (),
) -> list[Label]:
    """Return the names that find room, each within the picture and clear of all others.

    Args:
        wanted: the point that each names, and its text; the most important first, so that of two
            for which there is no room the less important is left out.
        measure: returns the width and height of a text.
        side: of the picture, pixels.
        gap: between a point and its name, pixels.
        taken: where no name may stand.
        shunned: where none should, if there is room elsewhere.
    """
    boxes, avoided, placed = list(taken), list(shunned), []
    for (x, y), text in wanted:
        text = _shortened(text, measure, side - 2 * gap)
        if not text:
            continue
        width, height = measure(text)
        spots = [
            (min(max(left, gap), side - gap - width), top)
            for left, top in _around(x, y, width, height, gap)
            if gap <= top <= side - gap - height
        ]
        for others in ([*boxes, *avoided], boxes):
            free = (
                (left, top)
                for left, top in spots
                if not any(_meet((left, top, left + width, top + height), one) for one in others)
            )
            spot = next(free, None)
            if spot is not None:
                placed.append(Label(text, *spot))
                boxes.append((*spot, spot[0] + width, spot[1] + height))
                break
    return placed


def _around(
    x: float, y: float, width: float, height: float, gap: float
) -> Iterable[tuple[float, float]]:
    """Yield upper left corners of a name around its point, the best first."""
    right, left, middle = x + gap, x - gap - width, x - width / 2
    yield right, y - gap
    yield left, y - gap
    for top in (y + gap, y - gap - height, y + 2 * gap, y - 2 * gap - height):
        yield from ((right, top), (left, top), (middle, top))


def _shortened(text: str, measure: Callable[[str], tuple[float, float]], room: float) -> str:
    """Return a text, cut where it is wider than there is room for."""
    if measure(text)[0] <= room:
        return text
    while text and measure(f"{text} ...")[0] > room:
        text = text[:-1]
    return f"{text} ..." if text else ""


def _meet(one: Box, other: Box) -> bool:
    """Return whether two boxes have a point in common."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
