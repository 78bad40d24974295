"""What stands along streets: parked cars and lamps, where they are and how they look."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from virl_env.views.ground import Ground
from virl_env.views.hash import mixed
from virl_env.views.marks import ROAD, clearings
from virl_env.views.paint import Paint
from virl_env.views.runs import Runs
from virl_env.views.solids import Face
from virl_env.views.style import Style

Metres = NDArray[np.float64]

_PARKED = ROAD - 1.05
_CAR_EVERY, _LAMP_EVERY = 6.2, 24.0
_OFF_DOORS = 6.0
"""Metres that cars keep from a point that a place faces, whose ring they would hide."""

_LENGTH, _WIDTH = 4.2, 1.74
_SILL, _BONNET, _CAR_TOP = 0.28, 0.86, 1.42
_WHEEL = 0.32

LAMP_TOP = 5.2
_ARM, _POLE = 1.1, 0.06
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


def car_faces(at: Metres, along: Metres, number: int, paint: Paint) -> list[Face]:
    """Return what one sees of a car.

    Args:
        at: its middle, metres east and north from the eye, (2,).
        along: its direction, (2,).
        number: of the car, for its colour.
        paint: colours.
    """
    left = np.array([-along[1], along[0]])
    body = paint.accents[number % len(paint.accents)] * paint.light
    dark, glass = paint.iron * 0.6 * paint.light, paint.glass * 0.8 * paint.light

    def ring(low: float, back: float, front: float, half: float) -> Metres:
        corners = ((back, -half), (front, -half), (front, half), (back, half))
        return np.array([[*(at + one * along + other * left), low] for one, other in corners])

    half, long = _WIDTH / 2, _LENGTH / 2
    shadow = Face(ring(0.0, -long, long, half), _rgb(0.55 * paint.road * paint.light))
    low, bonnet = ring(_SILL, -long, long, half), ring(_BONNET, -long, long, half)
    sill = ring(0.95, -long + 0.1, long - 1.15, half - 0.06)
    roof = ring(_CAR_TOP, -long + 0.55, long - 1.85, half - 0.2)
    faces = [shadow, *_sides(low, bonnet, body), Face(bonnet, _rgb(1.08 * body))]
    for side in (-1.0, 1.0):
        if side * float(at @ left) < -half:
            faces += [
                _wheel(at + one * along + side * (half + 0.01) * left, along, _rgb(dark))
                for one in (-1.25, 1.25)
            ]
    for end, colour in ((1.0, np.array([228, 224, 200])), (-1.0, np.array([150, 28, 30]))):
        if end * float(at @ along) < -long:
            faces += [_light(at, along, left, end, side, colour * paint.light) for side in (-1, 1)]
    return [*faces, *_sides(sill, roof, glass), Face(roof, _rgb(1.12 * body))]


def _sides(low: Metres, high: Metres, colour: NDArray[np.floating]) -> list[Face]:
    """Return the sides between two rings of corners that face the eye."""
    faces = []
    for one, other in ((0, 1), (1, 2), (2, 3), (3, 0)):
        start, end = low[one, :2], low[other, :2]
        outward = np.array([end[1] - start[1], start[0] - end[0]])
        if outward @ start < 0:
            shade = 0.92 + 0.12 * outward[1] / np.hypot(*outward)
            corners = np.stack([low[one], low[other], high[other], high[one]])
            faces.append(Face(corners, _rgb(shade * colour)))
    return faces


def _wheel(at: Metres, along: Metres, colour: tuple[int, int, int]) -> Face:
    turns = np.radians(np.arange(0, 360, 45))
    flat = at + _WHEEL * np.cos(turns)[:, None] * along
    return Face(np.column_stack([flat, _WHEEL + _WHEEL * np.sin(turns)]), colour)


def _light(
    at: Metres, along: Metres, left: Metres, end: float, side: int, colour: NDArray[np.floating]
) -> Face:
    middle = at + end * (_LENGTH / 2 + 0.01) * along + side * 0.6 * left
    corners = ((-0.16, 0.58), (0.16, 0.58), (0.16, 0.74), (-0.16, 0.74))
    return Face(np.array([[*(middle + x * left), up] for x, up in corners]), _rgb(colour))


def lamp_faces(at: Metres, arm: Metres, paint: Paint) -> list[Face]:
    """Return what one sees of a lamp, see `car_faces`; its arm reaches over the street."""
    iron = _rgb(paint.iron * paint.light)
    head = paint.lamp if paint.lit else paint.frame * 0.8 * paint.light
    across = np.array([-at[1], at[0]]) / max(float(np.hypot(*at)), 1e-6)

    def board(middle: Metres, half: float, low: float, high: float) -> Metres:
        one, other = middle - half * across, middle + half * across
        return np.array([[*one, low], [*other, low], [*other, high], [*one, high]])

    end = at + _ARM * arm
    top = np.array(
        [[*at, LAMP_TOP - 0.1], [*at, LAMP_TOP], [*end, LAMP_TOP + 0.06], [*end, LAMP_TOP - 0.04]]
    )
    return [
        Face(board(at, 2 * _POLE, 0.0, 0.7), iron),
        Face(board(at, _POLE, 0.0, LAMP_TOP), iron),
        Face(top, iron),
        Face(board(end, 0.26, LAMP_TOP - 0.22, LAMP_TOP - 0.02), _rgb(head)),
    ]


def _rgb(colour: NDArray[np.floating]) -> tuple[int, int, int]:
    red, green, blue = np.clip(colour, 0, 255).astype(int).tolist()
    return red, green, blue
