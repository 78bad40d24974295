"""Flat faces of things in space, drawn into a view and hidden behind houses column by column."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from virl_env.views.walls import EYE

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]

_NEAR = 0.25
"""Metres in front of the eye from which on things are drawn."""

_GLOW = 1.3
"""Metres of the glow around a light."""

Colour = tuple[int, int, int]


class Solid(NamedTuple):
    """A thing with flat faces.

    Attributes:
        corners: metres ahead, to the left and up, (k, 3).
        faces: of each, its corners as indices, anticlockwise as one sees them from outside, and the
            number of its colour; the last lies over those before.
        two_sided: whether faces are seen from behind, too.
    """

    corners: NDArray[np.float64]
    faces: tuple[tuple[tuple[int, ...], int], ...]
    two_sided: bool = False

    def standing(self, at: NDArray[np.float64], along: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return its corners, metres east, north and up, where it stands and faces a way."""
        turned = np.array([[along[0], along[1]], [-along[1], along[0]]])
        return np.concatenate([at + self.corners[:, :2] @ turned, self.corners[:, 2:]], axis=1)


class View(NamedTuple):
    """One of the four views.

    Attributes:
        picture: uint8 of shape (n, n, 3), changed by what is drawn.
        bearing: of its middle, radians clockwise from north.
        depth: metres to the houses along the direction of its middle, of each column, (n,).
    """

    picture: Picture
    bearing: float
    depth: Floats

    def sees(self, first: int, last: int, forward: float) -> bool:
        """Return whether no house hides what stands in some columns, in one of them at least.

        Args:
            first, last: of the columns, the last one excluded; they may reach out of the view.
            forward: metres to what stands there, along the direction of the view's middle.
        """
        return bool((self.depth[max(first, 0) : max(last, 0)] > forward).any())

    def paste(
        self, sprite: Picture, left: int, top: int, forward: float, inside: NDArray[np.bool_]
    ) -> None:
        """Put a sprite where no house hides it.

        Args:
            sprite: uint8 of shape (h, w, 3).
            left, top: of its corner, pixels; it may reach out of the view.
            forward: metres to it along the direction of the view's middle.
            inside: which of its pixels are there, (h, w).
        """
        size, (height, width) = len(self.picture), inside.shape
        first, last = max(left, 0), min(left + width, size)
        low, high = max(top, 0), min(top + height, size)
        if first >= last or low >= high:
            return
        shown = inside[low - top : high - top, first - left : last - left]
        shown = shown & (self.depth[first:last] > forward)
        part = self.picture[low:high, first:last]
        part[shown] = sprite[low - top : high - top, first - left : last - left][shown]

    def draw(
        self, solid: Solid, corners: NDArray[np.float64], colours: Sequence[Colour], forward: float
    ) -> None:
        """Draw a solid.

        Args:
            solid: whose faces are drawn.
            corners: its corners in metres east, north and up, from the ground below the eye.
            colours: by number.
            forward: metres to it; where a house is nearer, it is hidden.
        """
        sine, cosine = math.sin(self.bearing), math.cos(self.bearing)
        ahead = corners[:, 0] * sine + corners[:, 1] * cosine
        aside = corners[:, 0] * cosine - corners[:, 1] * sine
        half = len(self.picture) / 2
        # Most things are in front of the eye as a whole, and their corners are projected once.
        whole: list[tuple[float, float]] = []
        places: list[tuple[float, float, float]] = []
        if ahead.min() >= _NEAR:
            across = half + half * aside / ahead - 0.5
            if not self.sees(int(across.min()) - 1, int(across.max()) + 3, forward):
                return
            down = half + half * (EYE - corners[:, 2]) / ahead - 0.5
            whole = list(zip(across.tolist(), down.tolist()))
        else:
            places = list(zip(ahead.tolist(), aside.tolist(), corners[:, 2].tolist()))
        polygons = []
        for face, colour in solid.faces:
            if whole:
                seen = [whole[corner] for corner in face]
            else:
                seen = _projected([places[corner] for corner in face], half)
            if len(seen) > 2 and (solid.two_sided or _is_front(seen)):
                polygons.append((seen, colours[colour]))
        if not polygons:
            return
        size = len(self.picture)
        columns, rows = zip(*(corner for seen, _ in polygons for corner in seen))
        left, right = _clipped(min(columns), size), _clipped(max(columns) + 2, size)
        top, bottom = _clipped(min(rows), size), _clipped(max(rows) + 2, size)
        if left >= right or top >= bottom:
            return
        part = self.picture[top:bottom, left:right]
        image = Image.fromarray(part)
        drawing = ImageDraw.Draw(image)
        for seen, rgb in polygons:
            drawing.polygon([(column - left, row - top) for column, row in seen], fill=rgb)
        shown = self.depth[left:right] > forward
        part[:, shown] = np.asarray(image)[:, shown]

    def glow(self, at: NDArray[np.float64], up: float, colour: NDArray[np.float32]) -> None:
        """Add the glow around a light.

        Args:
            at: metres east and north from the eye, (2,).
            up: metres above the ground.
            colour: of the light.
        """
        sine, cosine = math.sin(self.bearing), math.cos(self.bearing)
        ahead = float(at[0] * sine + at[1] * cosine)
        size = len(self.picture)
        if ahead < 1.0:
            return
        scale = size / 2 / ahead
        column = size / 2 + scale * float(at[0] * cosine - at[1] * sine)
        row, radius = size / 2 + scale * (EYE - up), _GLOW * scale
        left, right = _clipped(column - radius, size), _clipped(column + radius + 1, size)
        top, bottom = _clipped(row - radius, size), _clipped(row + radius + 1, size)
        rows = (np.arange(top, bottom)[:, None] + 0.5 - row) / radius
        columns = (np.arange(left, right) + 0.5 - column) / radius
        share = 0.55 * np.clip(1 - np.hypot(rows, columns), 0, 1) ** 2
        share = share * (self.depth[left:right] > ahead)
        part = self.picture[top:bottom, left:right]
        part[:] = part + (share[:, :, None] * (colour - part)).astype(np.int16)


def _clipped(place: float, size: int) -> int:
    return min(max(int(place), 0), size)


def _projected(places: list[tuple[float, float, float]], half: float) -> list[tuple[float, float]]:
    """Return columns and rows of a face's corners, those behind the eye cut off.

    Args:
        places: metres ahead, to the right and up.
        half: of the view's side, pixels.
    """
    if min(place[0] for place in places) < _NEAR:
        places = _in_front(places)
    # Pillow counts from the middle of a pixel.
    return [
        (half + half * aside / ahead - 0.5, half + half * (EYE - up) / ahead - 0.5)
        for ahead, aside, up in places
    ]


def _is_front(seen: list[tuple[float, float]]) -> bool:
    """Return whether one sees a face from outside: its corners go round anticlockwise."""
    area = 0.0
    for (column, row), (other, below) in zip(seen, [*seen[1:], seen[0]]):
        area += column * below - other * row
    return area < 0


def _in_front(places: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Return a face without what is nearer than `_NEAR`."""
    kept = []
    for one, other in zip(places, [*places[1:], places[0]]):
        if one[0] >= _NEAR:
            kept.append(one)
        if (one[0] >= _NEAR) != (other[0] >= _NEAR):
            share = (_NEAR - one[0]) / (other[0] - one[0])
            aside, up = (a + share * (b - a) for a, b in zip(one[1:], other[1:]))
            kept.append((_NEAR, aside, up))
    return kept
