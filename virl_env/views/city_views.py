"""Draws what one sees from a place in a city: streets between rows of houses, trees and signs.

A ray for each column of pixels runs over the ground until it meets a row of houses, which stand as
far from the middle of every street as its pavements reach. Above and below that distance, a pixel
shows sky, a house front or the ground, each looked up by where its ray meets it. So the picture
needs nothing but the street graph, and a house looks the same from wherever it is seen.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from shiftgym.once import once_for_each
from virl_env.views.buildings import Buildings
from virl_env.views.fronts import EYE, Fronts, Houses, InventedHouses
from virl_env.views.ground import Ground, Metres
from virl_env.views.hash import mixed
from virl_env.views.look import LookLike, check_look
from virl_env.views.paint import FACADES, paint
from virl_env.views.source import TURNS
from virl_env.views.standing import Standing
from virl_env.world.city import City
from virl_env.world.geometry import Geocode

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]

ROAD, WAY = np.float32(4.0), np.float32(2.6)
"""Metres from the middle of a street to the kerb; the smaller on real maps, whose walkable ways run
beside each other, and have neither zebra crossings nor lines."""

_LAWN = np.float32(14.0)
"""Metres from the middle of a street to grass, which invented houses hide."""

_CROSSING = (7.5, 10.5)

_MIDDLE, _DOORSTEP = (1.9, 2.5), (2.8, 3.4)
"""Metres of a ring on the ground from the middle of a crossing, and from the point that a place
faces: who stands in the middle of one sees it below, all around and equally far."""

_OWN = 4.0
"""Metres around one who stands in a ring within which there is no other."""


@once_for_each
def _prepared(city: City) -> tuple[Ground, Houses]:
    """Return the ground and the houses of a city, which all looks share."""
    storeys = float(city.look.get("storeys", 5))
    ground = Ground(city)
    known = len(city.heights) > 0
    houses = Buildings(city, ground, storeys) if known else InventedHouses(ground, storeys)
    return ground, houses


class _Rays(NamedTuple):
    """A column of pixels each, of four views side by side; the ground that its pixels show.

    Attributes:
        turns: degrees clockwise from the heading, of each column.
        lengthening: of a ray against its distance along the view's middle.
        slopes: of each row, downward positive.
    """

    turns: Floats
    lengthening: Floats
    slopes: Floats


@lru_cache(maxsize=32)
def _rays(size: int) -> _Rays:
    offsets = (np.arange(size) + 0.5) / (size / 2) - 1
    turns = np.concatenate([np.degrees(np.arctan(offsets)) + turn for turn in TURNS])
    lengthening = np.tile(np.hypot(1.0, offsets), len(TURNS))
    return _Rays(*(array.astype(np.float32) for array in (turns, lengthening, offsets)))


class CityViews:
    """The views of a city; a `ViewSource`.

    Args:
        city: to be drawn.
        look: "plain", severities such as {"night": 3}, or a `Look`.

    Raises:
        ValueError: for another look.
    """

    def __init__(self, city: City, look: LookLike = "plain") -> None:
        checked = check_look(look)
        if checked is None:
            raise ValueError("A city is drawn in one look at a time: pass severities or a Look.")
        self.city, self.look = city, checked
        self._paint = paint(city.look, checked)
        self._ground, self._houses = _prepared(city)
        self._is_mapped = len(city.heights) > 0
        self._standing = Standing(city, self._ground, self._paint, self._houses)

    def __str__(self) -> str:
        return f"CityViews({self.city.digest}, {self.look})"

    def four(self, geocode: Geocode, heading: float, size: int) -> Picture:
        """Return front, right, back and left view: uint8 of shape (4, size, size, 3)."""
        rays, eye = _rays(size), self._ground.eye(geocode)
        angles = np.radians(rays.turns + np.float32(heading))
        east, north = np.sin(angles), np.cos(angles)
        layers = self._houses.fronts(eye, east, north)

        colours = np.empty((size, len(TURNS) * size, 3), dtype=np.float32)
        self._sky(colours, rays)
        left = np.ones(colours.shape[:2], dtype=np.bool_)
        for fronts in layers:
            depth = fronts.reach / rays.lengthening
            height = (EYE - rays.slopes[:, None] * depth).astype(np.float32)
            wall = left & (height > 0) & (height <= fronts.top)
            self._walls(colours, wall, height, fronts)
            left &= ~wall
        self._soil(colours, left & (rays.slopes > 0)[:, None], eye, east, north, rays)
        colours *= self._paint.light
        picture = np.clip(colours, 0, 255).astype(np.uint8)
        views = picture.reshape(size, len(TURNS), size, 3).transpose(1, 0, 2, 3).copy()
        self._standing.draw(views, eye, heading, layers[0].reach / rays.lengthening)
        return _blurred(views, self.look.blur)

    def _sky(self, colours: Floats, rays: _Rays) -> None:
        horizon, high = self._paint.sky
        share = np.clip(-rays.slopes, 0, 1)[:, None]
        rows = horizon * (1 - share) + high * share
        colours[:] = rows[:, None, :]

    def _walls(
        self, colours: Floats, wall: NDArray[np.bool_], height: Floats, fronts: Fronts
    ) -> None:
        rows, columns = wall.nonzero()
        up, own = height[rows, columns], fronts.own[columns]
        facing, across = fronts.facing[columns], fronts.bay[columns]
        tints = self._paint.facades[own % FACADES] * (0.82 + 0.22 * facing)[:, None]
        storeys = up / fronts.storey[columns]
        storey, bay = np.floor(storeys), np.floor(across)
        above, beside = storeys - storey, across - bay
        wide = 0.18 + 0.12 * ((own >> 4) % 4) / 3
        glass = (beside > wide) & (beside < 1 - wide) & (above > 0.28) & (above < 0.8)
        shop = (storey == 0) & (up > 0.5) & (up < 2.7) & (beside > 0.08) & (beside < 0.92)
        glass = np.where(storey == 0, shop, glass)
        lamps = (mixed(own, storey, bay) % 256) < 256 * self._paint.lit
        panes = np.where(lamps[:, None], self._paint.lamp / self._paint.light, self._paint.glass)
        tints = np.where(glass[:, None], panes, tints)
        ledge = (above < 0.06) & (storey > 0)
        tints[ledge | fronts.edge[columns]] *= 0.78
        clear = np.exp(-fronts.reach / np.float32(self._paint.haze))[columns, None]
        colours[rows, columns] = tints * clear + self._paint.sky[0] * (1 - clear)

    def _soil(
        self,
        colours: Floats,
        seen: NDArray[np.bool_],
        eye: Metres,
        east: Floats,
        north: Floats,
        rays: _Rays,
    ) -> None:
        rows, columns = seen.nonzero()
        reach = np.float32(EYE) / rays.slopes[rows] * rays.lengthening[columns]
        east, north = eye[0] + reach * east[columns], eye[1] + reach * north[columns]
        away = self._ground.from_street(east, north)
        crossing = self._ground.from_crossing(east, north)
        paint_, road = self._paint, WAY if self._is_mapped else ROAD
        tints = np.where((away < road)[:, None], paint_.road, paint_.pavement)
        tints[away > _LAWN] = paint_.lawn
        kerb = np.abs(away - road) < 0.15
        slab = (away > road) & (away <= _LAWN) & (((east % 2.0) < 0.08) | ((north % 2.0) < 0.08))
        tints[kerb | slab] *= 0.85
        if not self._is_mapped:
            striped = (crossing > _CROSSING[0]) & (crossing < _CROSSING[1]) & (away < road - 0.3)
            striped &= (away % 1.4) < 0.7
            dashes = (away < 0.12) & (((east + north) % 6.0) < 3.0) & (crossing > _CROSSING[1] + 1)
            tints[striped | dashes] = paint_.marking
        door = self._ground.from_door(east, north)
        if self._is_mapped:
            # Points lie close to each other there: the rings that one stands in are left whole.
            at_crossing, at_door = self._ground.stands_at(eye)
            if at_crossing or at_door:
                own = reach < _OWN
                crossing[own] = reach[own] if at_crossing else _OWN
                door[own] = reach[own] if at_door else _OWN
        tints[(door > _DOORSTEP[0]) & (door < _DOORSTEP[1])] = paint_.doorstep
        tints[(crossing > _MIDDLE[0]) & (crossing < _MIDDLE[1])] = paint_.cobbles
        fog = np.exp(-reach / np.float32(paint_.haze))[:, None]
        colours[rows, columns] = tints * fog + paint_.sky[0] * (1 - fog)


def _blurred(views: Picture, severity: int) -> Picture:
    if not severity:
        return views
    radius = severity * views.shape[1] / 160
    blur = ImageFilter.GaussianBlur(radius)
    return np.stack([np.asarray(Image.fromarray(view).filter(blur)) for view in views])
