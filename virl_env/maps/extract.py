"""What is taken out of a map file, whatever its format: ways to walk on, and things beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from virl_env.world.city import UNIT

Degrees: TypeAlias = NDArray[np.float64]
"""Rows of latitude and longitude."""

Tags: TypeAlias = Mapping[str, str]


class Thing(NamedTuple):
    """Something on the map.

    Attributes:
        tags: what OpenStreetMap says of it.
        outlines: the outer rings of an area, each without its first corner again, or one row for
            something at a spot: float64 of shape (c, 2) each.
    """

    tags: Tags
    outlines: tuple[Degrees, ...]


@dataclass(frozen=True, eq=False)
class Extract:
    """The part of a map that a city is made of.

    Attributes:
        nodes: where ways bend and meet, float64 of shape (k, 2).
        edges: straight pieces of ways, pairs of nodes, int64 of shape (e, 2).
        ways: what each of them is, a `virl_env.maps.ways.Way`: int64 of shape (e,).
        things: shops, buildings and so on.
        unread: how many ways and things were left out, as what is told of where they are cannot be.
    """

    nodes: Degrees
    edges: NDArray[np.int64]
    ways: NDArray[np.int64]
    things: tuple[Thing, ...]
    unread: int = 0


_HALF = round(180 / UNIT)
"""Of the equator, in units of a city's coordinates."""


def within_limits(units: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return latitudes and longitudes (k, 2) in units, those beyond 180 degrees from -180 on."""
    whole = units.astype(np.int64)
    whole[:, 1] -= 2 * _HALF * ((whole[:, 1] > _HALF).astype(np.int64) - (whole[:, 1] < -_HALF))
    return whole.astype(np.int32)


def ring(corners: Degrees) -> Degrees:
    """Return an outline from its southernmost corner on, without a corner twice in a row.

    Where a ring is written from is up to who wrote it, and so differs from reader to reader.
    """
    same = (corners == np.roll(corners, 1, axis=0)).all(axis=1)
    if same.all():  # an area that is but a spot
        return corners[:1]
    corners = corners[~same]
    return np.roll(corners, -int(np.lexsort(corners.T[::-1])[0]), axis=0)
