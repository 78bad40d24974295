"""The map of an episode for `render()`: houses, streets, the route, its landmarks, the walker.

A north arrow, a scale bar and a flag at the destination tell how to read it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from shiftgym.lettering import Font, one_line
from virl_env.map_labels import Box, place_labels
from virl_env.routes.route import Route
from virl_env.world.city import UNIT, City
from virl_env.world.geometry import METRES_A_DEGREE, Geocode, near

SIZE = 640
"""Side of a map in pixels."""

_MARGIN, _LABELS = 60, 13
"""Around the route, and of letters, on a map of `SIZE` pixels; a smaller one has less of both."""

_SMALLEST_LABELS = 11

_LONGEST_BAR = 0.2
"""Of the scale, as a share of the map's side."""

_FINER = 2
"""The map is drawn this many times larger and then shrunk, which smooths its lines."""

_GROUND, _HOUSE, _STREET = (243, 240, 232), (228, 218, 203), (205, 201, 190)
_ROUTE, _DONE, _PLACE, _WALKER = (31, 95, 168), (150, 180, 215), (120, 110, 95), (217, 95, 2)
_INK, _FLAG = (40, 40, 40), (190, 20, 60)

COLOURS = (_GROUND, _HOUSE, _STREET, _INK, _ROUTE, _DONE, _PLACE, _WALKER, _FLAG)
"""What a map is drawn with; along edges they blend."""


