"""The bar of street pictures: no piece of wall is narrower than its house is to be seen there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

import virl_env
from tests.virl.wall_oracle import stretches
from virl_env.views.city_views import CityViews
from virl_env.views.facades import CORNICE, WINDOWS_TO
from virl_env.views.houses import PARAPET
from virl_env.views.source import TURNS
from virl_env.world.city import City

SIZE = 640
NEAR = 60.0
"""Metres within which pieces of wall are looked at."""

CORNERS = 40
"""In a city of each family."""

UNLIKE = ("grid", "radial", "organic")
"""Families with right angles, with acute ones and with winding streets."""


@cache
def city_of(family: str) -> City:
    """Return a city of a family, made and prepared once."""
    return virl_env.synthetic_city(family, 77)


def corners(count: int, families: Sequence[str]) -> list[tuple[City, int]]:
    """Return random crossings, so many of each of some families of street plans."""
    generator, found = np.random.default_rng(1), []
    for family in families:
        city = city_of(family)
        crossings = np.flatnonzero(city.intersections)
        for point in generator.choice(crossings, count, replace=False):
            found.append((city, int(point)))
    return found


def pieces(house: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Return runs of columns of one house: its index, the first column and how many there are."""
    first = np.flatnonzero(house != np.roll(house, 1))
    counts = np.diff(np.append(first, first[0] + len(house)))
    return list(zip(house[first].tolist(), first.tolist(), counts.tolist()))


def too_narrow(city: City, point: int, heading: float) -> list[str]:
    """Return the pieces of wall that differ by more than a column from what is to be seen."""
    prepared = CityViews(city).prepared
    eye = prepared.ground.eye(city.geocode(point))
    aside = np.arctan((np.arange(SIZE) + 0.5) / (SIZE / 2) - 1)
    bearing = np.concatenate([aside + np.radians(heading + turn) for turn in TURNS])
    east, north = np.sin(bearing).astype("f4"), np.cos(bearing).astype("f4")
    hits = prepared.houses.meet(eye, east, north)
    house, reach = np.full(len(east), -1), np.full(len(east), np.inf)
    house[hits.column[hits.nearest]] = prepared.houses.walls.house[hits.wall[hits.nearest]]
    reach[hits.column[hits.nearest]] = hits.reach[hits.nearest]
    expected: dict[int, list[tuple[float, float]]] = {}
    for one in stretches(prepared.houses.walls, eye.astype(np.float64)):
        # Columns whose middle is in the stretch: bearings ascend from column to column.
        begin = bearing[0] + (one.begin - bearing[0]) % (2 * np.pi)
        twice = np.concatenate([bearing, bearing + 2 * np.pi])
        count = int(np.diff(np.searchsorted(twice, [begin, begin + one.end - one.begin]))[0])
        first = int(np.searchsorted(twice, begin)) % len(bearing)
        expected.setdefault(one.house, []).append((first, count))
    wrong = []
    for own, first, count in pieces(house):
        if reach[(first + np.arange(count)) % len(house)].min() > NEAR:
            continue
        true = [of for of in expected.get(own, []) if _apart(of[0], first, len(house)) <= 1]
        if not any(abs(of[1] - count) <= 1 for of in true):
            wrong.append(f"house {own}: {count} columns from {first}, to be seen {true}")
    return wrong


def _apart(one: float, other: float, count: int) -> float:
    return abs((one - other + count / 2) % count - count / 2)


def check(count: int, families: Sequence[str]) -> None:
    places = corners(count, families)
    assert len(places) == count * len(families)
    wrong: list[str] = []
    for number, (city, point) in enumerate(places):
        wrong += too_narrow(city, point, 17.0 * number)
    assert not wrong


def test_no_piece_of_wall_is_narrower_than_it_is_to_be_seen() -> None:
    check(5, UNLIKE)


@pytest.mark.slow
def test_none_is_at_hundreds_of_corners() -> None:
    check(CORNERS, virl_env.FAMILIES)


@pytest.mark.parametrize(
    "family",
    [
        family if family in UNLIKE else pytest.param(family, marks=pytest.mark.slow)
        for family in virl_env.FAMILIES
    ],
)
def test_a_roof_cuts_no_window(family: str) -> None:
    houses = CityViews(city_of(family)).prepared.houses
    highest = np.rint((houses.tops - PARAPET) / houses.storeys) - 1 + WINDOWS_TO
    assert (highest * houses.storeys < houses.tops - CORNICE).all()


def test_a_corner_has_one_owner() -> None:
    """Of the walls that face streets, those on either side of a corner are of one house."""
    houses = CityViews(city_of("grid")).prepared.houses
    walls = houses.walls
    fronts = np.flatnonzero(walls.front > 0)
    for house in np.unique(walls.house)[:400]:
        own = fronts[walls.house[fronts] == house]
        assert len(own) > 0
        # A front is in one piece: each wall goes on where the one before it ends.
        np.testing.assert_allclose(walls.start[own[1:]], walls.end[own[:-1]])
