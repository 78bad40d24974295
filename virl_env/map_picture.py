"""The map of an episode for `render()`: houses, streets, the route, its landmarks, the walker."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from shiftgym.lettering import one_line
from virl_env.routes.route import Route
from virl_env.world.city import UNIT, City
from virl_env.world.geometry import Geocode, near

SIZE = 640
"""Side of a map in pixels."""

_MARGIN = 60
_FINER = 2
"""The map is drawn this many times larger and then shrunk, which smooths its lines."""

_GROUND, _HOUSE, _STREET = (243, 240, 232), (228, 218, 203), (205, 201, 190)
_ROUTE, _DONE, _PLACE, _WALKER = (31, 95, 168), (150, 180, 215), (120, 110, 95), (217, 95, 2)
_INK = (40, 40, 40)

COLOURS = (_GROUND, _HOUSE, _STREET, _INK, _ROUTE, _DONE, _PLACE, _WALKER)
"""What a map is drawn with; along edges they blend."""


def draw_map(
    route: Route, city: City | None, walker: Geocode, heading: float, walked: int = 0
) -> NDArray[np.uint8]:
    """Return a map with north up, uint8 of shape (640, 640, 3).

    Args:
        route: drawn from start to destination, with a dot at each turning point.
        city: whose houses and streets lie below it, with the attribution of their data, if it has
            one, in the lower right corner; None where they are not known.
        walker: where the walker stands.
        heading: faced by the walker, degrees.
        walked: legs of the route that lie behind, drawn paler.
    """
    corners = [route.start, *(leg.end for leg in route.legs)]
    view = _View([*corners, walker])
    picture = Image.new("RGB", (SIZE * _FINER, SIZE * _FINER), _GROUND)
    drawing = ImageDraw.Draw(picture)
    font = ImageFont.load_default(13 * _FINER)
    if city is not None:
        _draw_houses(drawing, view, city)
        _draw_streets(drawing, view, city)
    for number, (start, end) in enumerate(pairwise(corners)):
        colour = _DONE if number < walked else _ROUTE
        drawing.line([view(start), view(end)], fill=colour, width=5 * _FINER)
    for corner in corners[1:-1]:
        _dot(drawing, view(corner), 5, _ROUTE)
    _dot(drawing, view(corners[0]), 7, _INK)
    for leg in route.legs:
        if leg.landmark is not None:
            _dot(drawing, view(leg.landmark.geocode), 4, _PLACE)
            _label(drawing, view(leg.landmark.geocode), leg.landmark.name, font)
    _label(drawing, view(corners[0]), f"start: {route.start_name}", font)
    _draw_walker(drawing, view(walker), heading)
    if city is not None and city.attribution:
        _credit(drawing, city.attribution)
    return np.asarray(picture.resize((SIZE, SIZE), Image.Resampling.LANCZOS))


class _View:
    """From geocodes to places in the picture; everything that is given fits into it."""

    def __init__(self, geocodes: list[Geocode]) -> None:
        latitudes = [latitude for latitude, _ in geocodes]
        longitudes = [near(longitude, geocodes[0][1]) for _, longitude in geocodes]
        self._middle = (
            (min(latitudes) + max(latitudes)) / 2,
            (min(longitudes) + max(longitudes)) / 2,
        )
        self._squeeze = math.cos(math.radians(self._middle[0]))
        spans = (
            max(latitudes) - min(latitudes),
            (max(longitudes) - min(longitudes)) * self._squeeze,
        )
        # A route of some metres is not blown up to fill the map.
        self._scale = (SIZE - 2 * _MARGIN) * _FINER / max(*spans, 0.001)

    def __call__(self, geocode: Geocode) -> tuple[float, float]:
        """Return (x, y) in pixels of the larger picture."""
        north = geocode[0] - self._middle[0]
        east = (near(geocode[1], self._middle[1]) - self._middle[1]) * self._squeeze
        half = SIZE * _FINER / 2
        return half + east * self._scale, half - north * self._scale


def _draw_houses(drawing: ImageDraw.ImageDraw, view: _View, city: City) -> None:
    corners = (city.footprints * UNIT).tolist()
    limit = SIZE * _FINER
    for start, end in pairwise(city.footprint_offsets.tolist()):
        outline = [view((latitude, longitude)) for latitude, longitude in corners[start:end]]
        if any(-limit < x < 2 * limit and -limit < y < 2 * limit for x, y in outline):
            drawing.polygon(outline, fill=_HOUSE)


def _draw_streets(drawing: ImageDraw.ImageDraw, view: _View, city: City) -> None:
    places = [view((latitude, longitude)) for latitude, longitude in city.coordinates.tolist()]
    limit = SIZE * _FINER
    for start, end in zip(city.edge_owners.tolist(), city.neighbours.tolist()):
        (x, y), further = places[start], places[end]
        if start < end and -limit < x < 2 * limit and -limit < y < 2 * limit:
            drawing.line([(x, y), further], fill=_STREET, width=7 * _FINER)


def _dot(
    drawing: ImageDraw.ImageDraw,
    place: tuple[float, float],
    radius: int,
    colour: tuple[int, int, int],
) -> None:
    x, y = place
    reach = radius * _FINER
    drawing.ellipse([x - reach, y - reach, x + reach, y + reach], fill=colour)


def _label(
    drawing: ImageDraw.ImageDraw,
    place: tuple[float, float],
    name: str,
    font: ImageFont.ImageFont | ImageFont.FreeTypeFont,
) -> None:
    """Write a name beside a place, inside the picture."""
    x, y = place
    name = one_line(name)
    width = drawing.textlength(name, font)
    if x + width + 10 * _FINER > SIZE * _FINER:
        x -= width + 20 * _FINER
    drawing.text(
        (x + 8 * _FINER, y - 8 * _FINER),
        name,
        _INK,
        font,
        stroke_width=2 * _FINER,
        stroke_fill=_GROUND,
    )


def _credit(drawing: ImageDraw.ImageDraw, attribution: str) -> None:
    """Write whose data the map shows, on a ground of its own, as licences want it readable."""
    where, attribution = (SIZE - 5) * _FINER, one_line(attribution)
    font = ImageFont.load_default(11 * _FINER)
    left, top, right, bottom = drawing.textbbox((where, where), attribution, font, anchor="rd")
    edge = 4 * _FINER
    drawing.rectangle([left - edge, top - edge, right + edge, bottom + edge], fill=_GROUND)
    drawing.text((where, where), attribution, _INK, font, anchor="rd")


def _draw_walker(drawing: ImageDraw.ImageDraw, place: tuple[float, float], heading: float) -> None:
    """Draw an arrow head that points where the walker faces."""
    tip, side = 14.0 * _FINER, 10.0 * _FINER
    corners = []
    for turn, reach in ((0.0, tip), (140.0, side), (220.0, side)):
        angle = math.radians(heading + turn)
        corners.append((place[0] + reach * math.sin(angle), place[1] - reach * math.cos(angle)))
    drawing.polygon(corners, fill=_WALKER, outline=_INK)
