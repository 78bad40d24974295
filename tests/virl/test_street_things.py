"""What lies and stands in drawn streets: where it should, and in no way of what must be seen."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

import virl_env
from virl_env.views.city_views import CityViews
from virl_env.views.furniture import lamps, parked_cars
from virl_env.views.marks import ROAD, Ink
from virl_env.views.nearby import Nearby
from virl_env.views.runs import strips
from virl_env.views.spans import Spans, quad_spans, ring_spans
from virl_env.views.style import style_of

NAMES = ("gridhaven", "lagoon market")


def rays(count: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    turns = np.radians((np.arange(count) + 0.5) * 360 / count)
    return np.sin(turns).astype("f4"), np.cos(turns).astype("f4")


def is_in(spans: Spans, column: int, reach: float) -> bool:
    """Return whether some shape is below a ray at a distance."""
    own = spans.column == column
    return bool(((spans.near[own] <= reach) & (reach <= spans.far[own])).any())


def test_a_ray_is_above_a_shape_where_its_spot_is_inside() -> None:
    generator = np.random.default_rng(3)
    east, north = rays(90)
    eye = np.zeros(2)
    for _ in range(20):
        middle, turn = generator.uniform(-9, 9, 2), generator.uniform(0, 2 * np.pi)
        along = np.array([np.cos(turn), np.sin(turn)])
        aside = np.array([-along[1], along[0]]) * generator.uniform(0.5, 4)
        along = along * generator.uniform(0.5, 8)
        corners = np.stack([-along - aside, along - aside, along + aside, aside - along]) + middle
        inner, outer = 1.0, 3.0
        spans = quad_spans(corners[None], eye, east, north)
        rings = ring_spans(middle[None], np.array([[inner, outer]]), eye, east, north)
        for column in range(0, 90, 7):
            for reach in np.arange(0.25, 15, 0.5):
                spot = reach * np.array([east[column], north[column]]) - middle
                lengths = [abs(spot @ one) / (one @ one) for one in (along, aside)]
                if abs(max(lengths) - 1) > 1e-4:
                    assert is_in(spans, column, reach) == (max(lengths) < 1)
                away = np.hypot(*spot)
                assert is_in(rings, column, reach) == (inner < away < outer)


def test_what_is_near_is_found_among_the_cells_of_a_raster() -> None:
    generator = np.random.default_rng(5)
    spots = generator.uniform(-50, 300, (200, 2))
    nearby = Nearby(spots)
    for reach in (0.5, 30.0, 400.0):
        for eye in generator.uniform(-90, 340, (20, 2)).astype("f4"):
            found = nearby.within(eye, reach).tolist()
            near = np.flatnonzero(np.hypot(*(spots - eye).T) < reach).tolist()
            assert len(set(found)) == len(found)
            assert set(near) <= set(found)
    assert not len(Nearby(np.zeros((0, 2))).within(np.zeros(2), 10.0))


@pytest.mark.parametrize("name", NAMES)
def test_strips_of_streets_cover_what_is_close_to_a_street(name: str) -> None:
    prepared = CityViews(virl_env.named_city(name)).prepared
    runs = prepared.runs
    corners = strips(runs, ROAD)
    generator = np.random.default_rng(0)
    for run in generator.integers(0, len(runs.start), 40):
        spot = runs.start[run] + generator.uniform(0, 1) * (runs.end[run] - runs.start[run])
        spot = spot + generator.uniform(-ROAD, ROAD) * np.array([1, -1]) * runs.along[run][::-1]
        sides = np.roll(corners, -1, axis=1) - corners
        away = spot - corners
        left = sides[..., 0] * away[..., 1] - sides[..., 1] * away[..., 0] >= -1e-6
        assert left.all(axis=1).any()


@pytest.mark.parametrize("name", NAMES)
def test_cars_are_parked_on_the_road_and_hide_no_ring(name: str) -> None:
    city = virl_env.named_city(name)
    prepared = CityViews(city).prepared
    cars = parked_cars(prepared.runs, prepared.ground, style_of(city.look))
    assert len(cars.at) > 200
    away = prepared.ground.from_street(*cars.at.astype("f4").T)
    assert (away < ROAD - 0.7).all()
    for middles in (prepared.ground.faced, prepared.ground.middles):
        for car in cars.at:
            assert np.hypot(*(middles - car).T).min() > 5.5


@pytest.mark.parametrize("name", NAMES)
def test_lamps_stand_beside_the_road(name: str) -> None:
    city = virl_env.named_city(name)
    prepared = CityViews(city).prepared
    spots = lamps(prepared.runs, ROAD, style_of(city.look)).at.astype("f4")
    away = prepared.ground.from_street(*spots.T)
    assert len(spots) > 200
    assert (np.median(away) > ROAD) & (away < 6).all()


def test_a_look_tells_what_stands_in_the_streets() -> None:
    city = virl_env.named_city("gridhaven")
    style = style_of(city.look)
    assert style == style_of({**city.look})
    assert style_of({**city.look, "cars": 0.0}).cars == 0.0
    empty = replace(city, look={**city.look, "cars": 0, "lamps": 0, "trees": 0, "towers": 0})
    place = city.geocode(100)
    seen = [CityViews(one).four(place, 10.0, 128) for one in (city, empty)]
    assert (seen[0] != seen[1]).any()
    assert not CityViews(empty).prepared.houses.are_towers.any()
    assert CityViews(city).prepared.houses.are_towers.any()


def test_markings_lie_in_the_middle_or_across_a_street() -> None:
    prepared = CityViews(virl_env.named_city("gridhaven")).prepared
    found = 0
    for eye in prepared.ground.middles[:8]:
        corners, inks = prepared.marks.near(eye, 10_000)
        corners = corners[inks == Ink.MARKING]
        found += len(corners)
        away = prepared.ground.from_street(*corners.reshape(-1, 2).astype("f4").T)
        assert (away < ROAD).all()
    assert found > 100


def test_another_process_draws_the_same_pixels() -> None:
    script = """
