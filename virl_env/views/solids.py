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


class Face(NamedTuple):
    """A convex face: corners in metres east, north and up, from the ground below the eye, (k, 3);
    and a colour of 0 to 255."""

    corners: NDArray[np.float64]
    colour: tuple[int, int, int]


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

    def draw(self, faces: Sequence[Face], forward: float) -> None:
        """Draw faces, each over those before it.

        Args:
            faces: of a thing.
            forward: metres to the thing, which is hidden behind houses that are nearer.
        """
        seen = [(self._projected(face.corners), face.colour) for face in faces]
        polygons = [(corners, colour) for corners, colour in seen if len(corners) > 2]
        if not polygons:
            return
        size = len(self.picture)
        every = np.concatenate([corners for corners, _ in polygons])
        low = np.clip(np.floor(every.min(axis=0)), 0, size).astype(int)
        high = np.clip(np.ceil(every.max(axis=0)) + 1, 0, size).astype(int)
        if (low >= high).any():
            return
        part = self.picture[low[1] : high[1], low[0] : high[0]]
        image = Image.fromarray(part)
        drawing = ImageDraw.Draw(image)
        for corners, colour in polygons:
            drawing.polygon([tuple(corner) for corner in (corners - low).tolist()], fill=colour)
        shown = self.depth[low[0] : high[0]] > forward
        part[:, shown] = np.asarray(image)[:, shown]

    def _projected(self, corners: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return columns and rows of a face's corners, those behind the eye cut off: (k, 2)."""
        sine, cosine = math.sin(self.bearing), math.cos(self.bearing)
        ahead = corners[:, 0] * sine + corners[:, 1] * cosine
        aside = corners[:, 0] * cosine - corners[:, 1] * sine
        places = np.stack([ahead, aside, corners[:, 2]], axis=1)
        if (ahead < _NEAR).any():
            places = _in_front(places)
            if not len(places):
                return places
        half = len(self.picture) / 2
        columns = half + half * places[:, 1] / places[:, 0]
        rows = half + half * (EYE - places[:, 2]) / places[:, 0]
        # Pillow counts from the middle of a pixel.
        return np.stack([columns, rows], axis=1) - 0.5


def _in_front(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a face without what is nearer than `_NEAR`."""
    kept = []
    for one, other in zip(places, np.roll(places, -1, axis=0)):
        if one[0] >= _NEAR:
            kept.append(one)
        if (one[0] >= _NEAR) != (other[0] >= _NEAR):
            kept.append(one + (_NEAR - one[0]) / (other[0] - one[0]) * (other - one))
    return np.array(kept).reshape(-1, 3)
