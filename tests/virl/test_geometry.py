"""Bearings and distances on the globe, against vectors in space; and the words for directions."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from virl_env.world.geometry import (
    COMPASS,
    EARTH_RADIUS,
    RELATIVE,
    SIDES,
    Geocode,
    bearing,
    compass,
    haversine,
    relative_turn,
    sector,
    side,
    turn_word,
    wrap,
)

geocodes = st.tuples(st.floats(-89.0, 89.0), st.floats(-180.0, 180.0))
degrees = st.floats(-1e4, 1e4)


def upright(place: Geocode) -> np.ndarray:
    """Return the vector of length one from the middle of the globe to a place."""
    lat, lng = map(math.radians, place)
    return np.array([math.cos(lat) * math.cos(lng), math.cos(lat) * math.sin(lng), math.sin(lat)])


@given(geocodes, geocodes)
def test_distances_are_arcs_between_vectors(a: Geocode, b: Geocode) -> None:
    u, v = upright(a), upright(b)
    arc = math.atan2(float(np.linalg.norm(np.cross(u, v))), float(u @ v))
    assert haversine(a, b) == pytest.approx(EARTH_RADIUS * arc, abs=0.5)
    assert haversine(a, b) == pytest.approx(haversine(b, a))


@given(geocodes, geocodes)
def test_bearings_are_angles_in_the_plane_that_touches_the_globe(a: Geocode, b: Geocode) -> None:
    u, v = upright(a), upright(b)
    east = np.cross([0.0, 0.0, 1.0], u)
    east /= np.linalg.norm(east)
    x, y = float(v @ east), float(v @ np.cross(u, east))
    assume(math.hypot(x, y) > 1e-6)
    found = bearing(a, b)
    assert 0 <= found < 360
    assert math.cos(math.radians(found)) == pytest.approx(y / math.hypot(x, y), abs=1e-6)
    assert math.sin(math.radians(found)) == pytest.approx(x / math.hypot(x, y), abs=1e-6)


def test_known_distances_and_bearings() -> None:
    assert haversine((0.0, 0.0), (0.0, 1.0)) == pytest.approx(111_195.08, abs=0.01)
    # Across the date line, and from pole to pole.
    assert haversine((0.0, 179.5), (0.0, -179.5)) == pytest.approx(111_195.08, abs=0.01)
    assert haversine((90.0, 0.0), (-90.0, 0.0)) == pytest.approx(math.pi * EARTH_RADIUS)
    here = (37.7, -122.4)
    assert haversine(here, here) == bearing(here, here) == 0
    assert bearing(here, (37.8, -122.4)) == 0
    assert bearing(here, (37.6, -122.4)) == 180
    assert bearing((0.0, 0.0), (0.0, 1.0)) == 90
    assert bearing((0.0, 0.0), (0.0, -1.0)) == 270
    # A hair west of north is not rounded up to 360.
    assert 0 <= bearing((0.0, 0.0), (80.0, -1e-16)) < 360


@pytest.mark.parametrize(
    "turn, wrapped",
    [(0, 0), (180, 180), (-180, 180), (181, -179), (-181, 179), (360, 0), (540, 180)],
)
def test_turns_are_wrapped(turn: float, wrapped: float) -> None:
    assert wrap(turn) == wrapped


@given(degrees)
def test_wrapped_turns_lead_the_same_way(turn: float) -> None:
    wrapped = wrap(turn)
    assert -180 < wrapped <= 180
    assert math.cos(math.radians(wrapped - turn)) == pytest.approx(1, abs=1e-6)


def test_a_boundary_belongs_to_the_clockwise_sector() -> None:
    for number in range(8):
        boundary = 45 * number + 22.5
        assert (
            sector(boundary) == sector(boundary - 360) == sector(boundary + 720) == (number + 1) % 8
        )
        assert sector(boundary - 1e-6) == number
        assert sector(45 * number) == number
    assert sector(-1e-20) == 0
    assert [compass(45 * number) for number in range(8)] == list(COMPASS)


def test_sides_are_seen_from_the_heading() -> None:
    assert [side(0, 45 * number) for number in range(8)] == list(SIDES)
    assert side(350, 10) == "front"
    assert side(10, 350) == "front"
    assert side(90, 0) == "left"
    assert side(270, 0) == "right"
    assert side(200, 20) == "behind"


@given(degrees, degrees)
def test_sides_turn_with_the_walker(heading: float, seen: float) -> None:
    assert side(heading, seen) == SIDES[COMPASS.index(compass(seen - heading))]


@pytest.mark.parametrize(
    "turn, words",
    [
        (0, "straight"),
        (1, "slightly right"),
        (45, "slightly right"),
        (46, "right"),
        (179, "right"),
        (180, "around"),
        (181, "left"),
        (314, "left"),
        (315, "slightly left"),
        (359, "slightly left"),
    ],
)
def test_words_of_a_turn(turn: int, words: str) -> None:
    for heading in (0, 17, 200, 359):
        assert relative_turn(heading, heading + turn) == words
        assert relative_turn(heading, (heading + turn) % 360) == words


def test_every_turn_has_a_word_that_can_be_acted() -> None:
    assert {turn_word(a, b) for a, b in product(range(0, 360, 3), repeat=2)} == set(RELATIVE)
    assert turn_word(40, 40) == "slightly right"
    assert turn_word(40, 220) == turn_word(220, 40) == "right"
