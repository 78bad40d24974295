"""What stands in drawn streets: trees, cars, lamps, and the signs of places.

A sign within `LEGIBLE` metres, or farther off and seen from the point that its place faces, is a
promise: it is drawn, as large as a reader needs it, whole in one view, on the side where its place
is, and no other thing hides it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from virl_env.views.furniture import (
    ARM,
    CAR,
    LAMP,
    LAMP_TOP,
    Spots,
    car_colours,
    lamp_colours,
    lamps,
    parked_cars,
)
from virl_env.views.ground import STANDS, Ground, Metres
from virl_env.views.hanging import Box, columns_of, hang
from virl_env.views.hash import mixed
from virl_env.views.houses import Houses
from virl_env.views.marks import ROAD, WAY
from virl_env.views.paint import Paint
from virl_env.views.runs import Runs
from virl_env.views.signs import PANEL, board, lettering, panel
from virl_env.views.solids import View
from virl_env.views.source import TURNS
from virl_env.views.style import Style
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
_WIDE = 2.6
"""Metres from the middle of a thing to its sides, at most."""

_LOBES = ((-0.42, 0.22, 0.58), (0.44, 0.18, 0.56), (0.02, -0.34, 0.62), (0.0, 0.1, 0.6))
"""Discs that make the crown of a tree: to the right, down and wide, in shares of its radius."""

_WITH_BOARD = 6
"""Pixels of a panel from which on there is a board below it."""


class _Thing(NamedTuple):
    """Something that stands: how far it is, its index, and metres east and north of the eye."""

    distance: float
    number: int
    east: float
    north: float


class Standing:
    """Trees, cars, lamps and signs of a city.

    Args:
        city: where they stand.
        ground, runs: of the city.
        houses: where nothing else stands, and on which signs hang.
        paint: colours.
        style: how much of it there is.
    """

    def __init__(
        self, city: City, ground: Ground, runs: Runs, houses: Houses, paint: Paint, style: Style
    ) -> None:
        self._city, self._paint = city, paint
        places = np.array([place.position for place in city.places], dtype=np.float64)
        self._places = ground.metres(places.reshape(-1, 2) * UNIT)
        self._doors = ground.points[[place.point for place in city.places]]
        self._on_posts = houses.are_free(self._places)
        is_mapped = len(city.heights) > 0
        trees = _trees(ground, city, style.trees)
        self._trees = trees[houses.are_free(trees)]
        kerb = WAY if is_mapped else ROAD
        self._tree_kinds = mixed(*np.rint(10 * self._trees).T)
        lit = lamps(runs, kerb, style)
        free = houses.are_free(lit.at.astype(np.float32))
        self._lamps = Spots(*(part[free] for part in lit))
        cars = parked_cars(runs, ground, style)
        self._cars = Spots(*(part[: 0 if is_mapped else None] for part in cars))
        choices = car_colours(paint)
        drawn = mixed(*np.rint(10 * self._cars.at).T) >> np.uint32(4)
        self._car_colours = [choices[one] for one in (drawn % len(choices)).tolist()]
        self._lamp_colours = lamp_colours(paint)
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
        size = views.shape[1]
        four = [
            View(picture, math.radians(heading + turn), part)
            for picture, turn, part in zip(views, TURNS, depth.reshape(len(TURNS), size))
        ]
        signs = _near(self._places, eye, _SIGNS_TO)
        faced = np.flatnonzero(np.hypot(*(self._doors - eye).T) < STANDS)
        legible = {sign.number for sign in signs if sign.distance <= LEGIBLE} | {*faced.tolist()}
        far = [sign for sign in signs if sign.number not in legible]
        things = [
            *((thing, self._tree) for thing in _near(self._trees, eye, _TREES_TO)),
            *((thing, self._car) for thing in _near(self._cars.at, eye, min(size * 0.25, 60.0))),
            *((thing, self._lamp) for thing in _near(self._lamps.at, eye, min(size * 0.25, 60.0))),
            *((thing, self._sign) for thing in far),
        ]
        for thing, draw in sorted(things, key=lambda one: -one[0].distance):
            for view, angle in _seen_in(thing, heading):
                draw(four[view], thing, angle)
        numbers = np.array(sorted(legible), dtype=np.int64)
        self._legible(four, heading, _things(self._places, eye, numbers))

    def _legible(self, views: list[View], heading: float, signs: list[_Thing]) -> None:
        """Hang the signs in sight, the nearest where it belongs and others beside what hangs."""
        hung: list[list[Box]] = [[] for _ in TURNS]
        drawn = []
        for sign in sorted(signs):
            bearing = math.degrees(math.atan2(sign.east, sign.north)) - heading
            view = int((bearing + 45) % 360 // 90)
            angle = (bearing - TURNS[view] + 180) % 360 - 180
            size = len(views[view].picture)
            forward, column = _stands(sign.distance, angle, size)
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

    def _sign(self, view: View, sign: _Thing, angle: float) -> None:
        """Draw a sign that is out of sight, where it is."""
        size = len(view.picture)
        forward, column = _stands(sign.distance, angle, size)
        if abs(angle) > 45 or forward > _depth_at(view, column) + self._behind:
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

    def _car(self, view: View, car: _Thing, angle: float) -> None:
        at, along = np.array([car.east, car.north]), self._cars.along[car.number]
        forward, _ = _stands(car.distance, angle, len(view.picture))
        view.draw(CAR, CAR.standing(at, along), self._car_colours[car.number], forward)

    def _lamp(self, view: View, lamp: _Thing, angle: float) -> None:
        at, arm = np.array([lamp.east, lamp.north]), self._lamps.along[lamp.number]
        forward, _ = _stands(lamp.distance, angle, len(view.picture))
        view.draw(LAMP, LAMP.standing(at, arm), self._lamp_colours, forward)
        if self._paint.lit:
            view.glow(at + ARM * arm, LAMP_TOP - 0.14, self._paint.lamp)

    def _tree(self, view: View, tree: _Thing, angle: float) -> None:
        size = len(view.picture)
        forward, column = _stands(tree.distance, angle, size)
        if not -size < column < 2 * size:
            return
        scale = size / 2 / forward
        drawn = int(self._tree_kinds[tree.number])
        large = 0.8 + 0.4 * (drawn % 16) / 15
        trunk = max(1, round(0.28 * scale))
        ground, crown = size / 2 + EYE * scale, size / 2 - (4.4 * large - EYE) * scale
        colours = [(part * self._paint.light) for part in (self._paint.trunk, self._paint.leaves)]
        top = max(round(crown), 0)
        height = max(min(round(ground), size) - top, 0)
        stem = np.broadcast_to(colours[0].astype(np.uint8), (height, trunk, 3))
        left = round(column - trunk / 2)
        view.paste(stem, left, top, forward, np.ones((height, trunk), dtype=np.bool_))
        radius = 1.9 * large * scale
        low, high = max(0, int(crown - radius)), min(size, int(crown + radius) + 1)
        first, last = max(0, int(column - radius)), min(size, int(column + radius) + 1)
        if low >= high or first >= last:
            return
        rows = (np.arange(low, high)[:, None] + 0.5 - crown) / radius
        columns = (np.arange(first, last) + 0.5 - column) / radius
        inside = np.zeros((high - low, last - first), dtype=np.bool_)
        shade = np.zeros(inside.shape, dtype=np.float32)
        for aside, down, wide in _LOBES:
            away = ((rows - down) ** 2 + (columns - aside * (1 - drawn % 2 * 2)) ** 2) / wide**2
            lobe = away < 1
            inside |= lobe
            # Each lobe is lit from above.
            lit = (1.02 - 0.3 * (rows - down) / wide - 0.1 * away) * np.ones_like(columns)
            shade[lobe] = lit[lobe]
        leaves = np.clip(colours[1] * shade[:, :, None], 0, 255).astype(np.uint8)
        view.paste(leaves, first, low, forward, inside)


def _seen_in(thing: _Thing, heading: float, width: float = _WIDE) -> list[tuple[int, float]]:
    """Return the views that a thing may reach into, and its degrees from the middle of each."""
    bearing = math.degrees(math.atan2(thing.east, thing.north)) - heading
    reach = math.degrees(math.atan2(width, thing.distance))
    angles = [(view, (bearing - turn + 180) % 360 - 180) for view, turn in enumerate(TURNS)]
    return [(view, angle) for view, angle in angles if abs(angle) < 45 + reach]


def _stands(distance: float, angle: float, size: int) -> tuple[float, float]:
    """Return the metres of a thing along a view's middle, and its column of pixels."""
    forward = max(distance * math.cos(math.radians(angle)), 0.8)
    return forward, size / 2 + size / 2 * math.tan(math.radians(angle))


def _depth_at(view: View, column: float) -> float:
    """Return the metres to the houses in a column; none where it is far out of the view."""
    size = len(view.depth)
    if not -size < column < 2 * size:
        return -math.inf
    return float(view.depth[min(max(int(column), 0), size - 1)])


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


def _trees(ground: Ground, city: City, share: float) -> Metres:
    """Return where trees stand: on the pavement, beside points that are near no crossing."""
    points = ground.points
    drawn = mixed(np.rint(points[:, 0]), np.rint(points[:, 1]), np.zeros(len(points)))
    away = ground.from_crossing(points[:, 0].astype(np.float32), points[:, 1].astype(np.float32))
    chosen = np.flatnonzero((drawn % 1000 < 1000 * share) & (city.degrees == 2) & (away > 15))
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
