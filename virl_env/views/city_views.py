"""Draws what one sees from a place in a city: streets between rows of houses, trees and signs.

A ray for each column of pixels runs over the ground, along shapes that lie there, until it meets a
house. Houses are outlines with a height, either known ones or rows that are invented along streets.
What a ray meets is found exactly, for a whole column at a time, so that edges are straight at every
size and a house looks the same from wherever it is seen.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from shiftgym.once import once_for_each
from virl_env.views.buildings import Buildings
from virl_env.views.facades import Facades
from virl_env.views.ground import STANDS, Ground, Metres
from virl_env.views.houses import Houses, InventedHouses
from virl_env.views.look import LookLike, check_look
from virl_env.views.marks import Ink, Marks, joints, marks
from virl_env.views.paint import paint
from virl_env.views.pixels import Pixels, packed, spread, unpacked, upright
from virl_env.views.runs import Runs, runs_of
from virl_env.views.source import TURNS
from virl_env.views.spans import Spans, quad_spans, ring_spans
from virl_env.views.standing import Standing
from virl_env.views.style import style_of
from virl_env.views.walls import EYE
from virl_env.world.city import City
from virl_env.world.geometry import Geocode

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]

_MIDDLE, _DOORSTEP = (1.9, 2.5), (2.8, 3.4)
"""Metres of a ring on the ground from the middle of a crossing, and from the point that a place
faces: who stands in the middle of one sees it below, all around and equally far."""

_OWN = 4.0
"""Metres around one who stands in a ring within which there is no other."""

_RINGS_TO = 90.0
_SLABS_TO, _SLABS_FINE = 13.0, 0.1
"""Metres up to which rings, and joints between the slabs of pavements, are drawn; of joints also
for each pixel of a view's side."""

_SHADES = 255
"""How many steps of haze there are."""


class Prepared(NamedTuple):
    """What all looks of a city share."""

    ground: Ground
    runs: Runs
    houses: Houses
    marks: Marks


@once_for_each
def _prepared(city: City) -> Prepared:
    """Return what all looks of a city share."""
    style = style_of(city.look)
    ground, is_mapped = Ground(city), len(city.heights) > 0
    runs = runs_of(city, ground)
    houses = (
        Buildings(city, ground, style.storeys) if is_mapped else InventedHouses(ground, runs, style)
    )
    return Prepared(ground, runs, houses, marks(runs, is_mapped))


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


class _Backdrop(NamedTuple):
    """What views of one size share in one look.

    Attributes:
        sky: from the top down, (n,).
        shade: where the colours of the inks begin, in the haze of each pixel of the ground.
    """

    sky: Pixels
    shade: NDArray[np.int32]


