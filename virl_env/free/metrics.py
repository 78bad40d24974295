"""How well a way was walked, as embodied navigation measures it: SPL and nDTW.

SPL is from Anderson et al., "On Evaluation of Embodied Navigation Agents" (arXiv 1807.06757), nDTW
from Ilharco et al., "General Evaluation for Instruction Conditioned Navigation using Dynamic Time
Warping" (arXiv 1907.05446). SPL asks for the shortest way, nDTW for the one that was told.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from virl_env.world.geometry import EARTH_RADIUS, Geocode

SUCCESS_DISTANCE = 25.0
"""Metres from the destination within which one has arrived; also the scale of nDTW."""


def spl(success: bool, shortest: float, walked: float) -> float:
    """Return success weighted by path length, 0 to 1: S l / max(p, l).

    Args:
        success: S, whether the walker stopped at the destination.
        shortest: l, metres of the shortest way from the start to the destination.
        walked: p, metres walked.
    """
    if not success:
        return 0.0
    return shortest / max(shortest, walked) if walked > 0 else 1.0


class Warping:
    """The dynamic time warping of a reference path and one that grows.

    A warping pairs the points of both paths in order, every point of each with at least one of the
    other; its cost is the sum of the metres between the paired, and the least cost is kept.

    Args:
        reference: the path to compare with, at least one point.
    """

    def __init__(self, reference: Sequence[Geocode]) -> None:
        self._latitudes, self._longitudes = np.radians(np.array(reference)).T
        self._cosines = np.cos(self._latitudes)
        # Cost of warping the growing path on the first 1, 2, ... points of the reference.
        self._costs: list[float] = []

    @property
    def cost(self) -> float:
        """Metres of the best warping; infinite before the first point."""
        return self._costs[-1] if self._costs else math.inf

    def add(self, point: Geocode) -> None:
        """Let the path grow by a point."""
        above = self._costs
        before = corner = math.inf if above else 0.0
        costs = []
        for index, metres in enumerate(self._metres(point)):
            over = above[index] if above else math.inf
            before = metres + min(over, corner, before)
            corner = over
            costs.append(before)
        self._costs = costs

    def ndtw(self, threshold: float = SUCCESS_DISTANCE) -> float:
        """Return the normalised score, 0 to 1 (both paths equal): exp(-DTW / (|R| threshold))."""
        return math.exp(-self.cost / (len(self._cosines) * threshold))

    def _metres(self, point: Geocode) -> list[float]:
        """Return `geometry.haversine` of a point and each of the reference, all at once."""
        latitude, longitude = map(math.radians, point)
        square = np.sin((self._latitudes - latitude) / 2) ** 2
        shrink = math.cos(latitude) * self._cosines
        square += shrink * np.sin((self._longitudes - longitude) / 2) ** 2
        metres: list[float] = (2 * EARTH_RADIUS * np.arcsin(np.sqrt(square))).tolist()
        return metres


def ndtw(
    reference: Sequence[Geocode], walked: Iterable[Geocode], threshold: float = SUCCESS_DISTANCE
) -> float:
    """Return the normalised dynamic time warping of two paths, 0 to 1 (equal).

    Args:
        reference: R, the path that was asked for.
        walked: the path to score; without a point it scores 0.
        threshold: metres that count as near, 25 as for success.

    Raises:
        ValueError: for a reference without a point.
    """
    if not reference:
        raise ValueError("The reference path has no point: nDTW compares with at least one.")
    warping = Warping(reference)
    for point in walked:
        warping.add(point)
    return warping.ndtw(threshold)
