"""What stands along streets: parked cars and lamps, where they are and how they look."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from virl_env.views.ground import Ground
from virl_env.views.hash import mixed
from virl_env.views.marks import ROAD, clearings
from virl_env.views.paint import Paint
from virl_env.views.pixels import packed
from virl_env.views.runs import Runs
from virl_env.views.solids import Colours, Face, Solid
from virl_env.views.style import Style

Metres = NDArray[np.float64]

_PARKED = ROAD - 1.05
_CAR_EVERY, _LAMP_EVERY = 6.2, 24.0
_BEND = 3.0
"""Metres that what stands keeps from bends and ends of streets."""

_OFF_DOORS = 6.0
"""Metres that cars keep from a point that a place faces, whose ring they would hide."""

_LENGTH, _WIDTH = 4.2, 1.74
_SILL, _BONNET, _CAR_TOP = 0.28, 0.86, 1.42
_WHEEL = 0.32

_SHADOW, _BODY, _BONNET_COLOUR, _TYRE, _GLASS, _HEADLIGHT, _TAILLIGHT = range(7)
"""Numbers of a car's colours."""

_AROUND = ((0, 1), (1, 2), (2, 3), (3, 0))

LAMP_TOP = 5.2
ARM, _POLE = 1.1, 0.06
"""Metres of a lamp's arm, and of half its pole."""


class Spots(NamedTuple):
    """Where things stand, and which way along the street: metres and directions, (k, 2) each."""

    at: Metres
    along: Metres


def parked_cars(runs: Runs, ground: Ground, style: Style) -> Spots:
    """Return where cars are parked: at the kerb, between zebra crossings, off places' doors."""
    run, along, hand, drawn = _beside(runs, _CAR_EVERY)
    kept = drawn % 1000 < 1000 * style.cars
    spots = _spots(runs, run[kept], along[kept], hand[kept] * _PARKED)
    # One drives on the right.
    spots = Spots(spots.at, -hand[kept][:, None] * spots.along)
    away = ground.from_door(*spots.at.astype(np.float32).T)
    return Spots(*(part[away > _OFF_DOORS] for part in spots))


def lamps(runs: Runs, kerb: float, style: Style) -> Spots:
    """Return where lamps stand, and the direction of their arms, across the street."""
    run, along, hand, drawn = _beside(runs, _LAMP_EVERY)
    step = np.rint(along / _LAMP_EVERY).astype(np.int64)
    kept = (drawn % 1000 < 1000 * style.lamps) & ((step % 2 == 0) == (hand > 0))
    spots = _spots(runs, run[kept], along[kept], hand[kept] * (kerb + 0.7))
    inward = np.stack([spots.along[:, 1], -spots.along[:, 0]], axis=1) * hand[kept][:, None]
    return Spots(spots.at, inward)


