"""Where the places of a city stand: along its streets, and at the corners of its crossings.

Whether there is a place at a corner is a draw of its own, and a crossing has a corner on either
side of a street that goes straight on, so that what stands where tells nothing about the streets.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from virl_env.world.network import Metres, rounded
from virl_env.world.plans import Draws

_ALONG_SHARE = 0.025
"""Of the points between crossings where there is a place: one for about 400 m of street."""

_CORNER_SHARE = 0.3
"""Of the corners where there is a place."""

_WIDE = -0.7
"""Cosine of the angle between two streets, 134 degrees, from which on they make two corners."""

_ASIDE = (6.5, 11.0)
"""Metres from a place to the point that it faces."""

_ROOM = 6.0
"""Metres that a place keeps from every point, and from the middle between any two."""

_APART = 8.0
"""Metres that places keep from each other."""


def frontages(
    draws: Draws, spots: Metres, starts: NDArray[np.int32], neighbours: NDArray[np.int32]
) -> tuple[Metres, NDArray[np.int64]]:
    """Return where places are and what they face.

    Args:
        draws: from which everything is drawn.
        spots: points of the city in metres, float64 of shape (n, 2).
        starts, neighbours: of the points, as `City` holds them.

    Returns:
        Positions in metres, rounded, of shape (p, 2), and the points that they face, of shape (p,).
    """
    degrees = np.diff(starts)
    owners = np.repeat(np.arange(len(spots)), degrees)
    corners, corner_points = _corners(draws, spots, starts, neighbours)
    beside_crossing = np.zeros(len(spots), dtype=np.bool_)
    beside_crossing[owners[degrees[neighbours] >= 3]] = True
    middle = np.flatnonzero(~beside_crossing & (degrees == 2))
    middle = middle[draws.units(len(middle)) < _ALONG_SHARE]
    along = spots[neighbours[starts[middle] + 1]] - spots[neighbours[starts[middle]]]
    hand = np.where(draws.units(len(middle)) < 0.5, 1.0, -1.0)
    houses = spots[middle] + _aside(draws, along, hand)
    places = rounded(np.concatenate([corners, houses]))
    facing = np.concatenate([corner_points, middle])

    streets = np.concatenate([spots, (spots[owners] + spots[neighbours]) / 2])
    crowded = np.zeros(len(places), dtype=np.bool_)
    crowded[close_pairs(places, streets, _ROOM)[0]] = True
    first, second = close_pairs(places, places, _APART)
    crowded[second[first < second]] = True
    return places[~crowded], facing[~crowded]


def _corners(
    draws: Draws, spots: Metres, starts: NDArray[np.int32], neighbours: NDArray[np.int32]
) -> tuple[Metres, NDArray[np.int64]]:
    """Return places at corners of crossings, and the points next to a crossing that they face."""
    degrees = np.diff(starts)
    owners = np.repeat(np.arange(len(spots)), degrees)
    slots = np.flatnonzero(degrees[owners] >= 3)
    along = spots[neighbours[slots]] - spots[owners[slots]]
    # Streets of a crossing anticlockwise, by an angle that needs no arc tangent.
    angle = 1 - along[:, 0] / np.abs(along).sum(axis=1)
    angle = np.where(along[:, 1] < 0, -angle, angle)
    order = np.lexsort((angle, owners[slots]))
    slots, along = slots[order], along[order]
    last = np.append(owners[slots[1:]] != owners[slots[:-1]], True)
    following = np.arange(len(slots)) + 1
    following[last] -= degrees[owners[slots[last]]]
    one, other = along, along[following]
    across = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
    lengths = np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))
    wide = (across < 0) | ((one * other).sum(axis=1) < _WIDE * lengths)
    # To the left of a street, or to the right of the next: of a narrow corner, either of the two.
    left, right, either = (draws.units(len(slots)) for _ in range(3))
    lefts = (left < _CORNER_SHARE) & (wide | (either < 0.5))
    rights = np.where(wide, right, left) < _CORNER_SHARE
    rights = rights & (wide | (either >= 0.5))
    taken = np.concatenate([np.flatnonzero(lefts), following[rights]])
    hand = np.repeat([1.0, -1.0], [lefts.sum(), rights.sum()])
    points = neighbours[slots[taken]].astype(np.int64)
    return spots[points] + _aside(draws, along[taken], hand), points


def _aside(draws: Draws, along: Metres, hand: NDArray[np.float64]) -> Metres:
    """Return steps off a street, to its left where `hand` is 1 and to its right where it is -1."""
    turned = np.stack([-along[:, 1], along[:, 0]], axis=1)
    lengths = np.sqrt((along**2).sum(axis=1))
    steps: Metres = turned * (hand * draws.between(*_ASIDE, len(along)) / lengths)[:, None]
    return steps


def close_pairs(
    spots: Metres, others: Metres, reach: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs of a spot and another one less than `reach` metres apart, as indices."""
    lowest = np.minimum(spots.min(axis=0, initial=0.0), others.min(axis=0, initial=0.0)) - reach
    cells = ((others - lowest) // reach).astype(np.int64)
    width = int(cells[:, 1].max(initial=0)) + 3
    order = np.argsort(cells[:, 0] * width + cells[:, 1], kind="stable")
    keys = (cells[:, 0] * width + cells[:, 1])[order]
    at = ((spots - lowest) // reach).astype(np.int64)
    pairs = []
    for step in (-1, 0, 1):
        # Three cells of a column, one above another, are neighbours in the order of keys.
        middle = (at[:, 0] + step) * width + at[:, 1]
        first = np.searchsorted(keys, middle - 1)
        counts = np.searchsorted(keys, middle + 1, side="right") - first
        spot = np.repeat(np.arange(len(spots)), counts)
        within = np.arange(len(spot)) - np.repeat(np.cumsum(counts) - counts, counts)
        pairs.append((spot, order[np.repeat(first, counts) + within]))
    one, other = (np.concatenate(part) for part in zip(*pairs))
    near = ((spots[one] - others[other]) ** 2).sum(axis=1) < reach * reach
    return one[near], other[near]
