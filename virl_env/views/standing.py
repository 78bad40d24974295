"""What stands in drawn streets: trees, and the signs of places.

A sign within `LEGIBLE` metres, or farther off and seen from the point that its place faces, is a
promise: it is drawn, as large as a reader needs it, whole in one view, on the side where its place
is, and no other thing hides it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from virl_env.views.ground import Ground, Metres
from virl_env.views.hanging import Box, columns_of, hang
from virl_env.views.hash import mixed
from virl_env.views.houses import Houses
from virl_env.views.paint import Paint
from virl_env.views.signs import PANEL, board, lettering, panel
from virl_env.views.source import TURNS
from virl_env.views.walls import EYE
from virl_env.world.city import UNIT, City
from virl_env.world.geometry import sector

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]

LEGIBLE = 25.0
"""Metres within which a place is in sight: its sign is drawn as large as from `_CLOSE` at least."""

_CLOSE, _CLOSEST = 9.0, 6.0
_SIGNS_TO, _TREES_TO = 90.0, 60.0
_SIGN_HEIGHT = 3.0
_THERE = 0.1
"""Metres from a point at which one stands at it."""

_TREE_SHARE = 0.4
_WIDE = 4.0
"""Metres behind a front at which a tree still shows."""

_BEHIND = 4.0
"""Metres behind a front at which a tree, which is wide, still shows."""

_WITH_BOARD = 6
"""Pixels of a panel from which on there is a board below it."""


class _Thing(NamedTuple):
    """A tree or a sign: how far it is, its index, and metres east and north of the eye."""

    distance: float
    number: int
    east: float
    north: float


class Standing:
    """Trees and signs of a city.

    Args:
        city: where they stand.
        ground: of the city.
        paint: colours.
        houses: where no tree stands, and on which signs hang.
    """

    def __init__(self, city: City, ground: Ground, paint: Paint, houses: Houses) -> None:
        self._city, self._paint = city, paint
        places = np.array([place.position for place in city.places], dtype=np.float64)
        self._places = ground.metres(places.reshape(-1, 2) * UNIT)
        trees = _trees(ground, city)
        self._doors = ground.points[[place.point for place in city.places]]
        self._trees = trees[houses.are_free(trees)]
        self._behind = houses.depth
        self._shine = 1.0 if paint.lit else float(paint.light.min())

    def draw(self, views: Picture, eye: Metres, heading: float, depth: Floats) -> None:
        """Draw them into four views, the farthest first and legible signs last.

        Args:
            views: uint8 of shape (4, n, n, 3), changed in place.
            eye: metres east and north.
            heading: of the first view, degrees.
            depth: metres from the eye to the houses in the direction of each view's middle, for
                the 4 n columns of pixels.
        """
        trees = _near(self._trees, eye, _TREES_TO)
        signs = _near(self._places, eye, _SIGNS_TO)
        faced = np.flatnonzero(np.hypot(*(self._doors - eye).T) < _THERE)
        legible = {sign.number for sign in signs if sign.distance <= LEGIBLE} | {*faced.tolist()}
        far = [sign for sign in signs if sign.number not in legible]
        things = [*((tree, True) for tree in trees), *((sign, False) for sign in far)]
        for thing, is_tree in sorted(things, key=lambda one: -one[0].distance):
            for view, angle in _seen_in(thing, heading):
                forward, column = _stands(thing.distance, angle, len(views[view]))
                hidden = _depth_at(depth, views, view, column)
                if forward > hidden + (_WIDE if is_tree else self._behind):
                    continue  # behind a house
                if is_tree:
                    self._tree(views[view], column, forward)
                elif abs(angle) <= 45:
                    self._sign(views[view], thing, forward, column)
        numbers = np.array(sorted(legible), dtype=np.int64)
        self._legible(views, heading, _things(self._places, eye, numbers))

    def _legible(self, views: Picture, heading: float, signs: list[_Thing]) -> None:
        """Hang the signs in sight, the nearest where it belongs and others beside what hangs."""
        hung: list[list[Box]] = [[] for _ in TURNS]
        for sign in sorted(signs):
            bearing = math.degrees(math.atan2(sign.east, sign.north)) - heading
            view = int((bearing + 45) % 360 // 90)
            angle = (bearing - TURNS[view] + 180) % 360 - 180
            size = len(views[view])
            forward, column = _stands(sign.distance, angle, size)
            side = _pixels(PANEL * size / 2 / min(max(sign.distance, _CLOSEST), _CLOSE))
            bottom = size / 2 - (_SIGN_HEIGHT - EYE) * size / 2 / forward
            sides = columns_of(size, sector(angle))
            box, with_board = hang(hung[view], side, column, round(bottom), size, sides)
            hung[view].append(box)
            left = (box.left + box.right - side) // 2
            self._paste(views[view], sign.number, side, left, box.top, with_board)

    def _sign(self, view: Picture, sign: _Thing, forward: float, column: float) -> None:
        half = len(view) / 2
        side = _pixels(PANEL * half / sign.distance)
        bottom = half - (_SIGN_HEIGHT - EYE) * half / forward
        top = max(round(bottom) - side - side // 2, 0)
        left = min(max(round(column - side / 2), 0), max(len(view) - side, 0))
        self._paste(view, sign.number, side, left, top, side >= _WITH_BOARD)

    def _paste(
        self, view: Picture, number: int, side: int, left: int, top: int, with_board: bool
    ) -> None:
        place = self._city.places[number]
        _paste(view, panel(place.category, side), left, top, self._shine)
        if with_board:
            name = board(lettering(place.name) or place.category, 2 * side, max(2, side // 2))
            _paste(view, name, left - side // 2, top + side, self._shine)

    def _tree(self, view: Picture, column: float, forward: float) -> None:
        size = len(view)
        scale = size / 2 / forward
        trunk = max(1, round(0.3 * scale))
        ground, crown = size / 2 + EYE * scale, size / 2 - (4.6 - EYE) * scale
        colours = [(part * self._paint.light) for part in (self._paint.trunk, self._paint.leaves)]
        left, right = round(column - trunk / 2), round(column - trunk / 2) + trunk
        view[max(0, round(crown)) : max(0, round(ground)), max(0, left) : max(0, right)] = colours[
            0
        ]
        radius = 1.9 * scale
        low, high = max(0, int(crown - radius)), min(size, int(crown + radius) + 1)
        first, last = max(0, int(column - radius)), min(size, int(column + radius) + 1)
        if low >= high or first >= last:
            return
        rows = (np.arange(low, high)[:, None] + 0.5 - crown) / radius
        columns = (np.arange(first, last) + 0.5 - column) / radius
        round_ = rows**2 + columns**2
        rough = 0.86 + 0.14 * np.sin(9 * rows + 3 * columns) * np.cos(8 * columns)
        inside = round_ < rough
        shade = (1.05 - 0.25 * rows)[:, :, None] * np.ones_like(columns)[:, None]
        view[low:high, first:last][inside] = np.clip(colours[1] * shade, 0, 255)[inside]


def _seen_in(thing: _Thing, heading: float) -> list[tuple[int, float]]:
    """Return the views that a thing may reach into, and its degrees from the middle of each."""
    bearing = math.degrees(math.atan2(thing.east, thing.north)) - heading
    angles = [(view, (bearing - turn + 180) % 360 - 180) for view, turn in enumerate(TURNS)]
    return [(view, angle) for view, angle in angles if abs(angle) < 75]


def _stands(distance: float, angle: float, size: int) -> tuple[float, float]:
    """Return the metres of a thing along a view's middle, and its column of pixels."""
    forward = max(distance * math.cos(math.radians(angle)), 0.8)
    return forward, size / 2 + size / 2 * math.tan(math.radians(angle))


