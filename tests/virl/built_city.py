"""A small city whose buildings are known: two streets that cross, and houses hard to draw."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from virl_env.world.city import UNIT, City, Place
from virl_env.world.geometry import Geocode

_SOUTH, _WEST = 60.17, 24.94
_METRES = 111_195.0
_SQUEEZE = math.cos(math.radians(_SOUTH))

TOWER, CORNER, YARD, ARCADE = range(4)
"""Indices of the buildings: a square tower, an L, one around a courtyard, one across a street."""

OUTLINES = (
    ((20, 12), (40, 12), (40, 32), (20, 32)),
    ((-50, 10), (-12, 10), (-12, 40), (-24, 40), (-24, 22), (-50, 22)),
    # Along the outer wall, through the house to the courtyard, round it, and back.
    (
        *((12, -60), (60, -60), (60, -12), (12, -12), (12, -60)),
        *((22, -50), (22, -22), (50, -22), (50, -50), (22, -50)),
    ),
    ((-70, -8), (-55, -8), (-55, 8), (-70, 8)),
)
"""Corners in metres east and north of the crossing."""

HEIGHTS = (600, 120, 0, 150)
"""Decimetres."""


def geocode(east: float, north: float) -> Geocode:
    """Return latitude and longitude of a spot in metres from the crossing."""
    return _SOUTH + north / _METRES, _WEST + east / (_METRES * _SQUEEZE)


def place(name: str, category: str, east: float, north: float) -> Place:
    """Return a place at a spot in metres from the crossing, which it faces."""
    latitude, longitude = _units([(east, north)])[0].tolist()
    return Place(name, category, (latitude, longitude), 0)


def _units(spots: Sequence[tuple[float, float]]) -> NDArray[np.int32]:
    places = np.array([geocode(east, north) for east, north in spots])
    return np.round(places / UNIT).astype(np.int32)


def built_city(
    heights: tuple[int, ...] = HEIGHTS,
    buildings: bool = True,
    places: Sequence[Place] | None = None,
    spacing: float = 10,
) -> City:
    """Return the city: streets from the crossing in the four directions, of ten points each.

    Args:
        heights: of the four buildings, decimetres.
        buildings: whether it has them.
        spacing: metres from a point to the next.
        places: beside its streets; a cafe at the crossing by default.
    """
    spots: list[tuple[float, float]] = [(0, 0)]
    pairs = []
    for east, north in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        before = 0
        for step in range(1, 11):
            spots.append((spacing * step * east, spacing * step * north))
            pairs.append((before, len(spots) - 1))
            before = len(spots) - 1
    both = sorted(pairs + [(end, start) for start, end in pairs])
    starts = np.searchsorted([start for start, _ in both], range(len(spots) + 1))
    outlines = [spot for outline in OUTLINES for spot in outline] if buildings else []
    offsets = np.cumsum([0, *(len(outline) for outline in OUTLINES)]) if buildings else [0]
    return City(
        name="built",
        family="",
        seed=0,
        points=_units(spots),
        starts=starts.astype(np.int32),
        neighbours=np.array([end for _, end in both], dtype=np.int32),
        places=(place("Corner Cafe", "cafe", -7, 9),) if places is None else tuple(places),
        footprints=_units(outlines) if buildings else np.zeros((0, 2), dtype=np.int32),
        footprint_offsets=np.array(offsets, dtype=np.int32),
        heights=np.array(heights if buildings else (), dtype=np.int32),
    )