def draw_map(
    route: Route,
    city: City | None,
    walker: Geocode,
    heading: float,
    walked: int = 0,
    size: int = SIZE,
) -> NDArray[np.uint8]:
    """Return a map with north up, uint8 of shape (size, size, 3).

    Args:
        route: drawn from start to destination, with a dot at each turning point.
        city: whose houses and streets lie below it, with the attribution of their data, if it has
            one, in the lower right corner; None where they are not known.
        walker: where the walker stands.
        heading: faced by the walker, degrees.
        walked: legs of the route that lie behind, drawn paler.
        size: pixels.
    """
    corners = [route.start, *(leg.end for leg in route.legs)]
    view = _View([*corners, walker], size)
    picture = Image.new("RGB", (size * _FINER, size * _FINER), _GROUND)
    drawing = ImageDraw.Draw(picture)
    font = ImageFont.load_default(max(_SMALLEST_LABELS, _LABELS * size // SIZE) * _FINER)
    if city is not None:
        _draw_houses(drawing, view, city)
        _draw_streets(drawing, view, city)
    for number, (start, end) in enumerate(pairwise(corners)):
        colour = _DONE if number < walked else _ROUTE
        drawing.line([view(start), view(end)], fill=colour, width=5 * _FINER)
    for corner in corners[1:-1]:
        _dot(drawing, view(corner), 5, _ROUTE)
    _dot(drawing, view(corners[0]), 7, _INK)
    landmarks = [leg.landmark for leg in route.legs if leg.landmark is not None]
    for landmark in landmarks:
        _dot(drawing, view(landmark.geocode), 4, _PLACE)
    crowd = [view(place) for place in (*corners, walker, *(one.geocode for one in landmarks))]
    taken = [
        _draw_north(drawing, view, font, _freer(crowd, view, top=True)),
        _draw_scale(drawing, view, font, _freer(crowd, view, top=False)),
        _draw_flag(drawing, view(corners[-1])),
    ]
    if city is not None and city.attribution:
        taken.append(_credit(drawing, view, city.attribution))
    # The destination and what lies ahead matter more than what lies behind.
    ahead = [leg.landmark for leg in route.legs[walked:] if leg.landmark is not None]
    behind = [leg.landmark for leg in route.legs[:walked] if leg.landmark is not None]
    wanted = [(view(one.geocode), one.name) for one in [*ahead[-1:], *ahead[:-1], *behind]]
    wanted.insert(1, (view(corners[0]), f"start: {route.start_name}"))
    _write_labels(drawing, view, wanted, font, taken, _around(view(walker), 14))
    _draw_walker(drawing, view(walker), heading)
    return np.asarray(picture.resize((size, size), Image.Resampling.LANCZOS))


class _View:
    """From geocodes to places in the picture; everything that is given fits into it.

    Attributes:
        side: of the larger picture, pixels.
        metre: in pixels of it.
    """

    def __init__(self, geocodes: list[Geocode], size: int) -> None:
        self.side = size * _FINER
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
        self._scale = self.side * (1 - 2 * _MARGIN / SIZE) / max(*spans, 0.001)
        self.metre = self._scale / METRES_A_DEGREE

    def __call__(self, geocode: Geocode) -> tuple[float, float]:
        """Return (x, y) in pixels of the larger picture."""
        north = geocode[0] - self._middle[0]
        east = (near(geocode[1], self._middle[1]) - self._middle[1]) * self._squeeze
        half = self.side / 2
        return half + east * self._scale, half - north * self._scale

    def of_all(self, geocodes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (x, y) of each of many geocodes (count, 2) at once, equal to the last bit."""
        latitudes, longitudes = geocodes.T
        north = latitudes - self._middle[0]
        east = (near(longitudes, self._middle[1]) - self._middle[1]) * self._squeeze
        half = self.side / 2
        return np.stack([half + east * self._scale, half - north * self._scale], axis=1)


def _draw_houses(drawing: ImageDraw.ImageDraw, view: _View, city: City) -> None:
    corners = view.of_all((city.footprints * UNIT).astype(np.float64))
    near_by = np.all((corners > -view.side) & (corners < 2 * view.side), axis=1)
    for start, end in pairwise(city.footprint_offsets.tolist()):
        if near_by[start:end].any():
            drawing.polygon(corners[start:end].ravel().tolist(), fill=_HOUSE)


def _draw_streets(drawing: ImageDraw.ImageDraw, view: _View, city: City) -> None:
    width = 7 * _FINER
    places = view.of_all(city.coordinates)
    once = city.edge_owners < city.neighbours
    lines = np.stack([places[city.edge_owners[once]], places[city.neighbours[once]]], axis=1)
    # Most streets of a city lie beside the map of a route.
    in_sight = (lines.max(axis=1) > -width) & (lines.min(axis=1) < view.side + width)
    for line in lines[in_sight.all(axis=1)].reshape(-1, 4).tolist():
        drawing.line(line, fill=_STREET, width=width)


def _dot(
    drawing: ImageDraw.ImageDraw,
    place: tuple[float, float],
    radius: int,
    colour: tuple[int, int, int],
) -> None:
    x, y = place
    reach = radius * _FINER
    drawing.ellipse([x - reach, y - reach, x + reach, y + reach], fill=colour)


def _around(place: tuple[float, float], reach: float) -> Box:
    """Return the box around a place, pixels of the smaller picture away from it."""
    (x, y), away = place, reach * _FINER
    return x - away, y - away, x + away, y + away


def _write_labels(
    drawing: ImageDraw.ImageDraw,
    view: _View,
    wanted: Sequence[tuple[tuple[float, float], str]],
    font: Font,
    taken: Sequence[Box],
    walker: Box,
) -> None:
    """Write names beside their places, the most important first, as many as find room."""
    ascent, descent = (
        font.getmetrics() if isinstance(font, ImageFont.FreeTypeFont) else (_LABELS, 0)
    )
    edge = 2 * _FINER

    def measure(text: str) -> tuple[float, float]:
        return drawing.textlength(text, font) + 2 * edge, ascent + descent

    dots = [_around(place, 5) for place, _ in wanted]
    names = [(place, one_line(name)) for place, name in wanted]
    for text, left, top in place_labels(
        names, measure, view.side, 8 * _FINER, taken, [walker, *dots]
    ):
        drawing.text((left + edge, top), text, _INK, font, stroke_width=edge, stroke_fill=_GROUND)


def _credit(drawing: ImageDraw.ImageDraw, view: _View, attribution: str) -> Box:
    """Write whose data the map shows, on a ground of its own, as licences want it readable."""
    where, attribution = view.side - 5 * _FINER, one_line(attribution)
    font = ImageFont.load_default(11 * _FINER)
    left, top, right, bottom = drawing.textbbox((where, where), attribution, font, anchor="rd")
    edge = 4 * _FINER
    box = left - edge, top - edge, right + edge, bottom + edge
    drawing.rectangle(box, fill=_GROUND)
    drawing.text((where, where), attribution, _INK, font, anchor="rd")
    return box


def _draw_walker(drawing: ImageDraw.ImageDraw, place: tuple[float, float], heading: float) -> None:
    """Draw an arrow head that points where the walker faces."""
    tip, side = 14.0 * _FINER, 10.0 * _FINER
    corners = []
    for turn, reach in ((0.0, tip), (140.0, side), (220.0, side)):
        angle = math.radians(heading + turn)
        corners.append((place[0] + reach * math.sin(angle), place[1] - reach * math.cos(angle)))
    drawing.polygon(corners, fill=_WALKER, outline=_INK)


def _draw_flag(drawing: ImageDraw.ImageDraw, place: tuple[float, float]) -> Box:
    """Plant a flag at the destination."""
    x, y = place
    pole, cloth, deep = 26.0 * _FINER, 17.0 * _FINER, 11.0 * _FINER
    drawing.line([(x, y), (x, y - pole)], fill=_INK, width=2 * _FINER)
    corners = [(x, y - pole), (x + cloth, y - pole + deep / 2), (x, y - pole + deep)]
    drawing.polygon(corners, fill=_FLAG, outline=_INK)
    _dot(drawing, place, 3, _INK)
    return x - 2 * _FINER, y - pole, x + cloth, y + 3 * _FINER


def _freer(crowd: list[tuple[float, float]], view: _View, *, top: bool) -> bool:
    """Return whether the right corner is freer than the left: nothing on the map lies as near."""
    y = 0.0 if top else view.side
    left, right = (min(math.dist((x, y), place) for place in crowd) for x in (0.0, view.side))
    return right >= left


def _draw_north(drawing: ImageDraw.ImageDraw, view: _View, font: Font, right: bool) -> Box:
    """Draw an arrow to the north in an upper corner, on a ground of its own."""
    edge, top = 18.0 * _FINER, 8.0 * _FINER
    x = view.side - edge if right else edge
    half, long = 6.0 * _FINER, 17.0 * _FINER
    box = (x - 2 * half, top - half / 2, x + 2 * half, top + long + 16 * _FINER)
    drawing.rectangle(box, fill=_GROUND)
    notch = (x, top + 0.7 * long)
    drawing.polygon([(x, top), (x + half, top + long), notch, (x - half, top + long)], fill=_INK)
    drawing.text((x, top + long + 8 * _FINER), "N", _INK, font, anchor="mm")
    return box


def _draw_scale(drawing: ImageDraw.ImageDraw, view: _View, font: Font, right: bool) -> Box:
    """Draw a bar of a round number of metres in a lower corner, above where a credit may stand."""
    metres = round_length(_LONGEST_BAR * view.side / view.metre)
    long, tick, margin = metres * view.metre, 4 * _FINER, 12 * _FINER
    told = f"{metres} m" if metres < 1000 else f"{metres // 1000} km"
    edge, wide = 5 * _FINER, max(long, drawing.textlength(told, font))
    left = view.side - margin - wide if right else margin
    bottom = view.side - 28 * _FINER
    box = (left - edge, bottom - 20 * _FINER, left + wide + edge, bottom + edge)
    drawing.rectangle(box, fill=_GROUND)
    up, end = bottom - tick, left + long
    line = [(left, up), (left, bottom), (end, bottom), (end, up)]
    drawing.line(line, fill=_INK, width=2 * _FINER)
    drawing.text((left, up), told, _INK, font, anchor="lb")
    return box


def round_length(longest: float) -> int:
    """Return the longest of 1, 2, 5, 10, 20, 50, ... that is not longer than this; at least 1."""
    lengths = [1]
    while lengths[-1] < longest:
        # 1, 2, 5 times a power of ten: each is twice or two and a half times the one before.
        lengths.append(lengths[-1] * 5 // 2 if str(lengths[-1])[0] == "2" else 2 * lengths[-1])
    return max(length for length in lengths if length <= max(longest, 1))
