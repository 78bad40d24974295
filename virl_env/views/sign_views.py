"""The signs of places in views of a city, and what holds them.

A sign within `LEGIBLE` metres, or farther off and seen from the point that its place faces, is a
promise: it is drawn, as large as a reader needs it, whole in one view, on the side where its place
is, and no other thing hides it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from virl_env.views.ground import Metres
from virl_env.views.hanging import Box, columns_of, hang
from virl_env.views.houses import Houses
from virl_env.views.paint import Paint
from virl_env.views.signs import PANEL, board, lettering, panel
from virl_env.views.solids import View
from virl_env.views.source import TURNS
from virl_env.views.things import Thing, depth_at, stands
from virl_env.views.walls import EYE
from virl_env.world.city import City
from virl_env.world.geometry import sector

Picture = NDArray[np.uint8]

LEGIBLE = 25.0
"""Metres within which a place is in sight: its sign is drawn as large as from `_CLOSE` at least."""

_CLOSE, _CLOSEST = 9.0, 6.0
_SIGN_HEIGHT = 3.0

_WITH_BOARD = 6
"""Pixels of a panel from which on there is a board below it."""


class Signs:
    """The signs of a city's places.

    Args:
        city: whose places they are.
        places: where these are, metres east and north, (p, 2).
        houses: on which signs hang; others stand on posts.
        paint: colours.
    """

    def __init__(self, city: City, places: Metres, houses: Houses, paint: Paint) -> None:
        self._city, self._paint = city, paint
        self._on_posts = houses.are_free(places)
        self._behind = houses.depth
        self._shine = 1.0 if paint.lit else float(paint.light.min())

    def draw_legible(self, views: list[View], heading: float, signs: list[Thing]) -> None:
        """Hang the signs in sight, the nearest where it belongs and others beside what hangs."""
        hung: list[list[Box]] = [[] for _ in TURNS]
        drawn = []
        for sign in sorted(signs):
            bearing = math.degrees(math.atan2(sign.east, sign.north)) - heading
            view = int((bearing + 45) % 360 // 90)
            angle = (bearing - TURNS[view] + 180) % 360 - 180
            size = len(views[view].picture)
            forward, column = stands(sign.distance, angle, size)
            side = _pixels(PANEL * size / 2 / min(max(sign.distance, _CLOSEST), _CLOSE))
            bottom = size / 2 - (_SIGN_HEIGHT - EYE) * size / 2 / forward
            sides = columns_of(size, sector(angle))
            box, with_board = hang(hung[view], side, column, round(bottom), size, sides)
            hung[view].append(box)
            left = (box.left + box.right - side) // 2
            drawn.append((views[view], sign.number, forward, side, left, box.top, with_board))
        # No post stands before a panel.
        for view_, number, forward, side, left, top, with_board in drawn:
            self._hold(view_, number, forward, side, left, top, with_board)
        for view_, number, _, side, left, top, with_board in drawn:
            self._paste(view_.picture, number, side, left, top, with_board)

    def _hold(
        self,
        view: View,
        number: int,
        forward: float,
        side: int,
        left: int,
        top: int,
        with_board: bool,
    ) -> None:
        """Draw what holds a sign: a post on the pavement, or a bracket on a house."""
        picture, size = view.picture, len(view.picture)
        iron = (self._paint.iron * self._paint.light).astype(np.uint8)
        thick = max(1, round(side / 22))
        middle = left + side // 2
        below = top + side + (side // 2) * with_board
        column = min(max(middle, 0), size - 1)
        if self._on_posts[number] and view.depth[column] > forward:
            foot = round(size / 2 + EYE * size / 2 / forward)
            first = max(middle - thick // 2, 0)
            picture[max(below, 0) : max(foot, 0), first : first + thick] = iron
            return
        over = max(top - 2 * thick, 0)
        picture[over : over + thick, max(left - thick, 0) : left + side + thick] = iron
        for at in (left + side // 6, left + side - side // 6):
            picture[over : max(top, 0), max(at, 0) : max(at + thick, 0)] = iron

    def draw_far(self, view: View, sign: Thing, angle: float) -> None:
        """Draw a sign that is out of sight, where it is."""
        size = len(view.picture)
        forward, column = stands(sign.distance, angle, size)
        if abs(angle) > 45 or forward > depth_at(view, column) + self._behind:
            return
        side = _pixels(PANEL * size / 2 / sign.distance)
        bottom = size / 2 - (_SIGN_HEIGHT - EYE) * size / 2 / forward
        top = max(round(bottom) - side - side // 2, 0)
        left = min(max(round(column - side / 2), 0), max(size - side, 0))
        with_board = side >= _WITH_BOARD
        self._hold(view, sign.number, forward, side, left, top, with_board)
        self._paste(view.picture, sign.number, side, left, top, with_board)

    def _paste(
        self, view: Picture, number: int, side: int, left: int, top: int, with_board: bool
    ) -> None:
        place = self._city.places[number]
        _paste(view, panel(place.category, side), left, top, self._shine)
        if with_board:
            name = board(lettering(place.name) or place.category, 2 * side, max(2, side // 2))
            _paste(view, name, left - side // 2, top + side, self._shine)


def _pixels(length: float) -> int:
    return max(1, round(length))


def _paste(view: Picture, sprite: Picture, left: int, top: int, shine: float) -> None:
    """Put a sprite where it lies in the view."""
    height, width = sprite.shape[:2]
    size = len(view)
    first, last = max(left, 0), min(left + width, size)
    low, high = max(top, 0), min(top + height, size)
    if first < last and low < high:
        part = sprite[low - top : high - top, first - left : last - left]
        view[low:high, first:last] = part if shine == 1.0 else (part * shine).astype(np.uint8)