def _depth_at(depth: Floats, views: Picture, view: int, column: float) -> float:
    """Return the metres to the houses in a column; none where it is far out of the view."""
    size = views.shape[1]
    if not -size < column < 2 * size:
        return -math.inf
    return float(depth[view * size + min(max(int(column), 0), size - 1)])


def _pixels(length: float) -> int:
    return max(1, round(length))


def _near(spots: Metres, eye: Metres, reach: float) -> list[_Thing]:
    """Return the things at spots nearer than `reach` metres."""
    distances = np.hypot(*(spots - eye).T)
    return _things(spots, eye, np.flatnonzero(distances < reach))


def _things(spots: Metres, eye: Metres, numbers: NDArray[np.int64]) -> list[_Thing]:
    """Return the things at the spots of these numbers."""
    away = spots[numbers] - eye
    return [
        _Thing(distance, number, east, north)
        for distance, number, (east, north) in zip(
            np.hypot(*away.T).tolist(), numbers.tolist(), away.tolist()
        )
    ]


def _trees(ground: Ground, city: City) -> Metres:
    """Return where trees stand: on the pavement, beside points that are near no crossing."""
    points = ground.points
    drawn = mixed(np.rint(points[:, 0]), np.rint(points[:, 1]), np.zeros(len(points)))
    away = ground.from_crossing(points[:, 0].astype(np.float32), points[:, 1].astype(np.float32))
    chosen = np.flatnonzero((drawn % 1000 < 1000 * _TREE_SHARE) & (city.degrees == 2) & (away > 15))
    along = points[city.neighbours[city.starts[chosen]]] - points[chosen]
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
    hand = np.where((drawn[chosen] >> 12) % 2, 5.2, -5.2)[:, None]
    trees: Metres = points[chosen] + hand * np.stack([along[:, 1], -along[:, 0]], axis=1)
    return trees


def _paste(view: Picture, sprite: Picture, left: int, top: int, shine: float) -> None:
    """Put a sprite where it lies in the view."""
    height, width = sprite.shape[:2]
    size = len(view)
    first, last = max(left, 0), min(left + width, size)
    low, high = max(top, 0), min(top + height, size)
    if first < last and low < high:
        part = sprite[low - top : high - top, first - left : last - left]
        view[low:high, first:last] = part if shine == 1.0 else (part * shine).astype(np.uint8)
