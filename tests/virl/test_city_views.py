"""Drawn views: that they lie where they should, show what is there, and are the same every time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import virl_env
from virl_env.views.city_views import CityViews
from virl_env.views.look import Look
from virl_env.views.signs import emblem, panel
from virl_env.views.source import ViewSource
from virl_env.world.city import CATEGORIES
from virl_env.world.geometry import SIDES, bearing, haversine, sector

CITY = virl_env.named_city("gridhaven")
SIZE = 64


def panels(view: NDArray[np.uint8], category: str, side: int) -> list[int]:
    """Return the middle columns of the category's panels in a view, found by comparing pixels."""
    template = panel(category, side).astype(int)
    windows = np.lib.stride_tricks.sliding_window_view(view.astype(int), (side, side, 3))[:, :, 0]
    apart = np.abs(windows - template).max(axis=(2, 3, 4))
    return (np.argwhere(apart <= 2)[:, 1] + side // 2).tolist()


def corners(count: int) -> list[Any]:
    """Return turning points of rails, with the landmark there and its side."""
    found = []
    for seed in range(count):
        route = virl_env.sample_route(CITY, seed, landmarks="all")
        found += [(leg.end, leg.heading, leg.landmark, leg.side) for leg in route.legs[:-1]]
    return found


def test_it_is_a_source_of_views() -> None:
    views = CityViews(CITY)
    assert isinstance(views, ViewSource)
    seen = views.four(CITY.geocode(0), 30.0, SIZE)
    assert (seen.shape, seen.dtype) == ((4, SIZE, SIZE, 3), np.uint8)
    np.testing.assert_array_equal(seen, CityViews(CITY).four(CITY.geocode(0), 30.0, SIZE))


def test_the_four_views_are_a_quarter_turn_apart() -> None:
    views = CityViews(CITY)
    seen = views.four(CITY.geocode(100), 20.0, SIZE)
    for turn in range(4):
        turned = views.four(CITY.geocode(100), 20.0 + 90 * turn, SIZE)
        same = (np.abs(turned.astype(int) - np.roll(seen, -turn, axis=0)) <= 2).mean()
        # The last bits of sines decide a pixel at an edge here and there.
        assert same > 0.98


def test_every_category_has_a_panel_of_its_own() -> None:
    assert len({emblem(category) for category in CATEGORIES}) == len(CATEGORIES)
    drawn = [panel(category, 8).astype(int) for category in CATEGORIES]
    for number, one in enumerate(drawn):
        assert all(np.abs(one - other).max() > 40 for other in drawn[:number])


def test_the_landmark_of_a_turning_point_is_seen_on_its_side() -> None:
    """Read by comparing pixels at 64: that is, what the state withholds stands in the picture."""
    views, read = CityViews(CITY), 0
    points = corners(40)
    for place, heading, landmark, side in points:
        near = haversine(place, landmark.geocode)
        scale = SIZE / 2 / min(near, 9.0)
        seen = views.four(place, heading, SIZE)
        where = [
            sector(90 * view + np.degrees(np.arctan((column + 0.5) / (SIZE / 2) - 1)))
            for view in range(4)
            for column in panels(seen[view], landmark.category, max(1, round(3.0 * scale)))
        ]
        read += SIDES.index(side) in where
    assert len(points) > 60

    assert read == len(points)


def test_what_is_out_of_sight_is_drawn_small() -> None:
    views = CityViews(CITY)
    for place in CITY.places[:40]:
        away = CITY.geocode(
            int(
                np.argmax(
                    [haversine(point, place.geocode) for point in map(CITY.geocode, range(50))]
                )
            )
        )
        if haversine(away, place.geocode) > 100:
            seen = views.four(away, bearing(away, place.geocode), SIZE)
            assert not panels(seen[0], place.category, round(3.0 * SIZE / 2 / 9.0))
            return
    pytest.fail("every place is near")


@pytest.mark.parametrize("axis", ["palette", "weather", "night", "blur"])
def test_looks_change_more_the_more_severe_they_are(axis: str) -> None:
    place = CITY.geocode(100)
    plain = CityViews(CITY).four(place, 0.0, SIZE).astype(float)
    apart = [
        np.abs(CityViews(CITY, {axis: severity}).four(place, 0.0, SIZE) - plain).mean()
        for severity in range(6)
    ]
    assert apart[0] == 0
    assert apart[5] > apart[1] > 0.5
    assert apart[3] > apart[1]


@pytest.mark.parametrize(
    "names",
    [
        (*virl_env.TRAINING_CITIES, *list(virl_env.UNSEEN_CITIES)[:2]),
        pytest.param(virl_env.CITY_NAMES, marks=pytest.mark.slow),
    ],
    ids=["four", "all"],
)
def test_cities_look_different(names: tuple[str, ...]) -> None:
    colours = []
    for name in names:
        city = virl_env.named_city(name)
        views = CityViews(city)
        seen = [views.four(city.geocode(point), 0.0, 32) for point in range(0, 200, 20)]
        colours.append(np.mean(seen, axis=(0, 1, 2, 3)))
    apart = [np.abs(one - other).max() for n, one in enumerate(colours) for other in colours[:n]]
    assert min(apart) > 0.5
    assert np.median(apart) > 5


def test_who_is_off_the_road_stands_on_the_nearest_point_of_it() -> None:
    views = CityViews(CITY)
    latitude, longitude = CITY.geocode(100)
    aside = latitude + 2e-4, longitude + 2e-4
    seen = views.four(aside, 0.0, 32)
    near = [CITY.geocode(point) for point in range(len(CITY.points))]
    near = [place for place in near if haversine(aside, place) < 40]
    assert any((seen == views.four(place, 0.0, 32)).all() for place in near)


def test_a_random_look_is_none() -> None:
    with pytest.raises(ValueError, match="one look at a time"):
        CityViews(CITY, "random")
    assert CityViews(CITY, Look(night=2)).look.night == 2
