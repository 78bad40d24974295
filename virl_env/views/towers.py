"""Clock towers, which rise above some houses at corners and are seen from afar."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from virl_env.views.hash import mixed
from virl_env.views.plots import Plots

HALF = 2.7
"""Metres of half a tower's side."""

PEAK = 4.5
"""Metres of the gable above each of its walls."""

_INSIDE = 5.4
"""Metres from the corner of the house to the tower's middle, along both of its fronts."""

_SQUARE = math.radians(25.0)
"""Angle by which a corner may differ from a right one."""


def with_towers(plots: Plots, share: float) -> tuple[Plots, NDArray[np.int64]]:
    """Return houses with towers after them, and the house below each tower, (t,).

    Args:
        plots: houses.
        share: of those at right-angled corners that have a tower.
    """
    corners, offsets = [], [plots.offsets]
    below = []
    chosen = np.flatnonzero(mixed(plots.own, np.full(len(plots.own), 77)) % 1000 < 1000 * share)
    for house in chosen.tolist():
        first, behind = plots.offsets[house], plots.offsets[house + 1]
        front = plots.corners[first : first + int((~plots.blind[first:behind]).sum()) + 1]
        tower = _tower(front)
        if tower is not None:
            corners.append(tower)
            below.append(house)
    if not corners:
        return plots, np.zeros(0, dtype=np.int64)
    offsets.append(plots.offsets[-1] + 4 * np.arange(1, len(corners) + 1))
    blind = np.ones(4 * len(corners), dtype=np.bool_)
    kept = np.array(below, dtype=np.int64)
    return (
        Plots(
            np.concatenate([plots.corners, *corners]),
            np.concatenate(offsets),
            np.concatenate([plots.blind, blind]),
            np.concatenate([plots.own, plots.own[kept]]),
        ),
        kept,
    )


def _tower(front: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return the corners of a tower behind a front, (4, 2); None where it is not at a corner."""
    along = np.diff(front, axis=0)
    along /= np.hypot(*along.T)[:, None]
    if len(along) < 2:
        return None
    bends = np.arccos(np.clip((along[1:] * along[:-1]).sum(axis=1), -1, 1))
    sharpest = int(bends.argmax())
    if abs(float(bends[sharpest]) - math.pi / 2) > _SQUARE:
        return None
    one, other = -along[sharpest], along[sharpest + 1]
    middle = front[sharpest + 1] + _INSIDE * (one + other)
    side = HALF * one
    up = HALF * np.array([-one[1], one[0]])
    return np.stack(
        [middle - side - up, middle + side - up, middle + side + up, middle - side + up]
    )
