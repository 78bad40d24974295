"""Perspective views out of an equirectangular panorama."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from virl_env.views.source import TURNS


def useful_width(size: int, field_of_view: float) -> int:
    """Return the width of a panorama beyond which views of this size do not become sharper.

    A panorama that is shrunk to it has, in the middle of a view, 1.3 pixels for each of the view.
    """
    # The tangent of 45 degrees is a little below 1.
    return 4 * math.ceil(size / math.tan(math.radians(field_of_view) / 2) - 1e-9)


def project(
    panorama: NDArray[np.uint8],
    heading: float,
    size: int,
    pitch: float = 0.0,
    field_of_view: float = 90.0,
) -> NDArray[np.uint8]:
    """Return four views into a panorama: ahead, and 90, 180 and 270 degrees clockwise from there.

    Args:
        panorama: uint8 of shape (height, width, 3), all that is around: 360 degrees from left to
            right, straight up to straight down from top to bottom.
        heading: of the first view, degrees clockwise from the middle column of the panorama.
        size: side of a view in pixels.
        pitch: degrees by which views look up.
        field_of_view: degrees from the left to the right edge of a view.

    Returns:
        uint8 of shape (4, size, size, 3).
    """
    height, width, _ = panorama.shape
    across, down = _rays(size, pitch, field_of_view)
    turns = np.array([(heading + turn) % 360 / 360 + 0.5 for turn in TURNS], dtype=np.float32)
    x = (across + turns[:, None, None]) * width - 0.5
    y = np.clip(down * height - 0.5, 0, height - 1)
    left = np.floor(x)
    top = np.floor(y)
    x_share, y_share = (x - left)[..., None], (y - top)[..., None]
    first = left.astype(np.intp) % width
    second = (first + 1) % width
    upper = top.astype(np.intp) * width
    lower = np.minimum(top.astype(np.intp) + 1, height - 1) * width
    pixels = panorama.reshape(-1, 3)

    def row(start: NDArray[np.intp]) -> NDArray[np.float32]:
        here: NDArray[np.float32] = pixels[start + first].astype(np.float32)
        here += x_share * (pixels[start + second] - here)
        return here

    views = row(upper)
    views += y_share * (row(lower) - views)
    views += 0.5
    return views.astype(np.uint8)


@lru_cache(maxsize=8)
def _rays(
    size: int, pitch: float, field_of_view: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return where the rays through the pixels of a view meet the sphere.

    Turning about the vertical adds the same to all columns of a panorama, so this serves every
    heading.

    Returns:
        Turns clockwise from the heading, -0.5 to 0.5, and the share of the way from straight up to
        straight down, 0 to 1: both float32 of shape (size, size).
    """
    edge = math.tan(math.radians(field_of_view) / 2)
    middles = (np.arange(size) + 0.5) / size * 2 - 1
    right, below = np.meshgrid(middles * edge, middles * edge)
    tilt = math.radians(pitch)
    # Looking up turns "ahead" towards the sky; y points down.
    ahead = math.cos(tilt) + math.sin(tilt) * below
    sunk = math.cos(tilt) * below - math.sin(tilt)
    across = np.arctan2(right, ahead) / (2 * math.pi)
    down = np.arctan2(sunk, np.hypot(right, ahead)) / math.pi + 0.5
    rays = across.astype(np.float32), down.astype(np.float32)
    for part in rays:
        part.flags.writeable = False
    return rays
