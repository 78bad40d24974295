"""What lies beside what: pavements that are drawn apart, and the streets that they belong to.

A map may show a pavement as a tag of its street, as a way of its own, or as both, and a street may
be closed to people on foot while its pavement is open. Here geometry decides: a closed road with a
pavement along it is walked, a pavement beside a street that is walked is left out, and what hangs
on a pavement that was left out is joined to the street.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from virl_env.maps.ways import Way
from virl_env.world.frontages import close_pairs
from virl_env.world.network import Metres, pieces

PAVEMENT = 15.0
"""Metres from the middle of a street up to which a path along it is its pavement."""

REACH = PAVEMENT + 5.0
"""Metres from the end of a pavement up to which its street is sought: the end may lie further away
than the rest."""

LEAST = 2 * PAVEMENT
"""Metres of ways that hang on a pavement alone from which on they are joined to its street; less
than that are the corners of pavements."""

_PARALLEL = 0.35
"""Sine of the angle, 20 degrees, up to which a path runs along a street."""

_STEP = 5.0
"""Metres from one spot at most to the next at which ways are compared."""


class _Spots(NamedTuple):
    """Spots along edges.

    Attributes:
        metres: east and north, float64 of shape (s, 2).
        towards: the direction of the edge, of length 1, float64 of shape (s, 2).
        owners: the row of the edge, int64 of shape (s,).
    """

    metres: Metres
    towards: Metres
    owners: NDArray[np.int64]


def with_pavements(
    metres: Metres, edges: NDArray[np.int64], ways: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return what ways are, every `Way.ROAD` as a street or closed.

    A piece of road is walked where for at least half of it a pavement is drawn along it, or not
    further ahead or behind than `PAVEMENT`, as across the mouths of side streets.

    Args:
        metres: of the nodes, float64 of shape (k, 2).
        edges: pairs of nodes, int64 of shape (e, 2).
        ways: what each of them is, a `Way`: int64 of shape (e,).
    """
    roads = np.flatnonzero(ways == Way.ROAD)
    paths = np.flatnonzero((ways == Way.BESIDE) | (ways == Way.PATH))
    road, path = _spots(metres, edges[roads]), _spots(metres, edges[paths])
    on, by = close_pairs(road.metres, path.metres, PAVEMENT)
    along = np.zeros(len(road.owners), dtype=np.bool_)
    along[on[_parallel(road, on, path, by)]] = True
    along[close_pairs(road.metres, road.metres[along], PAVEMENT)[0]] = True
    known: NDArray[np.int64] = ways.copy()
    known[roads] = np.where(_mostly(along, road.owners, len(roads)), Way.STREET, Way.CLOSED)
    return known


