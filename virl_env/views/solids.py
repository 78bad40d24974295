"""Flat faces of things in space, drawn into a view and hidden behind houses column by column."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from virl_env.views.pixels import Pixels
from virl_env.views.walls import EYE

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]

_NEAR = 0.25
"""Metres in front of the eye from which on things are drawn."""

_GLOW = 1.3
"""Metres of the glow around a light."""

Metres = NDArray[np.float64]

Colours = Pixels
"""Packed colours: one that is nowhere, then those with the numbers 0, 1, ... to at most 254."""

Face = tuple[tuple[int, ...], int]


class Solid:
    """A thing with flat faces.

    Args:
        corners: metres ahead, to the left and up, (k, 3).
        faces: of each, its corners as indices, anticlockwise as one sees them from outside, and the
            number of its colour; the last lies over those before.
        two_sided: whether faces are seen from behind, too.

    Attributes:
        corners, faces, two_sided: as above.
        up: metres of its corners above the ground, (k,).
    """

    def __init__(self, corners: Metres, faces: Sequence[Face], two_sided: bool = False) -> None:
        self.corners, self.faces, self.two_sided = corners, tuple(faces), two_sided
        self.up = np.ascontiguousarray(corners[:, 2])
        # Corner by corner, of all faces; those with fewer ones repeat their last.
        most = max(len(face) for face, _ in faces)
        padded = [(*face, *face[-1:] * (most - len(face))) for face, _ in faces]
        self._corner = np.array(padded).T
        self._following = np.roll(self._corner, -1, axis=0)

    def standing(self, at: Metres, along: Metres) -> Metres:
        """Return its corners, metres east and north, where it stands and faces a way: (k, 2)."""
        turned = np.array([[along[0], along[1]], [-along[1], along[0]]])
        standing: Metres = at + self.corners[:, :2] @ turned
        return standing

    def seen(self, columns: Metres, rows: Metres) -> Sequence[Face]:
        """Return the faces that one sees from outside: their corners go round anticlockwise.

        Args:
            columns, rows: of its corners in the view, (k,) each.
        """
        if self.two_sided:
            return self.faces
        across, down = columns.take(self._corner), rows.take(self._corner)
        area = across * rows.take(self._following) - columns.take(self._following) * down
        return [self.faces[face] for face in np.flatnonzero(area.sum(axis=0) < 0).tolist()]


class View(NamedTuple):
    """One of the four views.

    Attributes:
        pixels: packed colours, (n, n), changed by what is drawn.
        picture: the same as uint8 of shape (n, n, 3), in the same memory.
        bearing: of its middle, radians clockwise from north.
        depth: metres to the houses along the direction of its middle, of each column, (n,).
    """

    pixels: Pixels
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

    def draw(self, solid: Solid, standing: Metres, colours: Colours, forward: float) -> None:
        """Draw a solid.

        Args:
            solid: whose faces are drawn.
            standing: its corners, `Solid.standing`, metres from below the eye.
            colours: by number.
            forward: metres to it; where a house is nearer, it is hidden.
        """
        sine, cosine = math.sin(self.bearing), math.cos(self.bearing)
        east, north = standing.T
        ahead = east * sine + north * cosine
        aside = east * cosine - north * sine
        half = len(self.pixels) / 2
        # Most things are in front of the eye as a whole, and their corners are projected once.
        if ahead.min() >= _NEAR:
            across = half + half * aside / ahead - 0.5
            if not self.sees(int(across.min()) - 1, int(across.max()) + 3, forward):
                return
            down = half + half * (EYE - solid.up) / ahead - 0.5
            seen = solid.seen(across, down)
            self._fill(seen, across, down, colours, forward)
            return
        places = list(zip(ahead.tolist(), aside.tolist(), solid.up.tolist()))
        columns: list[float] = []
        rows: list[float] = []
        seen = []
        for face, colour in solid.faces:
            polygon = _projected([places[corner] for corner in face], half)
            if len(polygon) > 2 and (solid.two_sided or _is_front(polygon)):
                seen.append((tuple(range(len(columns), len(columns) + len(polygon))), colour))
                columns += [column for column, _ in polygon]
                rows += [row for _, row in polygon]
        self._fill(seen, np.array(columns), np.array(rows), colours, forward)

    def _fill(
        self, faces: Sequence[Face], columns: Metres, rows: Metres, colours: Colours, forward: float
    ) -> None:
        """Draw faces where no house hides them, each over those before it.

        Args:
            faces: that are seen.
            columns, rows: of all corners.
            colours, forward: as in `draw`.
        """
        if not faces:
            return
        size = len(self.pixels)
        left, right = _clipped(columns.min(), size), _clipped(columns.max() + 2, size)
        top, bottom = _clipped(rows.min(), size), _clipped(rows.max() + 2, size)
        if left >= right or top >= bottom:
            return
        # Numbers of colours, 0 where there is nothing.
        image = Image.new("L", (right - left, bottom - top))
        drawing = ImageDraw.Draw(image)
        corners = list(zip((columns - left).tolist(), (rows - top).tolist()))
        for face, colour in faces:
            drawing.polygon([corners[corner] for corner in face], fill=colour + 1)
        found = np.asarray(image)
        shown = (found > 0) & (self.depth[left:right] > forward)
        np.copyto(self.pixels[top:bottom, left:right], colours.take(found), where=shown)

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
