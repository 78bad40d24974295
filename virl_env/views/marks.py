"""What lies on the ground of a city: pavements, kerbs, roads and what is painted on them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from virl_env.views.hash import mixed
from virl_env.views.nearby import Nearby
from virl_env.views.pixels import spread
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

_SLAB, _JOINT = 2.0, 0.05
"""Metres from one joint across a pavement to the next, and of a joint."""

_JOINTS = np.array([-9.6, -7.8, -6.0, 6.0, 7.8, 9.6])
"""Metres from the middle of a street to joints along it."""

_LONG = 24.0
"""Metres from the middle of a shape to its corners from which on it is looked at everywhere."""

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


class Shapes(NamedTuple):
    """Shapes of one ink.

    Attributes:
        ink: of all of them.
        corners: anticlockwise, metres east and north, (m, 4, 2).
        until: metres from which on they are not drawn.
        fine: the same for each pixel of a view's side.
    """

    ink: Ink
    corners: Metres
    until: float
    fine: float = 4.0


class Marks:
    """Shapes on the ground, what is on top last.

    Args:
        shapes: of one ink after another.
    """

    def __init__(self, shapes: Sequence[Shapes]) -> None:
        counts = [len(some.corners) for some in shapes]
        self._corners = np.concatenate([some.corners for some in shapes])
        self._inks = np.repeat(np.array([some.ink for some in shapes], dtype=np.uint8), counts)
        self._until = np.repeat([some.until for some in shapes], counts)
        self._fine = np.repeat([some.fine for some in shapes], counts)
        middles = self._corners.mean(axis=1)
        self._east, self._north = np.ascontiguousarray(middles.T)
        self._halves = np.hypot(*(self._corners[:, 0] - self._corners[:, 2]).T) / 2
        is_long = self._halves > _LONG
        self._long, self._short = np.flatnonzero(is_long), np.flatnonzero(~is_long)
        self._nearby = Nearby(middles[self._short])
        self._ranges = {(some.until, some.fine) for some in shapes}

    def near(self, eye: NDArray[np.floating], size: int) -> tuple[Metres, NDArray[np.uint8]]:
        """Return the corners of those that show, (k, 4, 2), and the ink of each.

        Args:
            eye: metres east and north.
            size: of a view in pixels, in smaller ones of which less shows.
        """
        reach = max(min(until, fine * size) for until, fine in self._ranges)
        short = self._short[self._nearby.within(eye, reach + _LONG)]
        some = np.sort(np.concatenate([self._long, short]))
        east, north = self._east[some] - eye[0], self._north[some] - eye[1]
        until = np.minimum(self._until[some], self._fine[some] * size)
        near = some[east**2 + north**2 < (self._halves[some] + until) ** 2]
        return self._corners.take(near, axis=0), self._inks[near]


def marks(runs: Runs, is_mapped: bool) -> Marks:
    """Return what lies along streets."""
    half = WAY if is_mapped else ROAD
    under = [Shapes(Ink.PAVEMENT, strips(runs, PAVED), 260.0)] if is_mapped else []
    ground = [
        *under,
        Shapes(Ink.KERB, strips(runs, half + _KERB), 90.0, 0.5),
        Shapes(Ink.ROAD, strips(runs, half), 260.0),
    ]
    if is_mapped:
        return Marks(ground)
    clear = _setback(runs)
    painted = [
        Shapes(Ink.TRACK, _tracks(runs, clear), 40.0, 0.25),
        Shapes(Ink.PATCH, _patches(runs, clear), 70.0, 0.4),
        Shapes(Ink.MANHOLE, _manholes(runs, clear), 30.0, 0.25),
        Shapes(Ink.MARKING, _zebras(runs, clear), 90.0, 0.7),
        Shapes(Ink.MARKING, np.concatenate(_lines(runs)), 70.0, 0.5),
    ]
    return Marks([*ground, *painted])


def joints(runs: Runs, eye: NDArray[np.floating], reach: float) -> Metres:
    """Return the joints between the slabs of pavements near an eye, as `Marks.corners`."""
    along, length = runs.along, runs.length
    at = ((eye - runs.start) * along).sum(axis=1)
    away = runs.start + np.clip(at, 0, length)[:, None] * along - eye
    near = np.flatnonzero(np.hypot(*away.T) < reach)
    low, high = np.maximum(at[near] - reach, 0.0), np.minimum(at[near] + reach, length[near])
    begin = np.ceil(low / _SLAB) * _SLAB
    count = np.maximum(np.ceil((high - begin) / _SLAB), 0).astype(np.int64)
    step, of = spread(np.zeros_like(count), count)
    across = begin[of] + _SLAB * step
    both, lines = np.ones(len(across)), np.ones((len(near), 1))
    return _along(
        runs,
        np.concatenate([near[of], near[of], np.repeat(near, len(_JOINTS))]),
        np.concatenate([across, across, np.repeat(low, len(_JOINTS))]),
        np.concatenate([across + _JOINT, across + _JOINT, np.repeat(high, len(_JOINTS))]),
        np.concatenate([-PAVED * both, ROAD * both, (lines * _JOINTS).ravel()]),
        np.concatenate([-ROAD * both, PAVED * both, (lines * _JOINTS + _JOINT).ravel()]),
    )


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
    step, run = spread(np.zeros_like(count), count)
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
    step, run = spread(np.zeros_like(count), count)
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
    along = runs.along[run][:, None]
    left = np.stack([-along[..., 1], along[..., 0]], axis=-1)
    ahead = np.stack([first, last, last, first], axis=1)[..., None]
    beside = np.stack([aside, aside, behind, behind], axis=1)[..., None]
    corners: Metres = runs.start[run][:, None] + ahead * along + beside * left
    return corners