def pavements(
    metres: Metres, edges: NDArray[np.int64], ways: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which edges are pavements of a street that is walked.

    A path is one that for at least half of it runs along a street. So is what the map calls a
    pavement or a crossing, and also where it lies beside streets from end to end.

    Args:
        metres, edges, ways: as for `with_pavements`, which comes first.
    """
    streets = np.flatnonzero(ways == Way.STREET)
    paths = np.flatnonzero((ways == Way.BESIDE) | (ways == Way.PATH))
    street, path = _spots(metres, edges[streets]), _spots(metres, edges[paths])
    on, by = close_pairs(path.metres, street.metres, PAVEMENT)
    far, along = np.ones(len(path.owners), dtype=np.bool_), np.zeros(len(path.owners), np.bool_)
    far[on] = False
    along[on[_parallel(path, on, street, by)]] = True
    whole = np.bincount(path.owners, far, minlength=len(paths)) == 0
    found = np.zeros(len(edges), dtype=np.bool_)
    found[paths] = _mostly(along, path.owners, len(paths))
    found[paths] |= whole & (ways[paths] == Way.BESIDE)
    return found


class Joined(NamedTuple):
    """Ways with what was added to join them.

    Attributes:
        metres: of the nodes, those that were there first, float64 of shape (k, 2).
        edges: pairs of nodes, int64 of shape (e, 2).
    """

    metres: Metres
    edges: NDArray[np.int64]


def join(
    metres: Metres, edges: NDArray[np.int64], ways: NDArray[np.int64], left_out: NDArray[np.bool_]
) -> Joined:
    """Leave edges out and join the pieces that then hang on nothing to the streets beside.

    From every end of a piece at an edge that was left out a link leads straight to the nearest
    street of each other piece not further than `REACH` away. Pieces of less than `LEAST` metres get
    none.

    Args:
        metres, edges, ways: as for `with_pavements`, which comes first.
        left_out: which edges are left out, the pavements.
    """
    kept = edges[~left_out]
    piece = pieces(len(metres), kept)
    along = metres[kept[:, 1]] - metres[kept[:, 0]]
    amounts = np.bincount(piece[kept[:, 0]], np.hypot(*along.T), minlength=len(metres))
    ends = np.intersect1d(kept, edges[left_out])
    ends = ends[amounts[piece[ends]] >= LEAST]
    streets = np.flatnonzero(ways[~left_out] >= Way.OTHER)
    spots = _spots(metres, kept[streets])
    on, by = close_pairs(metres[ends], spots.metres, REACH)
    other = piece[kept[streets[spots.owners[by]], 0]]
    apart = other != piece[ends[on]]
    on, by, other = on[apart], by[apart], other[apart]
    away = ((metres[ends[on]] - spots.metres[by]) ** 2).sum(axis=1)
    order = np.lexsort((away, other, on))
    on, by, other = on[order], by[order], other[order]
    first = np.append(True, (np.diff(on) != 0) | (np.diff(other) != 0))[: len(on)]
    return _linked(metres, kept, ends[on[first]], streets[spots.owners[by[first]]])


def _linked(
    metres: Metres, edges: NDArray[np.int64], nodes: NDArray[np.int64], streets: NDArray[np.int64]
) -> Joined:
    """Link nodes to the nearest spot of one edge each, which becomes a node of that edge."""
    starts, along = metres[edges[streets, 0]], metres[edges[streets, 1]] - metres[edges[streets, 0]]
    share = ((metres[nodes] - starts) * along).sum(axis=1)
    share = np.clip(share / np.maximum((along**2).sum(axis=1), 1e-9), 0.0, 1.0)
    feet = np.where(share == 0, edges[streets, 0], np.arange(len(nodes)) + len(metres))
    feet = np.where(share == 1, edges[streets, 1], feet)
    links = np.stack([nodes, feet], axis=1)
    # Each edge with feet on it becomes those from its start over them, in order, to its end.
    inner = (share > 0) & (share < 1)
    split = np.unique(streets[inner])
    owners = np.concatenate([streets[inner], split, split])
    places = np.concatenate([share[inner], np.zeros(len(split)), np.ones(len(split))])
    on = np.concatenate([feet[inner], edges[split, 0], edges[split, 1]])
    order = np.lexsort((places, owners))
    owners, on = owners[order], on[order]
    same = owners[1:] == owners[:-1]
    parts = np.stack([on[:-1][same], on[1:][same]], axis=1)
    return Joined(
        np.concatenate([metres, starts + share[:, None] * along]),
        np.concatenate([np.delete(edges, split, axis=0), parts, links]),
    )


def _spots(metres: Metres, edges: NDArray[np.int64]) -> _Spots:
    starts, along = metres[edges[:, 0]], metres[edges[:, 1]] - metres[edges[:, 0]]
    lengths = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)
    counts = np.ceil(lengths / _STEP).astype(np.int64)
    owners = np.repeat(np.arange(len(edges)), counts)
    number = np.arange(len(owners)) - np.repeat(np.cumsum(counts) - counts, counts)
    share = (number + 0.5) / counts[owners]
    directions = (along / lengths[:, None])[owners]
    return _Spots(starts[owners] + share[:, None] * along[owners], directions, owners)


def _parallel(
    one: _Spots, at: NDArray[np.int64], other: _Spots, by: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which pairs of a spot and another one lie on edges of nearly the same direction."""
    a, b = one.towards[at], other.towards[by]
    across: NDArray[np.bool_] = np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) <= _PARALLEL
    return across


def _mostly(marked: NDArray[np.bool_], owners: NDArray[np.int64], count: int) -> NDArray[np.bool_]:
    """Return for each edge whether at least half of its spots are marked."""
    spots = np.bincount(owners, minlength=count)
    mostly: NDArray[np.bool_] = 2 * np.bincount(owners, marked, minlength=count) >= spots
    return mostly
