"""What stands in drawn streets: trees, cars, lamps, and the signs of places."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from virl_env.views.furniture import (
    ARM,
    CAR,
    LAMP,
    LAMP_TOP,
    car_colours,
    lamp_colours,
    lamps,
    parked_cars,
)
from virl_env.views.ground import STANDS, Ground, Metres
from virl_env.views.hash import mixed
from virl_env.views.houses import Houses
from virl_env.views.marks import ROAD, WAY
from virl_env.views.paint import Paint
from virl_env.views.pixels import Pixels, unpacked
from virl_env.views.runs import Runs
from virl_env.views.sign_views import LEGIBLE, Signs
from virl_env.views.solids import View
from virl_env.views.source import TURNS
from virl_env.views.style import Style
from virl_env.views.things import Thing, Things, seen_in, stands
from virl_env.views.trees import draw_tree, tree_colours, tree_spots
from virl_env.world.city import UNIT, City

Floats = NDArray[np.float32]

_SIGNS_TO, _TREES_TO, _FURNITURE_TO = 90.0, 60.0, 60.0
"""Metres up to which signs, trees, and cars and lamps are drawn."""

_FINE = 0.25
"""Metres, for each pixel of a view's side, up to which cars and lamps are drawn."""


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
        self._paint = paint
        positions = np.array([place.position for place in city.places], dtype=np.float64)
        places = ground.metres(positions.reshape(-1, 2) * UNIT)
        self._places = Things(places)
        self._doors = ground.points[[place.point for place in city.places]]
        self._signs = Signs(city, places, houses, paint)
        is_mapped = len(city.heights) > 0
        trees = tree_spots(ground, city, style.trees)
        trees = trees[houses.are_free(trees)]
        self._trees, self._bark = Things(trees), tree_colours(paint)
        kerb = WAY if is_mapped else ROAD
        self._tree_kinds = mixed(*np.rint(10 * trees).T)
        lit = lamps(runs, kerb, style)
        free = houses.are_free(lit.at.astype(np.float32))
        self._lamps, self._arms = Things(lit.at[free]), lit.along[free]
        cars = parked_cars(runs, ground, style)
        at, self._along = (part[: 0 if is_mapped else None] for part in cars)
        self._cars = Things(at)
        choices = car_colours(paint)
        drawn = mixed(*np.rint(10 * at).T) >> np.uint32(4)
        self._car_colours = [choices[one] for one in (drawn % len(choices)).tolist()]
        self._lamp_colours = lamp_colours(paint)

    def draw(self, views: Pixels, eye: Metres, heading: float, depth: Floats) -> None:
        """Draw them into four views, the farthest first and legible signs last.

        Args:
            views: (4, n, n), changed in place.
            eye: metres east and north.
            heading: of the first view, degrees.
            depth: metres from the eye to the houses in the direction of each view's middle, for
                the 4 n columns of pixels.
        """
        size = views.shape[1]
        four = [
            View(pixels, picture, math.radians(heading + turn), part)
            for pixels, picture, turn, part in zip(
                views, unpacked(views), TURNS, depth.reshape(len(TURNS), size)
            )
        ]
        reach = min(_FINE * size, _FURNITURE_TO)
        signs = self._places.near(eye, _SIGNS_TO)
        faced = np.flatnonzero(np.hypot(*(self._doors - eye).T) < STANDS)
        legible = {sign.number for sign in signs if sign.distance <= LEGIBLE} | {*faced.tolist()}
        far = [sign for sign in signs if sign.number not in legible]
        standing = [
            *((thing, self._tree) for thing in self._trees.near(eye, _TREES_TO)),
            *((thing, self._car) for thing in self._cars.near(eye, reach)),
            *((thing, self._lamp) for thing in self._lamps.near(eye, reach)),
            *((thing, self._signs.draw_far) for thing in far),
        ]
        for thing, draw in sorted(standing, key=lambda one: -one[0].distance):
            for view, angle in seen_in(thing, heading):
                draw(four[view], thing, angle)
        numbers = np.array(sorted(legible), dtype=np.int64)
        self._signs.draw_legible(four, heading, self._places.some(eye, numbers))

    def _car(self, view: View, car: Thing, angle: float) -> None:
        at, along = np.array([car.east, car.north]), self._along[car.number]
        forward, _ = stands(car.distance, angle, len(view.picture))
        view.draw(CAR, CAR.standing(at, along), self._car_colours[car.number], forward)

    def _lamp(self, view: View, lamp: Thing, angle: float) -> None:
        at, arm = np.array([lamp.east, lamp.north]), self._arms[lamp.number]
        forward, _ = stands(lamp.distance, angle, len(view.picture))
        view.draw(LAMP, LAMP.standing(at, arm), self._lamp_colours, forward)
        if self._paint.lit:
            view.glow(at + ARM * arm, LAMP_TOP - 0.14, self._paint.lamp)

    def _tree(self, view: View, tree: Thing, angle: float) -> None:
        draw_tree(view, tree, angle, int(self._tree_kinds[tree.number]), self._bark)