class CityViews:
    """The views of a city; a `ViewSource`.

    Args:
        city: to be drawn.
        look: "plain", severities such as {"night": 3}, or a `Look`.

    Attributes:
        prepared: ground, houses and so on, which all looks of the city share.

    Raises:
        ValueError: for another look.
    """

    def __init__(self, city: City, look: LookLike = "plain") -> None:
        checked = check_look(look)
        if checked is None:
            raise ValueError("A city is drawn in one look at a time: pass severities or a Look.")
        self.city, self.look = city, checked
        self._paint = paint(city.look, checked)
        self.prepared = _prepared(city)
        self._is_mapped = len(city.heights) > 0
        style = style_of(city.look)
        ground, houses = self.prepared.ground, self.prepared.houses
        self._facades = Facades(houses, self._paint, style)
        self._standing = Standing(city, ground, self.prepared.runs, houses, self._paint, style)
        self._inks = self._ink_colours()
        self._backdrops: dict[int, _Backdrop] = {}

    def __str__(self) -> str:
        return f"CityViews({self.city.digest}, {self.look})"

    def four(self, geocode: Geocode, heading: float, size: int) -> Picture:
        """Return front, right, back and left view: uint8 of shape (4, size, size, 3)."""
        rays, eye = _rays(size), self.prepared.ground.eye(geocode)
        angles = np.radians(rays.turns + np.float32(heading))
        east, north = np.sin(angles), np.cos(angles)
        hits = self.prepared.houses.meet(eye, east, north)

        picture = np.empty((len(TURNS) * size, size), dtype=np.uint32)
        backdrop = self._backdrop(size)
        picture[:] = backdrop.sky
        self._soil(picture, backdrop, eye, east, north, rays)
        self._facades.draw(picture, hits, rays.lengthening)
        views = upright(picture, len(TURNS))
        depth = np.full(len(east), np.inf, dtype=np.float32)
        nearest = hits.column[hits.nearest]
        depth[nearest] = hits.reach[hits.nearest] / rays.lengthening[nearest]
        self._standing.draw(views, eye, heading, depth)
        return _blurred(np.ascontiguousarray(unpacked(views)), self.look.blur)

    def _backdrop(self, size: int) -> _Backdrop:
        """Return what views of one size share; that of the last size is kept."""
        if size not in self._backdrops:
            rays, paint_ = _rays(size), self._paint
            horizon, high, light = (part[:, None] for part in (*paint_.sky, paint_.light))
            share = np.clip(-rays.slopes, 0, 1)
            sky = packed((horizon * (1 - share) + high * share) * light)
            reach = EYE / rays.slopes[(size + 1) // 2 :] * rays.lengthening[:size, None]
            clear = np.exp(-reach / paint_.haze)
            shade = np.rint(clear * _SHADES).astype(np.int32) * len(Ink)
            self._backdrops = {size: _Backdrop(sky, shade)}
        return self._backdrops[size]

    def _ink_colours(self) -> Pixels:
        """Return the packed colour of each ink in each step of haze, (steps x inks,)."""
        paint_ = self._paint
        colours = {
            Ink.LAWN: paint_.lawn,
            Ink.PAVEMENT: paint_.pavement,
            Ink.JOINT: 0.86 * paint_.pavement,
            Ink.KERB: 0.5 * paint_.pavement + 0.5 * paint_.frame,
            Ink.ROAD: paint_.road,
            Ink.PATCH: 0.88 * paint_.road,
            Ink.MANHOLE: 0.7 * paint_.road,
            Ink.MARKING: paint_.marking,
            Ink.DOORSTEP: paint_.doorstep,
            Ink.COBBLES: paint_.cobbles,
            Ink.TRACK: 0.94 * paint_.road,
            Ink.SETTS: 0.5 * paint_.road + 0.35 * paint_.pavement,
        }
        inks = np.stack([colours[ink] for ink in Ink], axis=1)[:, None]
        steps = np.linspace(0, 1, _SHADES + 1)[:, None]
        horizon, light = (part[:, None, None] for part in (paint_.sky[0], paint_.light))
        return packed((inks * steps + horizon * (1 - steps)) * light).reshape(-1)

    def _soil(
        self,
        picture: Pixels,
        backdrop: _Backdrop,
        eye: Metres,
        east: Floats,
        north: Floats,
        rays: _Rays,
    ) -> None:
        """Draw the ground, below the horizon."""
        size, prepared = picture.shape[1], self.prepared
        above = (size + 1) // 2
        base = Ink.LAWN if self._is_mapped else Ink.PAVEMENT
        inks = np.full((len(east), size - above), base, dtype=np.uint8)

        corners, of_shape = prepared.marks.near(eye, size)
        if not self._is_mapped:
            slabs = joints(prepared.runs, eye, min(_SLABS_TO, _SLABS_FINE * size))
            corners = np.concatenate([slabs, corners])
            of_shape = np.append(np.full(len(slabs), Ink.JOINT, dtype=np.uint8), of_shape)
        for spans, colours in (
            (quad_spans(corners, eye, east, north), of_shape),
            self._rings(size, eye, east, north),
        ):
            with np.errstate(divide="ignore"):
                slopes = EYE * rays.lengthening[spans.column] / np.stack([spans.far, spans.near])
            rows = (slopes + 1) * (size / 2) - 0.5 - above
            first = np.clip(np.ceil(rows[0]), 0, size - above).astype(np.int64)
            behind = np.clip(np.floor(rows[1]) + 1, 0, size - above).astype(np.int64)
            pixels, owner = spread(
                spans.column * (size - above) + first, np.maximum(behind - first, 0)
            )
            # Of shapes on top of each other the last one counts.
            inks.reshape(-1)[pixels] = colours[spans.shape][owner]
        found = inks.reshape(len(TURNS), size, -1) + backdrop.shade
        picture[:, above:] = self._inks[found.reshape(len(east), -1)]

    def _rings(
        self, size: int, eye: Metres, east: Floats, north: Floats
    ) -> tuple[Spans, NDArray[np.uint8]]:
        """Return the rings around points that places face and around the middles of crossings, and
        the ink of each."""
        ground = self.prepared.ground
        kinds = [
            (ground.faced, _DOORSTEP, Ink.DOORSTEP),
            (ground.middles, _MIDDLE, Ink.COBBLES),
        ]
        if not self._is_mapped:
            kinds.append((ground.middles, (0.0, _MIDDLE[0]), Ink.SETTS))
        middles, radii, inks = [], [], []
        for spots, pair, ink in kinds:
            near = spots[np.hypot(*(spots - eye).T) < min(_RINGS_TO, size)]
            middles.append(near)
            radii += [pair] * len(near)
            inks += [ink] * len(near)
        middle = np.concatenate(middles).astype(np.float64)
        spans = ring_spans(
            middle, np.array(radii).reshape(-1, 2), eye.astype(np.float64), east, north
        )
        if self._is_mapped and any(ground.stands_at(eye)):
            # Points lie close to each other there: the rings that one stands in are left whole.
            own = (np.hypot(*(middle - eye).T) < STANDS)[spans.shape]
            spans = spans._replace(near=np.where(own, spans.near, np.maximum(spans.near, _OWN)))
        return spans, np.array(inks, dtype=np.uint8)


def _blurred(views: Picture, severity: int) -> Picture:
    if not severity:
        return views
    radius = severity * views.shape[1] / 160
    blur = ImageFilter.GaussianBlur(radius)
    return np.stack([np.asarray(Image.fromarray(view).filter(blur)) for view in views])
