"""The streets of a city as straight runs, and strips of ground along them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from virl_env.views.ground import Ground
from virl_env.world.city import City

Metres = NDArray[np.float64]

_BENT = math.cos(math.radians(1.0))
"""Cosine of the angle from the first metres of a run at which the next one begins."""

_OVERLAP = 0.01
"""Metres that the strips of a street that goes straight on have in common."""


@dataclass(frozen=True)
class Runs:
    """Straight pieces of streets, between crossings, bends and ends: r of them.

    Attributes:
        start, end: metres east and north, (r, 2).
        gaps: the widest angle in radians, at start and end, between the run and the next street to
            either side of it; pi where the street goes straight on and 2 pi at a dead end, (r, 2).
        tightest: the narrowest of them, (r, 2).
        at_crossing: whether start and end are the middle of a crossing, bool of shape (r, 2).
    """

    start: Metres
    end: Metres
    gaps: NDArray[np.float64]
    tightest: NDArray[np.float64]
    at_crossing: NDArray[np.bool_]

    @cached_property
    def length(self) -> NDArray[np.float64]:
        """Metres, (r,)."""
        length: NDArray[np.float64] = np.hypot(*(self.end - self.start).T)
        return length

    @cached_property
    def along(self) -> Metres:
        """Directions of length 1, (r, 2)."""
        along: Metres = (self.end - self.start) / self.length[:, None]
        return along


def runs_of(city: City, ground: Ground) -> Runs:
    """Return the streets of a city as straight runs."""
    points = ground.points.astype(np.float64)
    starts, neighbours = city.starts.tolist(), city.neighbours.tolist()
    steps = points[city.neighbours] - points[city.edge_owners]
    steps /= np.hypot(*steps.T)[:, None]
    directions = steps.tolist()
    ends_here = (city.degrees != 2).tolist()
    for point in np.flatnonzero(city.degrees == 2).tolist():
        one, other = directions[starts[point]], directions[starts[point] + 1]
        ends_here[point] = -(one[0] * other[0] + one[1] * other[1]) < _BENT
    pairs, walked = [], [False] * len(neighbours)
    # What is left of the second pass are rings without an end.
    for only_ends in (True, False):
        for point in range(len(points)):
            if only_ends and not ends_here[point]:
                continue
            for slot in range(starts[point], starts[point + 1]):
                if not walked[slot]:
                    pairs.append(_walk(slot, point, starts, neighbours, directions, walked))
    if not pairs:
        # Who stands at the only point there is stands in a street of a metre.
        half = np.array([[0.5, 0.0]])
        dead_ends = np.full((1, 2), 2 * np.pi)
        nowhere = np.zeros((1, 2), dtype=np.bool_)
        return Runs(points[:1] - half, points[:1] + half, dead_ends, dead_ends, nowhere)
    first, last = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    widest, tightest = _gaps(points, first, last)
    crossing = np.stack([city.intersections[first], city.intersections[last]], axis=1)
    return Runs(points[first], points[last], widest, tightest, crossing)


def _walk(
    slot: int,
    point: int,
    starts: list[int],
    neighbours: list[int],
    directions: list[list[float]],
    walked: list[bool],
) -> tuple[int, int]:
    """Walk straight on from a point and return the first and the last point of the run."""
    first, (east, north) = point, directions[slot]
    while True:
        following = neighbours[slot]
        back = neighbours.index(point, starts[following], starts[following + 1])
        walked[slot] = walked[back] = True
        point = following
        if starts[point + 1] - starts[point] != 2 or point == first:
            return first, point
        slot = 2 * starts[point] + 1 - back
        along = directions[slot]
        if walked[slot] or along[0] * east + along[1] * north < _BENT:
            return first, point


def _gaps(
    points: Metres, first: NDArray[np.int64], last: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return `Runs.gaps` and `Runs.tightest` of runs between points."""
    node = np.concatenate([first, last])
    away = points[np.concatenate([last, first])] - points[node]
    angle = np.arctan2(away[:, 1], away[:, 0])
    order = np.lexsort((angle, node))
    node, angle = node[order], angle[order]
    count = np.arange(len(node))
    begins = np.append(True, node[1:] != node[:-1])
    ends = np.append(begins[1:], True)
    group = np.cumsum(begins) - 1
    following = np.where(ends, count[begins][group], count + 1)
    left = angle[following] - angle + np.where(ends, 2 * np.pi, 0.0)
    right = np.empty_like(left)
    right[following] = left
    both = np.empty((len(order), 2))
    both[order] = np.stack([np.maximum(left, right), np.minimum(left, right)], axis=1)
    ends = np.stack(np.split(both, 2), axis=1)
    return ends[..., 0], ends[..., 1]


def strips(runs: Runs, half: float) -> Metres:
    """Return a rectangle along each run, so that together they leave no notch at any bend.

    Args:
        runs: r of them.
        half: metres from their middle to the rectangles' sides.

    Returns:
        Corners anticlockwise, from the right of the start, (r, 4, 2).
    """
    beyond = _OVERLAP + half * np.tan((np.clip(runs.gaps, np.pi, 1.5 * np.pi) - np.pi) / 2)
    along = runs.along
    aside = half * np.stack([-along[:, 1], along[:, 0]], axis=1)
    start = runs.start - beyond[:, :1] * along
    end = runs.end + beyond[:, 1:] * along
    return np.stack([start - aside, end - aside, end + aside, start + aside], axis=1)
