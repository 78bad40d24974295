"""From the ways of a map to the street graph of a city: points about 10 metres apart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from virl_env.maps.extract import Degrees, within_limits
from virl_env.maps.pavements import join, pavements, with_pavements
from virl_env.maps.ways import Way
from virl_env.world.city import UNIT
from virl_env.world.geometry import EARTH_RADIUS, near, wrap
from virl_env.world.network import Metres, adjacency, pieces, unique_pairs

SPACING = 10.0
"""Metres from a point to the next, about."""

STUB = 20.0
"""A dead end shorter than this, in metres, leads to a door or a yard and is left out."""

JOIN = 6.0
"""Crossings at both ends of a way shorter than this, in metres, become one."""

BEND = 30.0
"""Degrees of a bend that stays where it is; gentler ones lie between points."""

LONGEST = 5_000_000.0
"""Metres of ways at most: a city of millions has some thousands of kilometres of streets."""

_ROUNDS = 3
"""Without its short dead ends, a way may be one itself."""

_METRES = math.radians(UNIT) * EARTH_RADIUS
"""Of a unit of latitude."""

Chain = list[int]
"""Nodes from a crossing or a dead end to the next, or once around a ring."""


@dataclass(frozen=True, eq=False)
class StreetGraph:
    """The streets of a city.

    Attributes:
        points, starts, neighbours: as `virl_env.City` holds them.
        metres: of the streets that were given, without their pavements.
        kept: metres of those in the largest connected piece.
        others: how many pieces are not connected with it.
        closed: metres of the ways that were given and are not walked, by what they are.
    """

    points: NDArray[np.int32]
    starts: NDArray[np.int32]
    neighbours: NDArray[np.int32]
    metres: float
    kept: float
    others: int
    closed: Mapping[Way, float]


def street_graph(
    nodes: Degrees, edges: NDArray[np.int64], ways: NDArray[np.int64]
) -> StreetGraph | None:
    """Return the longest connected piece of some ways as streets, None where there are none.

    Args:
        nodes: latitude and longitude, float64 of shape (k, 2). Nodes at one spot are one.
        edges: pairs of nodes, int64 of shape (e, 2), in any order and direction.
        ways: what each of them is, a `Way`: int64 of shape (e,).

    Raises:
        ValueError: for more streets than a city has.
    """
    if not len(edges):
        return None
    spots, index = np.unique(_unrolled(nodes), axis=0, return_inverse=True)
    plane = _Plane(spots)
    metres = plane.metres(spots)
    edges = index.reshape(-1)[edges]
    # Before anything is done whose cost grows with the metres.
    told = _length(metres, unique_pairs(edges))
    if told > LONGEST:
        raise ValueError(
            f"{told / 1000:,.0f} km of ways are no city's: expected at most "
            f"{LONGEST / 1000:,.0f}. Cut the city out, with osmium extract for example"
        )
    ways = with_pavements(metres, edges, ways)
    walked = ways > Way.ROAD
    closed = {
        each: _length(metres, unique_pairs(edges[ways == each]))
        for each in Way
        if (ways == each).any() and each < Way.ROAD
    }
    edges, ways = edges[walked], ways[walked]
    metres, pairs = join(metres, edges, ways, pavements(metres, edges, ways))
    pairs = unique_pairs(pairs)
    if not len(pairs):
        return None
    given = _length(metres, pairs)
    piece = pieces(len(metres), pairs)[pairs[:, 0]]
    pairs = pairs[piece == np.bincount(piece, _lengths(metres, pairs)).argmax()]
    kept = _length(metres, pairs)
    for _ in range(_ROUNDS):
        pairs = _without_stubs(metres, pairs)
    pairs = _joined(metres, pairs)
    lines = [part for chain in _chains(pairs) for part in _bends(metres, chain)]
    metres, pairs = _resampled(metres, lines)
    # Rounding may bring two points to one coordinate.
    points, index = np.unique(plane.units(metres), axis=0, return_inverse=True)
    pairs = unique_pairs(index.reshape(-1)[pairs])
    used, pairs = np.unique(pairs, return_inverse=True)
    starts, neighbours = adjacency(len(used), pairs.reshape(-1, 2))
    others = len(np.unique(piece)) - 1
    return StreetGraph(points[used], starts, neighbours, given, kept, others, closed)


def _unrolled(degrees: Degrees) -> NDArray[np.int64]:
    """Return degrees in units of a city's coordinates, longitudes going on beyond 180 degrees.

    So a town on that meridian is in one piece.
    """
    longitudes = near(degrees[:, 1], float(degrees[0, 1]))
    unrolled = np.stack([degrees[:, 0], longitudes], axis=1)
    units: NDArray[np.int64] = np.round(unrolled / UNIT).astype(np.int64)
    return units


class _Plane:
    """From units of latitude and longitude to metres east and north of a corner, and back."""

    def __init__(self, units: NDArray[np.int64]) -> None:
        self._corner = units.min(axis=0)
        middle = math.radians(float(units[:, 0].mean()) * UNIT)
        self._scale = np.array([_METRES, _METRES * max(math.cos(middle), 1e-6)])

    def metres(self, units: NDArray[np.int64]) -> Metres:
        metres: Metres = ((units - self._corner) * self._scale)[:, ::-1]
        return metres

    def units(self, metres: Metres) -> NDArray[np.int32]:
        return within_limits(self._corner + np.round(metres[:, ::-1] / self._scale))


def _lengths(metres: Metres, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    between = metres[pairs[:, 1]] - metres[pairs[:, 0]]
    lengths: NDArray[np.float64] = np.hypot(between[:, 0], between[:, 1])
    return lengths


def _length(metres: Metres, pairs: NDArray[np.int64]) -> float:
    return float(_lengths(metres, pairs).sum())


def _along(metres: Metres, chain: Chain) -> NDArray[np.float64]:
    """Return the metres from the start of a chain to each of its nodes."""
    steps = np.diff(metres[chain], axis=0)
    return np.concatenate([[0.0], np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))])


def _chains(pairs: NDArray[np.int64]) -> Iterator[Chain]:
    """Yield the ways between crossings and dead ends, each in one direction, then rings."""
    around: dict[int, list[int]] = {}
    for one, other in pairs.tolist():
        around.setdefault(one, []).append(other)
        around.setdefault(other, []).append(one)
    walked: set[tuple[int, int]] = set()
    ends = [node for node, others in around.items() if len(others) != 2]
    for node in (*ends, *around):
        for first in around[node]:
            if (node, first) in walked:
                continue
            chain = [node, first]
            while len(around[chain[-1]]) == 2 and chain[-1] != node:
                one, other = around[chain[-1]]
                chain.append(other if one == chain[-2] else one)
            walked.update(pairwise(chain))
            walked.update(pairwise(reversed(chain)))
            yield chain


def _without_stubs(metres: Metres, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Leave out short dead ends, unless nothing else is there."""
    degrees = np.bincount(pairs.ravel(), minlength=len(metres))
    kept = [
        chain
        for chain in _chains(pairs)
        if (degrees[[chain[0], chain[-1]]] != 1).all() or _along(metres, chain)[-1] >= STUB
    ]
    return _pairs(kept) if kept else pairs


