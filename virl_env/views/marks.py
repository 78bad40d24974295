"""What lies on the ground of a city: pavements, kerbs, roads and what is painted on them."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from virl_env.views.hash import mixed
from virl_env.views.runs import Runs, strips

Metres = NDArray[np.float64]

ROAD, WAY = 4.0, 2.6
"""Metres from the middle of a street to the kerb; the smaller on real maps, whose walkable ways run
beside each other, and have neither zebra crossings nor lines."""

PAVED = 14.0
"""Metres from the middle of a street to grass, which invented houses hide."""

_KERB = 0.22
"""Metres of a kerb."""

_ZEBRA, _STRIPE = 3.0, 0.5
"""Metres of a zebra crossing along the street, and of one of its stripes across."""

_BEFORE = 0.8
"""Metres from the corner of two kerbs to a zebra crossing."""

_DASH, _DASHES = 2.0, 6.0
"""Metres of a dash of the middle line, and from one to the next."""

_PATCHES = 35.0
"""Metres of a street to one patch of new asphalt, and to one manhole."""


class Ink(IntEnum):
    """What a spot of the ground is."""

    LAWN = 0
    PAVEMENT = 1
    JOINT = 2
    KERB = 3
    ROAD = 4
    PATCH = 5
    MANHOLE = 6
    MARKING = 7
    DOORSTEP = 8
    COBBLES = 9
    TRACK = 10
    SETTS = 11


class Marks:
    """Shapes of one ink.

    Args:
        ink: of all of them.
        corners: anticlockwise, metres east and north, (m, 4, 2).
        until: metres from which on they are not drawn.
        fine: the same for each pixel of a view's side.
    """

    def __init__(self, ink: Ink, corners: Metres, until: float, fine: float = 4.0) -> None:
        self.ink, self._corners, self._until, self._fine = ink, corners, until, fine
        self._middles = np.ascontiguousarray(corners.mean(axis=1).T)
        self._halves = np.hypot(*(corners[:, 0] - corners[:, 2]).T) / 2

    def near(self, eye: NDArray[np.floating], size: int) -> Metres:
        """Return the corners of those that show, (k, 4, 2).

        Args:
            eye: metres east and north.
            size: of a view in pixels, in smaller ones of which less shows.
        """
        until = min(self._until, self._fine * size)
        away = (self._middles[0] - eye[0]) ** 2 + (self._middles[1] - eye[1]) ** 2
        near: Metres = self._corners[away < (self._halves + until) ** 2]
        return near


def marks(runs: Runs, is_mapped: bool) -> list[Marks]:
    """Return what lies along streets, what is on top last."""
    half = WAY if is_mapped else ROAD
    under = [Marks(Ink.PAVEMENT, strips(runs, PAVED), 260.0)] if is_mapped else []
    ground = [
        *under,
        Marks(Ink.KERB, strips(runs, half + _KERB), 90.0, 0.5),
        Marks(Ink.ROAD, strips(runs, half), 260.0),
    ]
    if is_mapped:
        return ground
    clear = _setback(runs)
    return [
        *ground,
        Marks(Ink.TRACK, _tracks(runs, clear), 40.0, 0.25),
        Marks(Ink.PATCH, _patches(runs, clear), 70.0, 0.4),
        Marks(Ink.MANHOLE, _manholes(runs, clear), 30.0, 0.25),
        Marks(Ink.MARKING, _zebras(runs, clear), 90.0, 0.7),
        Marks(Ink.MARKING, np.concatenate(_lines(runs)), 70.0, 0.5),
    ]


def joints(runs: Runs, eye: NDArray[np.floating], reach: float) -> Metres:
    """Return the joints between the slabs of pavements near an eye, as `Marks.corners`."""
    along, length = runs.along, runs.length
    at = ((eye - runs.start) * along).sum(axis=1)
    away = runs.start + np.clip(at, 0, length)[:, None] * along - eye
    near = np.flatnonzero(np.hypot(*away.T) < reach)
    run, first, last, aside, behind = [], [], [], [], []
    for number in near.tolist():
        low, high = max(at[number] - reach, 0.0), min(at[number] + reach, length[number])
        across = np.arange(np.ceil(low / 2) * 2, high, 2.0)
        sides = np.repeat([-1.0, 1.0], len(across))
        run += [number] * len(sides)
        first += np.tile(across, 2).tolist()
        last += (np.tile(across, 2) + 0.05).tolist()
        aside += np.where(sides > 0, ROAD, -PAVED).tolist()
        behind += np.where(sides > 0, PAVED, -ROAD).tolist()
        for line in (-9.6, -7.8, -6.0, 6.0, 7.8, 9.6):
            run.append(number)
            first.append(low)
            last.append(high)
            aside.append(line)
            behind.append(line + 0.05)
    return _along(runs, np.array(run, dtype=np.int64), *map(np.array, (first, last, aside, behind)))


def clearings(runs: Runs) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return from where to where, in metres along each run, it is clear of crossings."""
    beyond = _setback(runs) + np.where(runs.at_crossing, _ZEBRA + 2.0, 0.0)
    return beyond[:, 0], runs.length - beyond[:, 1]


