"""Views for tests: what they show is where one stands and what one faces, and nothing else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from virl_env.views.source import TURNS
from virl_env.world.geometry import Geocode


class CompassViews:
    """Fills each view with its bearing in red and green, and its left half with the place in blue.

    Attributes:
        asked: how many sets of views were made.
    """

    def __init__(self) -> None:
        self.asked = 0

    def __str__(self) -> str:
        return "CompassViews"

    def four(self, geocode: Geocode, heading: float, size: int) -> NDArray[np.uint8]:
        self.asked += 1
        views = np.zeros((4, size, size, 3), dtype=np.uint8)
        for view, turn in zip(views, TURNS):
            view[..., :2] = divmod(round(heading + turn) % 360, 256)
            view[:, : size // 2, 2] = blue(geocode)
        return views


def blue(geocode: Geocode) -> int:
    """Return the blue of a place: two places a few metres apart seldom share it."""
    latitude, longitude = (round(part * 1e7) for part in geocode)
    return (latitude * 31 + longitude * 17) % 251


def bearing_of(view: NDArray[np.uint8]) -> int:
    """Return the bearing that a view was asked for, off the line that a grid has between views."""
    red, green = view[5, 5, :2].tolist()
    return int(256 * red + green)
