"""Buildings of known footprints: that they stand where their outlines say, and hide no street."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.virl.built_city import ARCADE, CORNER, TOWER, YARD, built_city, geocode, place
from tests.virl.street_reader import CROSSING, DOORSTEP, signs, stands_in
from virl_env.views.buildings import Buildings
from virl_env.views.city_views import CityViews
from virl_env.views.footprints import OPEN, Footprints
from virl_env.views.ground import Ground
from virl_env.views.look import Look
from virl_env.views.paint import paint
from virl_env.views.signs import lettering
from virl_env.views.walls import EYE
from virl_env.world.city import CATEGORIES, City
from virl_env.world.geometry import sector

SIZE = 128
BEARINGS = np.arange(0.25, 360.0, 0.5)


def buildings(city: City) -> tuple[Buildings, Ground]:
    """Return the buildings of a city and its ground."""
    ground = Ground(city)
    return Buildings(city, ground, 5), ground


def around(city: City, east: float, north: float) -> NDArray[np.float64]:
    """Return the metres to the nearest wall at each of `BEARINGS`."""
    of, ground = buildings(city)
    eye = ground.metres(np.array([geocode(east, north)]))[0]
    turns = np.radians(BEARINGS)
    return nearest(of, eye, np.sin(turns).astype("f4"), np.cos(turns).astype("f4"))


def nearest(
    of: Buildings, eye: NDArray[np.float32], east: NDArray[np.float32], north: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the metres along each ray to the nearest wall."""
    hits = of.meet(eye, east, north)
    reach = np.full(len(east), np.inf)
    reach[hits.column[hits.nearest]] = hits.reach[hits.nearest]
    return reach


def changed(one: tuple[int, ...], other: tuple[int, ...], heading: float) -> NDArray[np.bool_]:
    """Return where the front views of the crossing differ for two cities' heights."""
    seen = [
        CityViews(built_city(heights)).four(geocode(0, 0), heading, SIZE)
        for heights in (one, other)
    ]
    return (seen[0][0] != seen[1][0]).any(axis=2)


def test_a_building_stands_where_its_outline_says() -> None:
    # Seen from the crossing, the tower's corners lie at bearings of 32.0 and 73.3 degrees.
    differs = changed((300, 120, 0, 150), (200, 120, 0, 150), 52.6).any(axis=0).nonzero()[0]
    half = SIZE / 2
    first, last = (
        np.degrees(np.arctan((column + 0.5 - half) / half)) for column in differs[[0, -1]]
    )
    assert first + 52.6 == pytest.approx(np.degrees(np.arctan2(20, 32)), abs=1.0)
    assert last + 52.6 == pytest.approx(np.degrees(np.arctan2(40, 12)), abs=1.0)


def test_a_building_is_as_high_as_it_is_told() -> None:
    # Due north-east of the crossing the tower's nearest wall, along north = 12, is 20 m away in
    # the direction of a view to the east at bearing 59 degrees, where its corner is.
    views = CityViews(built_city((150, 120, 0, 150))).four(geocode(0, 0), 90.0, SIZE)
    no_tower = CityViews(built_city((1, 120, 0, 150))).four(geocode(0, 0), 90.0, SIZE)
    column = int(SIZE / 2 * (1 - 12 / 25))
    rows = (views[0][:, column] != no_tower[0][:, column]).any(axis=1).nonzero()[0]
    assert rows[0] == pytest.approx(SIZE / 2 * (1 - (15 - EYE) / 25), abs=1.5)
    assert rows[-1] == pytest.approx(SIZE / 2 * (1 + EYE / 25), abs=1.5)


def test_what_is_higher_rises_behind_what_is_low() -> None:
    city = built_city((600, 120, 0, 40))
    of, ground = buildings(city)
    eye = ground.metres(np.array([geocode(-90, 0)]))[0]
    turns = np.radians(BEARINGS)
    hits = of.meet(eye, np.sin(turns).astype("f4"), np.cos(turns).astype("f4"))
    rise = (hits.top - EYE) / hits.reach
    same = hits.column[1:] == hits.column[:-1]
    # From the end of the western street the tower stands behind the low house across it.
    assert (same & (hits.top[:-1] == 4.0) & (hits.top[1:] == 60.0)).any()
    assert (rise[1:][same] > rise[:-1][same]).all()


def test_an_unknown_height_is_that_of_a_house() -> None:
    of, _ = buildings(built_city((0, 0, 0, 0)))
    assert ((of.tops > 5) & (of.tops < 30)).all()
    assert buildings(built_city((0, 0, 0, 0)))[0].tops.tolist() == of.tops.tolist()
    assert buildings(built_city())[0].tops[TOWER] == 60.0