import hashlib, virl_env
from virl_env.views.city_views import CityViews
city = virl_env.named_city("lagoon market")
views = CityViews(city, {"night": 2, "weather": 1})
seen = b"".join(views.four(city.geocode(p), 31.0, 84).tobytes() for p in (0, 500, 900))
print(hashlib.sha256(seen).hexdigest())
"""
    city = virl_env.named_city("lagoon market")
    views = CityViews(city, {"night": 2, "weather": 1})
    seen = b"".join(views.four(city.geocode(p), 31.0, 84).tobytes() for p in (0, 500, 900))
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == hashlib.sha256(seen).hexdigest()


@pytest.mark.parametrize(
    "streets",
    [
        ([(0, 0)], []),
        ([(0, 0), (0, 1)], [(0, 1)]),
        ([(0, 0), (0, 1), (1, 1)], [(0, 1), (1, 2), (2, 0)]),
        ([(0, 0), (0, 1), (0, 2), (1, 1)], [(0, 1), (1, 2), (1, 3)]),
        ([(0, 0), (0, 4), (1, 0), (0, 2)], [(0, 3), (3, 1), (0, 2)]),
    ],
)
def test_the_smallest_cities_are_drawn(
    streets: tuple[list[tuple[int, int]], list[tuple[int, int]]],
) -> None:
    """One point, a dead end, a ring without a crossing, a crossing, a bend."""
    points, pairs = streets
    ends = [sorted({*pair} - {n} for pair in pairs if n in pair) for n in range(len(points))]
    neighbours = [sorted(end for (end,) in own) for own in ends]
    starts = np.cumsum([0, *map(len, neighbours)])
    flat = np.array([end for own in neighbours for end in own], dtype=np.int32)
    city = virl_env.City("tiny", "", 0, np.array(points) * 900, starts, flat, ())
    views = CityViews(city)
    assert np.isfinite(views.prepared.houses.walls.start).all()
    seen = views.four(city.geocode(0), 30.0, 65)
    assert len(np.unique(seen.reshape(-1, 3), axis=0)) > 50
