"""Reads pictures of streets by comparing pixels, as a test of what stands in them.

It knows how signs and rings look, and nothing of the city. A walker remembers the line that it
walks by: that names the landmark it looks out for.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from virl_env.observe import LINE_CODES
from virl_env.views.look import Look
from virl_env.views.paint import paint
from virl_env.views.signs import emblem, panel
from virl_env.views.state import STATE_LAYOUT
from virl_env.world.city import CATEGORIES
from virl_env.world.geometry import RELATIVE, sector

Picture = NDArray[np.uint8]

EYE = 1.7
SIZE = 64
PANELS = range(11, 17)
"""Pixels of the panel of a sign that is in sight, in views of 64; others have five at most."""

CROSSING, DOORSTEP = (2.0, 2.4), (2.9, 3.3)
"""Metres of the rings around the middle of a crossing, and before a place, without their edges."""

_EDGE, _BESIDE = 0.2, 0.7
"""Metres off these in which either may be, and in which there is no ring of this colour."""

_WALK = len(RELATIVE) + 1


class Sight(NamedTuple):
    """A panel in sight: its category's code, and the side on which it hangs, from 1."""

    category: int
    side: int


def views_of(image: Picture) -> Picture:
    """Return the four views (4, 64, 64, 3) of an `image` (64, 64, 12)."""
    return image.reshape(SIZE, SIZE, 4, 3).transpose(2, 0, 1, 3)


def signs(views: Picture) -> list[Sight]:
    """Return the signs in sight."""
    found = []
    for turn, view in enumerate(views):
        for code, category in enumerate(CATEGORIES, start=1):
            for column in _columns(view, category):
                angle = 90 * turn + np.degrees(np.arctan(column / (SIZE / 2) - 1))
                found.append(Sight(code, 1 + sector(angle)))
    return found


def _columns(view: Picture, category: str) -> list[float]:
    """Return the middles of the panels of a category in a view."""
    found: list[float] = []
    colour, _ = emblem(category)
    # A panel has its colour a little off its middle, whatever the shape on it.
    same = (view == np.array(colour, dtype=np.uint8)).all(axis=2)
    if same.sum() < 20:
        return found
    for side in reversed(PANELS):
        template = panel(category, side)
        inked = (template == np.array(colour, dtype=np.uint8)).all(axis=2)
        rows, columns = np.nonzero(inked)
        room = SIZE - side + 1
        count = np.ones((room, room), dtype=bool)
        for row, column in zip(rows[:: len(rows) // 8], columns[:: len(rows) // 8]):
            count &= same[row : row + room, column : column + room]
        for top, left in np.argwhere(count):
            part = view[top : top + side, left : left + side].astype(int)
            middle = left + side / 2
            if np.abs(part - template).max() <= 2 and all(abs(middle - at) > 3 for at in found):
                found.append(middle)
    return found


def stands_in(views: Picture, ring: tuple[float, float], colour: NDArray[Any]) -> bool:
    """Return whether one stands in the middle of a ring on the ground."""
    offsets = (np.arange(SIZE) + 0.5) / (SIZE / 2) - 1
    with np.errstate(divide="ignore"):
        away = EYE / offsets[:, None] * np.hypot(1.0, offsets[None, :])
    within = (away > ring[0]) & (away < ring[1])
    beside = (away > ring[0] - _BESIDE) & (away < ring[1] + _BESIDE)
    beside &= (away < ring[0] - _EDGE) | (away > ring[1] + _EDGE)
    alike = (np.abs(views - colour) <= 24).all(axis=3)
    # Walls may hide some of it, but what is seen of it is where it should be.
    return bool(alike[:, within].mean() > 0.2 and alike[:, beside].mean() < 0.05)


class Reader:
    """Reads along one rail, in the look "plain", in which rings have one colour in all cities."""

    def __init__(self) -> None:
        self._awaited, self._rings = (0, 0), paint({}, Look())

    def read(self, image: Picture, state: NDArray[np.uint8]) -> tuple[int, int, int]:
        """Return the three fields that `state` withholds: landmark, side and intersection."""
        views = views_of(image)
        field = {name: state[where] for name, where in STATE_LAYOUT.items()}
        turn, _, landmark, side = field["lines"][:LINE_CODES].tolist()
        if turn == _WALK:
            self._awaited = landmark, side
        landmark, side = self._awaited
        if not landmark:
            return 0, 0, 0
        category = int(field["categories"][landmark - 1])
        sides = [sign.side for sign in signs(views) if sign.category == category]
        last = not field["lines"][LINE_CODES : 2 * LINE_CODES].any()
        ring, colour = (DOORSTEP, self._rings.doorstep) if last else (CROSSING, self._rings.cobbles)
        # Where the sign hangs on another side, it is of another place of the same category.
        seen = stands_in(views, ring, colour) and side in sides
        return (landmark, side, 1) if seen else (0, 0, 0)
