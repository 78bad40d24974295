"""The colours of a city under a look: of houses, ground, trees, sky and light."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shiftgym.appearance import MAX_SEVERITY
from shiftgym.mixer import integers
from virl_env.views.look import Look

Colour = NDArray[np.float32]

FACADES = 16
"""Colours of houses in a city."""

_ACCENTS = np.array(
    [
        *([132, 40, 44], [36, 76, 116], [44, 96, 70], [196, 158, 74]),
        *([90, 92, 98], [206, 206, 202], [58, 58, 64], [150, 100, 60]),
    ]
)


@dataclass(frozen=True)
class Paint:
    """Colours as float32 of 0 to 255.

    Attributes:
        facades: of houses, (16, 3).
        sky: at the horizon and high up, (2, 3).
        accents: of doors, awnings and cars, (8, 3).
        roof, frame: of steep roofs and window frames, (3,).
        road, pavement, marking, cobbles, doorstep, lawn, trunk, leaves, iron: of shape (3,).
        glass: of windows; lamp: of those with light behind them, (3,).
        lit: share of windows with light, 0 to 1.
        light: factor of everything that does not shine, (3,).
        haze: metres after which a third of a colour is left; its colour is that of the horizon.
    """

    facades: Colour
    sky: Colour
    accents: Colour
    roof: Colour
    frame: Colour
    road: Colour
    pavement: Colour
    marking: Colour
    cobbles: Colour
    doorstep: Colour
    lawn: Colour
    trunk: Colour
    leaves: Colour
    iron: Colour
    glass: Colour
    lamp: Colour
    lit: float
    light: Colour
    haze: float


def paint(style: Mapping[str, Any], look: Look) -> Paint:
    """Return the colours of a city.

    Args:
        style: `City.look`: "hue" and "warmth" of its houses and their "age", each 0 to 1; what is
            missing is middling.
        look: severities; "palette" moves the hue of everything away from the city's own.
    """
    drawn = _Draws(look.variation)
    moved = look.palette / MAX_SEVERITY
    hue = (float(style.get("hue", 0.08)) + moved * (0.15 + 0.7 * drawn.unit())) % 1.0
    warmth = float(style.get("warmth", 0.5))
    age = float(style.get("age", 0.5))
    facades = [_facade(number, hue, warmth, age, moved) for number in range(FACADES)]
    grey, night = look.weather / MAX_SEVERITY, look.night / MAX_SEVERITY
    sky = (
        np.array([[196, 216, 235], [92, 150, 214]]) * (1 - grey) + np.array([178, 182, 186]) * grey
    )
    sky = sky * (1 - night) + np.array([[34, 34, 58], [8, 10, 26]]) * night
    light = (1 - 0.72 * night) * (1 - 0.25 * grey) * np.array([1.0, 1.0, 1.0 + 0.12 * night])
    tint = np.array(colorsys.hsv_to_rgb(hue, 0.3 * moved, 1.0))
    return Paint(
        facades=_colour(255 * np.array(facades)),
        sky=_colour(sky),
        accents=_colour(_ACCENTS * tint),
        roof=_colour(tint * (np.array([86, 92, 104]) * (1 - age) + np.array([128, 84, 66]) * age)),
        frame=_colour([238, 236, 228]),
        road=_colour(tint * (88 - 24 * grey)),
        pavement=_colour(tint * np.array([172, 168, 160])),
        marking=_colour([236, 236, 228]),
        cobbles=_colour(tint * np.array([206, 184, 132])),
        doorstep=_colour(tint * np.array([196, 96, 62])),
        lawn=_colour(tint * np.array([132, 150, 98])),
        trunk=_colour([92, 70, 52]),
        leaves=_colour(np.array([66, 118, 56]) * tint * (1 - 0.25 * age)),
        iron=_colour([52, 54, 58]),
        glass=_colour([58, 74, 92]),
        lamp=_colour([255, 214, 130]),
        lit=0.65 * night,
        light=_colour(light),
        haze=320.0 * (1 - 0.88 * grey),
    )


def _facade(
    number: int, hue: float, warmth: float, age: float, moved: float
) -> tuple[float, float, float]:
    """Return the colour of some houses, 0 to 1: brick and sand, plaster, and the city's own hue."""
    shade = (number * 5 % FACADES) / (FACADES - 1)
    if number % 4 == 0:
        own = hue, 0.22 + 0.3 * moved, 0.88 - 0.3 * age * shade
    elif number % 4 == 1:
        own = 0.1, 0.04 + 0.06 * warmth, 0.92 - 0.35 * shade
    else:
        own = (
            0.02 + 0.09 * shade,
            0.2 + 0.4 * warmth * (1 - shade / 2),
            0.86 - 0.3 * age - 0.2 * shade,
        )
    # The further the palette is moved, the more of every house takes the other hue.
    red, green, blue = colorsys.hsv_to_rgb(*own)
    other = colorsys.hsv_to_rgb(hue, 0.6, own[2])
    share = 0.75 * moved
    return (
        red * (1 - share) + other[0] * share,
        green * (1 - share) + other[1] * share,
        blue * (1 - share) + other[2] * share,
    )


class _Draws:
    def __init__(self, seed: int) -> None:
        self._seed, self._number = np.array([seed], dtype=np.uint64), 0

    def unit(self) -> float:
        self._number += 1
        return int(integers(self._seed, self._number, 1 << 16)[0]) / (1 << 16)


def _colour(values: Any) -> Colour:
    return np.asarray(values, dtype=np.float32)
