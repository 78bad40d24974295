"""Bearings, turns and distances on the globe, and the words for them.

Bearings and headings are degrees clockwise from north, in [0, 360); 0 is north, a heading like any
other. Turns are degrees in (-180, 180], right positive.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

COMPASS = (
    *("north", "northeast", "east", "southeast"),
    *("south", "southwest", "west", "northwest"),
)
RELATIVE = ("left", "right", "slightly left", "slightly right")
SIDES = (
    *("front", "right front", "right", "right behind"),
    *("behind", "left behind", "left", "left front"),
)
"""Where something is seen, clockwise from straight ahead."""

Geocode: TypeAlias = tuple[float, float]
"""Latitude and longitude in degrees."""

Longitudes = TypeVar("Longitudes", float, NDArray[np.float64])

EARTH_RADIUS = 6_371_008.8
"""Mean radius in metres."""

METRES_A_DEGREE = math.radians(EARTH_RADIUS)
"""Of latitude. Synthetic cities round it, and cannot change: `world.synthetic`."""

SLIGHT = 45
"""A turn of at most so many degrees is a slight one."""


def haversine(a: Geocode, b: Geocode) -> float:
    """Return the metres between two places along the globe."""
    lat_a, lng_a, lat_b, lng_b = map(math.radians, (*a, *b))
    half_lat, half_lng = (lat_b - lat_a) / 2, (lng_b - lng_a) / 2
    square = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lng) ** 2
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(min(1.0, square)))


def bearing(a: Geocode, b: Geocode) -> float:
    """Return the bearing at which b lies from a, in [0, 360); 0 where they are the same place."""
    lat_a, lng_a, lat_b, lng_b = map(math.radians, (*a, *b))
    east = math.sin(lng_b - lng_a) * math.cos(lat_b)
    north = math.cos(lat_a) * math.sin(lat_b) - math.sin(lat_a) * math.cos(lat_b) * math.cos(
        lng_b - lng_a
    )
    # A tiny negative angle comes out as 360 exactly.
    return math.degrees(math.atan2(east, north)) % 360.0 % 360.0


def near(longitude: Longitudes, origin: float) -> Longitudes:
    """Return the same longitude, or longitudes, within 180 degrees of another one.

    In a town on the 180th meridian they lie as near as they are, some of them beyond 180 or -180.
    What is near already comes back as it is, to the last bit.
    """
    turns = (origin - longitude) / 360.0
    if isinstance(turns, float):
        return longitude + 360.0 * round(turns)
    return longitude + 360.0 * np.round(turns)


def wrap(degrees: float) -> float:
    """Return a difference of headings as a turn in (-180, 180]."""
    turn = degrees % 360
    return turn - 360 if turn > 180 else turn


_NOISE_DIGITS = 6
"""Digits of a turn that count: a millionth of a degree is what floats make of round numbers."""


def sector(degrees: float) -> int:
    """Return the eighth of the circle that an angle is in, 0 around 0 and clockwise, 0 to 7.

    A boundary (22.5, 67.5, ...) belongs to the sector clockwise of it.
    """
    return int((degrees % 360 + 22.5) // 45) % 8


def compass(degrees: float) -> str:
    """Return the compass word of a heading, one of `COMPASS`."""
    return COMPASS[sector(degrees)]


def side(heading: float, bearing: float) -> str:
    """Return the side on which one who faces `heading` sees what lies at `bearing`."""
    return SIDES[sector(bearing - heading)]


def relative_turn(from_heading: float, to_heading: float) -> str:
    """Return how one turns from one heading to another, in words.

    Exactly 0 is "straight" and a half-turn "around"; up to 45 degrees, 45 included, is "slightly
    left" or "slightly right"; anything else "left" or "right". Turns are taken to a millionth of a
    degree, so that 0.3 - 0.1 is 0.2.

    Raises:
        ValueError: for a heading that is no finite number.
    """
    if not (math.isfinite(from_heading) and math.isfinite(to_heading)):
        raise ValueError(
            f"A heading is degrees, a finite number; got {from_heading!r} and {to_heading!r}."
        )
    turn = wrap(round(to_heading - from_heading, _NOISE_DIGITS))
    if turn == 0:
        return "straight"
    if turn == 180:
        return "around"
    hand = "right" if turn > 0 else "left"
    return f"slightly {hand}" if abs(turn) <= SLIGHT else hand


@lru_cache(maxsize=2**16)
def turn_word(from_heading: float, to_heading: float) -> str:
    """Return the word of `RELATIVE` with which the turn is made.

    As `relative_turn`, for which there is no action "straight" or "around": a turn of 0 counts as
    slightly right, and a half-turn is made to the right.
    """
    word = relative_turn(from_heading, to_heading)
    return {"straight": "slightly right", "around": "right"}.get(word, word)