def _setback(runs: Runs) -> NDArray[np.float64]:
    """Return how far from its start and end a run is clear of the streets beside it, (r, 2)."""
    corner = ROAD / np.tan(np.clip(runs.tightest, 0.3, np.pi) / 2)
    return np.where(runs.at_crossing, np.maximum(corner, 0.0) + _BEFORE, 0.0)


def _zebras(runs: Runs, clear: NDArray[np.float64]) -> Metres:
    """Return the stripes of zebra crossings, where a street has room for them."""
    room = runs.length - clear.sum(axis=1) > 2 * _ZEBRA + 4
    count = round(2 * (ROAD - 0.5) / (2 * _STRIPE))
    asides = (np.arange(count) - (count - 1) / 2) * 2 * _STRIPE - _STRIPE / 2
    found = []
    for end in (0, 1):
        run = np.repeat(np.flatnonzero(room & runs.at_crossing[:, end]), count)
        start = clear[run, end] if end == 0 else runs.length[run] - clear[run, end] - _ZEBRA
        aside = np.tile(asides, len(run) // count)
        found.append(_along(runs, run, start, start + _ZEBRA, aside, aside + _STRIPE))
    return np.concatenate(found)


def _lines(runs: Runs) -> list[Metres]:
    """Return middle lines of dashes, between the zebra crossings of a street, and stop lines."""
    start, end = clearings(runs)
    count = np.maximum(np.floor((end - start + _DASHES - _DASH) / _DASHES), 0).astype(np.int64)
    run = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(run)) - np.repeat(np.cumsum(count) - count, count)
    spare = (end - start) - (count * _DASHES - (_DASHES - _DASH))
    first = (start + spare / 2)[run] + step * _DASHES
    aside = np.full(len(run), -0.06)
    dashes = _along(runs, run, first, first + _DASH, aside, aside + 0.12)
    # One drives on the right, and stops before the zebra crossing.
    room = end - start > 2 * _DASHES
    stops = []
    for number, (at, low, high) in enumerate(((start, 0.3, ROAD - 0.3), (end, 0.3 - ROAD, -0.3))):
        run = np.flatnonzero(room & runs.at_crossing[:, number])
        first = at[run] - 1.0 - 0.2
        sides = np.full(len(run), low), np.full(len(run), high)
        stops.append(_along(runs, run, first, first + 0.4, *sides))
    return [dashes, *stops]


def _tracks(runs: Runs, clear: NDArray[np.float64]) -> Metres:
    """Return where wheels have darkened the road, and the gutters beside its kerbs."""
    room = np.flatnonzero(runs.length - clear.sum(axis=1) > 4)
    found = []
    for middle, half in (
        (-2.6, 0.28),
        (-1.2, 0.28),
        (1.2, 0.28),
        (2.6, 0.28),
        (-3.8, 0.2),
        (3.8, 0.2),
    ):
        sides = np.full(len(room), middle - half), np.full(len(room), middle + half)
        last = runs.length[room] - clear[room, 1]
        found.append(_along(runs, room, clear[room, 0], last, *sides))
    return np.concatenate(found)


def _manholes(runs: Runs, clear: NDArray[np.float64]) -> Metres:
    """Return manhole covers, square ones: one in a street of some length."""
    room = np.flatnonzero(runs.length - clear.sum(axis=1) > 4 * _ZEBRA)
    drawn = (mixed(room, np.full(len(room), 9)) % 1000) / 1000
    first = clear[room, 0] + _ZEBRA + 1 + 4 * drawn
    aside = np.where(drawn * 10 % 1 > 0.5, 1.6, -2.2)
    return _along(runs, room, first, first + 0.6, aside, aside + 0.6)


def _patches(runs: Runs, clear: NDArray[np.float64]) -> Metres:
    """Return patches of newer asphalt."""
    count = np.maximum(runs.length // _PATCHES, 0).astype(np.int64)
    run = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(run)) - np.repeat(np.cumsum(count) - count, count)
    share = [(mixed(run, step, np.full(len(run), n)) % 1000) / 1000 for n in range(4)]
    first = clear[run, 0] + _ZEBRA + (step + 0.6 * share[0]) * _PATCHES
    aside = -3.4 + 4.4 * share[1]
    length, width = 1.2 + 4 * share[2], 0.8 + 1.4 * share[3]
    last = np.minimum(first + length, runs.length[run] - clear[run, 1] - _ZEBRA)
    kept = last - first > 0.5
    return _along(runs, run[kept], first[kept], last[kept], aside[kept], (aside + width)[kept])


def _along(
    runs: Runs,
    run: NDArray[np.int64],
    first: Metres,
    last: Metres,
    aside: Metres,
    behind: Metres,
) -> Metres:
    """Return rectangles beside runs, anticlockwise, (m, 4, 2).

    Args:
        runs: of a city.
        run: index of each rectangle's.
        first, last: metres from the start of the run.
        aside, behind: metres to the left of its middle, the smaller first.
    """
    along = runs.along[run]
    left = np.stack([-along[:, 1], along[:, 0]], axis=1)
    start = runs.start[run]
    corners = ((first, aside), (last, aside), (last, behind), (first, behind))
    return np.stack(
        [start + one[:, None] * along + other[:, None] * left for one, other in corners], axis=1
    )
