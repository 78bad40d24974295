"""Where signs hang in a view, so that none hides another and each stays on its side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple


class Box(NamedTuple):
    """Pixels of a view: left, top, and those right of and below it."""

    left: int
    top: int
    right: int
    bottom: int

    def meets(self, other: Box) -> bool:
        """Return whether two boxes have a pixel in common."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def columns_of(size: int, eighth: int) -> tuple[int, int]:
    """Return the columns of a view in which the middle of a sign may be, one eighth or half of one.

    Args:
        size: of the view.
        eighth: of the circle, from the view's middle: 0 for there, 1 to the right, 7 to the left.
    """
    border = size / 2 * math.tan(math.radians(22.5))
    # A pixel off the border, so that nobody takes the neighbouring eighth for it.
    low, high = math.ceil(size / 2 - border) + 1, math.floor(size / 2 + border) - 1
    return {0: (low, high), 1: (high + 3, size), 7: (0, low - 3)}[eighth]


def hang(
    hung: Sequence[Box], side: int, column: float, bottom: int, size: int, sides: tuple[int, int]
) -> tuple[Box, bool]:
    """Return where a sign finds room in a view, and whether its board does, too.

    Args:
        hung: what is there.
        side: of the panel, pixels.
        column, bottom: the middle of the sign and its lower edge, where it belongs.
        size: of the view.
        sides: columns between which its middle must stay.
    """
    for with_board in (True, False):
        width = 2 * side if with_board else side
        height = side + max(2, side // 2) * with_board
        low = max(sides[0], (width + 1) // 2)
        high = min(sides[1], size - (width + 1) // 2)
        if low > high:
            continue
        middle = min(max(round(column), low), high)
        start = max(bottom - height, 0)
        tops = sorted(
            range(0, size - height + 1, max(1, side // 4)), key=lambda top: abs(top - start)
        )
        across = sorted(range(low, high + 1, max(1, side // 4)), key=lambda at: abs(at - middle))
        for at in (middle, *across):
            for top in (start, *tops):
                left = at - width // 2
                box = Box(left, top, left + width, top + height)
                if not any(map(box.meets, hung)):
                    return box, with_board
    # A wall of signs: this one hangs below the nearer ones, in whose place it is drawn.
    middle = min(max(round(column), side // 2), size - (side + 1) // 2)
    left = middle - side // 2
    return Box(left, max(bottom - side, 0), left + side, max(bottom, side)), False