def _pairs(chains: list[Chain]) -> NDArray[np.int64]:
    return unique_pairs(np.array([pair for chain in chains for pair in pairwise(chain)]))


def _joined(metres: Metres, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Join crossings that are a few steps apart, as those of a dual carriageway's lanes.

    A joined crossing lies where the first of its nodes was. It takes in no node that is further
    away than `JOIN`, so that a row of crossings does not become one.
    """
    degrees = np.bincount(pairs.ravel(), minlength=len(metres))
    short = []
    for chain in _chains(pairs):
        length = _along(metres, chain)[-1]
        if length < JOIN and (degrees[[chain[0], chain[-1]]] > 2).all():
            short.append((length, chain))
    stands = list(range(len(metres)))
    members: dict[int, list[int]] = {}
    for _, chain in sorted(short):
        first, other = sorted((stands[chain[0]], stands[chain[-1]]))
        # What lies between the two goes with them.
        taken = [*members.get(other, [other]), *chain[1:-1]]
        apart = metres[taken] - metres[first]
        if (np.hypot(apart[:, 0], apart[:, 1]) < JOIN).all():
            members.setdefault(first, [first]).extend(taken)
            for node in taken:
                stands[node] = first
    return unique_pairs(np.array(stands)[pairs])


def _bends(metres: Metres, chain: Chain) -> Iterator[Metres]:
    """Yield the parts of a chain between its sharp bends, each as metres of shape (c, 2)."""
    spots, along = metres[chain], _along(metres, chain)
    steps = np.diff(spots, axis=0)
    towards = np.degrees(np.arctan2(steps[:, 0], steps[:, 1])).tolist()
    start = 0
    for corner in range(1, len(chain) - 1):
        room = min(along[corner] - along[start], along[-1] - along[corner])
        if abs(wrap(towards[corner] - towards[corner - 1])) > BEND and room >= SPACING / 2:
            yield spots[start : corner + 1]
            start = corner
    yield spots[start:]


def _resampled(metres: Metres, lines: list[Metres]) -> tuple[Metres, NDArray[np.int64]]:
    """Return points evenly along lines, and pairs of neighbours; ends of lines stay."""
    points: list[Metres] = []
    pairs: list[tuple[int, int]] = []
    count = 0
    for line in lines:
        steps = np.diff(line, axis=0)
        along = np.concatenate([[0.0], np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))])
        # A ring needs two points between its ends, which are one.
        least = 3 if (line[0] == line[-1]).all() else 1
        pieces = max(least, round(along[-1] / SPACING))
        at = np.linspace(0.0, along[-1], pieces + 1)
        part = np.stack([np.interp(at, along, line[:, axis]) for axis in (0, 1)], axis=1)
        points.append(part)
        pairs += pairwise(range(count, count + len(part)))
        count += len(part)
    return np.concatenate(points), np.array(pairs)