def _beside(
    runs: Runs, every: float
) -> tuple[NDArray[np.int64], Metres, NDArray[np.float64], NDArray[np.uint32]]:
    """Return places on both sides of streets: runs, metres along them, sides, drawn numbers."""
    first, last = clearings(runs)
    # At bends the two streets' kerbs cross.
    first, last = first + _BEND * ~runs.at_crossing[:, 0], last - _BEND * ~runs.at_crossing[:, 1]
    count = np.maximum((last - first) // every, 0).astype(np.int64)
    spare = np.maximum(last - first - (count - 1) * every, 0) / 2
    run = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(run)) - np.repeat(np.cumsum(count) - count, count)
    run, step = np.tile(run, 2), np.tile(step, 2)
    hand = np.repeat([1.0, -1.0], len(run) // 2)
    drawn = mixed(run, step, hand, np.full(len(run), round(10 * every)))
    return run, (first + spare)[run] + step * every, hand, drawn


def _spots(runs: Runs, run: NDArray[np.int64], along: Metres, aside: NDArray[np.float64]) -> Spots:
    direction = runs.along[run]
    left = np.stack([-direction[:, 1], direction[:, 0]], axis=1)
    return Spots(runs.start[run] + along[:, None] * direction + aside[:, None] * left, direction)


def _ring(up: float, back: float, front: float, half: float) -> list[list[float]]:
    """Return four corners at one height, anticlockwise from the right of the back."""
    return [[back, -half, up], [front, -half, up], [front, half, up], [back, half, up]]


def _car() -> Solid:
    half, long = _WIDTH / 2, _LENGTH / 2
    corners = [
        *_ring(0.0, -long, long, half),
        *_ring(_SILL, -long, long, half),
        *_ring(_BONNET, -long, long, half),
        *_ring(_BONNET + 0.02, -long + 0.1, long - 1.15, half - 0.06),
        *_ring(_CAR_TOP, -long + 0.55, long - 1.85, half - 0.2),
    ]
    faces: list[Face] = [((0, 1, 2, 3), _SHADOW)]
    faces += [((4 + one, 4 + two, 8 + two, 8 + one), _BODY) for one, two in _AROUND]
    faces.append(((8, 9, 10, 11), _BONNET_COLOUR))
    for side in (-1, 1):
        for middle in (-1.25, 1.25):
            turns = np.radians(np.arange(0, 360, 45)) * -side
            wheel = [
                [
                    middle + _WHEEL * math.cos(turn),
                    side * (half + 0.01),
                    _WHEEL * (1 + math.sin(turn)),
                ]
                for turn in turns.tolist()
            ]
            faces.append((tuple(range(len(corners), len(corners) + 8)), _TYRE))
            corners += wheel
    for end, colour in ((1, _HEADLIGHT), (-1, _TAILLIGHT)):
        for middle in (-0.6, 0.6):
            light = [(-0.16, 0.58), (0.16, 0.58), (0.16, 0.74), (-0.16, 0.74)]
            faces.append((tuple(range(len(corners), len(corners) + 4)), colour))
            corners += [[end * (long + 0.01), middle + end * aside, up] for aside, up in light]
    faces += [((12 + one, 12 + two, 16 + two, 16 + one), _GLASS) for one, two in _AROUND]
    faces.append(((16, 17, 18, 19), _BONNET_COLOUR))
    return Solid(np.array(corners), faces)


def _lamp() -> Solid:
    """Return a lamp whose arm reaches ahead; two boards across each other for a pole."""
    corners: list[list[float]] = []
    faces: list[Face] = []
    for half, top in ((2 * _POLE, 0.7), (_POLE, LAMP_TOP)):
        for ahead, left in ((1.0, 0.0), (0.0, 1.0)):
            faces.append((tuple(range(len(corners), len(corners) + 4)), 0))
            corners += [
                [sign * half * ahead, sign * half * left, up]
                for sign, up in ((-1, 0.0), (1, 0.0), (1, top), (-1, top))
            ]
    arm = ((0.0, -0.12), (ARM, -0.02), (ARM, 0.06), (0.0, 0.0))
    faces.append((tuple(range(len(corners), len(corners) + 4)), 0))
    corners += [[ahead, 0.0, LAMP_TOP + up] for ahead, up in arm]
    for ahead, left in ((0.3, 0.0), (0.0, 0.2)):
        faces.append((tuple(range(len(corners), len(corners) + 4)), 1))
        corners += [
            [ARM + sign * ahead, sign * left, LAMP_TOP + up]
            for sign, up in ((-1, -0.24), (1, -0.24), (1, -0.04), (-1, -0.04))
        ]
    return Solid(np.array(corners), faces, two_sided=True)


CAR, LAMP = _car(), _lamp()


def car_colours(paint: Paint) -> list[Colours]:
    """Return the colours of `CAR`, for each of several cars."""
    found = []
    for accent in paint.accents:
        colours: dict[int, NDArray[np.floating]] = {
            _SHADOW: 0.5 * paint.road,
            _BODY: accent,
            _BONNET_COLOUR: 1.12 * accent,
            _TYRE: 0.6 * paint.iron,
            _GLASS: 0.75 * paint.glass,
            _HEADLIGHT: np.array([228.0, 224.0, 200.0]),
            _TAILLIGHT: np.array([150.0, 28.0, 30.0]),
        }
        found.append(_rgb([colours[number] * paint.light for number in range(len(colours))]))
    return found


def lamp_colours(paint: Paint) -> Colours:
    """Return the colours of `LAMP`."""
    head = paint.lamp if paint.lit else 0.8 * paint.frame * paint.light
    return _rgb([paint.iron * paint.light, head])


def _rgb(colours: list[NDArray[np.floating]]) -> Colours:
    return np.append(np.uint32(0), packed(np.stack(colours, axis=1)))
