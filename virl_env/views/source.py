"""Where views of a place come from: a city that is drawn, or panoramas of a real one."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from virl_env.world.geometry import Geocode

TURNS = (0, 90, 180, 270)
"""Degrees clockwise from the heading of the front, right, back and left view."""

VIEW_NAMES = ("front", "right", "back", "left")
"""What the four views are called."""


@runtime_checkable
class ViewSource(Protocol):
    """Something that shows what one sees from a place; what it shows never changes."""

    def four(self, geocode: Geocode, heading: float, size: int) -> NDArray[np.uint8]:
        """Return what lies in front, right, back and left of one who faces a heading.

        Args:
            geocode: latitude and longitude in degrees.
            heading: of the front view, degrees clockwise from north.
            size: side of one view in pixels, 32 to 1200.

        Returns:
            uint8 of shape (4, size, size, 3): four views 90 degrees apart (`TURNS`) and 90 degrees
            wide each, so that together they show all there is around.
        """
        ...