def test_courtyards_and_notches_are_outside() -> None:
    ground = Ground(built_city())
    of = Footprints(built_city(), ground)
    spots = {(30, 22): TOWER, (-30, 16): CORNER, (-18, 30): CORNER, (-40, 30): -1}
    spots |= {(17, -36): YARD, (36, -36): -1, (36, -17): YARD, (-60, 5): ARCADE, (0, 0): -1}
    metres = ground.metres(np.array([geocode(*spot) for spot in spots]))
    assert of.inside(metres).tolist() == list(spots.values())
    yard = around(built_city(), 36, -36)
    expected = 14 / np.maximum(
        *np.abs([np.sin(np.radians(BEARINGS)), np.cos(np.radians(BEARINGS))])
    )
    np.testing.assert_allclose(yard, expected, atol=0.1)


def test_nothing_stands_in_front_of_a_street_point() -> None:
    city = built_city()
    of, ground = buildings(city)
    for point in range(len(city.points)):
        eye = ground.points[point]
        away = ground.points[city.neighbours_of(point)] - eye
        length = np.hypot(*away.T)
        order = np.argsort(np.arctan2(*away.T) % (2 * np.pi))
        east, north = (away[order] / length[order, None]).T
        assert (nearest(of, eye, east, north) > length[order]).all()


def test_a_street_leads_through_a_building_as_through_a_passage() -> None:
    reach = around(built_city(), -62, 0)
    side = reach[np.abs(np.sin(np.radians(BEARINGS))) < 0.3]
    np.testing.assert_allclose(side, OPEN, atol=0.2)
    assert reach[np.abs(BEARINGS - 90).argmin()] > 60
    assert reach[np.abs(BEARINGS - 270).argmin()] > 60
    # In front of it stand the two halves of its outer wall.
    outside = around(built_city(), -45, 0)
    assert outside[np.abs(BEARINGS - 285).argmin()] == pytest.approx(10, abs=0.5)


def test_signs_on_buildings_are_legible_however_many_there_are() -> None:
    turns = np.radians(np.arange(0, 360, 18))
    places = [
        place(f"Shop {number}", CATEGORIES[number], 13 * np.sin(turn), 13 * np.cos(turn))
        for number, turn in enumerate(turns)
    ]
    for heading in (0.0, 33.0, 77.0):
        views = CityViews(built_city(places=places)).four(geocode(0, 0), heading, 64)
        seen = sorted((sign.category, sign.side) for sign in signs(views))
        expected = [
            (1 + number, 1 + sector(np.degrees(turn) - heading))
            for number, turn in enumerate(turns)
        ]
        assert seen == expected


def test_a_city_without_footprints_has_invented_houses() -> None:
    bare = CityViews(built_city(buildings=False)).four(geocode(0, 0), 0.0, SIZE)
    built = CityViews(built_city()).four(geocode(0, 0), 0.0, SIZE)
    assert (bare != built).mean() > 0.1


def test_who_is_off_a_street_stands_on_its_nearest_spot() -> None:
    ground = Ground(built_city())
    assert ground.eye(geocode(6, 33)) == pytest.approx(
        ground.metres(np.array([geocode(0, 33)]))[0], abs=0.05
    )
    near = ground.metres(np.array([geocode(0.5, 33)]))[0]
    assert ground.eye(geocode(0.5, 33)) == pytest.approx(near, abs=0.01)


def test_who_stands_before_a_place_sees_its_sign_however_far_it_is() -> None:
    views = CityViews(built_city(places=[place("Far Bank", "bank", 30, -45)]))
    bank = CATEGORIES.index("bank") + 1
    assert [sign.category for sign in signs(views.four(geocode(0, 0), 40.0, 64))] == [bank]
    assert not signs(views.four(geocode(0, 2), 40.0, 64))


def test_the_ring_that_one_stands_in_is_whole() -> None:
    rings = paint({}, Look())
    corner = place("Corner Cafe", "cafe", -7, 9)
    near = replace(corner, name="Next Door", point=1)
    views, alone = (
        CityViews(built_city(places=places, spacing=3)) for places in ([corner, near], [corner])
    )
    seen = views.four(geocode(0, 0), 40.0, 64)
    # From this row on, the ground is less than 3.6 metres away.
    assert (seen[:, 48:] == alone.four(geocode(0, 0), 40.0, 64)[:, 48:]).all()
    assert stands_in(seen, CROSSING, rings.cobbles)
    assert stands_in(seen, DOORSTEP, rings.doorstep)
    aside = views.four(geocode(0, 0.4), 40.0, 64)
    assert not stands_in(aside, CROSSING, rings.cobbles)
    assert not stands_in(aside, DOORSTEP, rings.doorstep)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Kahvila Töölö", "Kahvila Toolo"),
        ("Straße & Søn", "Strasse & Son"),
        ("Café  №1", "Cafe No1"),
        ("Кафе", ""),
    ],
)
def test_signs_have_plain_letters(name: str, written: str) -> None:
    assert lettering(name) == written


def test_a_name_without_letters_gives_way_to_the_category() -> None:
    seen = []
    for name in ("Кафе", "cafe", "Bank"):
        city = built_city(places=[place(name, "cafe", -7, 9)])
        seen.append(CityViews(city).four(geocode(0, 0), 0.0, 320))
    assert (seen[0] == seen[1]).all()
    assert (seen[0] != seen[2]).any()
