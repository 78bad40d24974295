"""Street plans in metres: straight lines laid over each other, and the network that they make.

All arithmetic is plus, minus, times and divided by, which every machine rounds alike, and
coordinates are rounded to centimetres as soon as they are made.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Metres = NDArray[np.float64]

SNAP = 22.0
"""Crossings closer than this, in metres, become one."""

REACH = 1.0
"""Lines that end so many metres before another one still meet it."""

_MIN_SINE = 0.45
"""Of the angle between two streets at a crossing, about 27 degrees; the longer gives way."""

STUB = 100.0
"""A dead end shorter than this, in metres, is left out."""


class Network(NamedTuple):
    """k crossings and bends, and e straight streets between them.

    Attributes:
        nodes: east and north in metres, float64 of shape (k, 2).
        edges: pairs of nodes, each once, int64 of shape (e, 2).
    """

    nodes: Metres
    edges: NDArray[np.int64]


def rounded(metres: Metres) -> Metres:
    """Return coordinates rounded to centimetres."""
    return np.round(metres * 100.0) / 100.0


def arrange(lines: Metres) -> Network:
    """Return the network of s straight lines that cross each other.

    Args:
        lines: both ends of each line, float64 of shape (s, 2, 2).
    """
    starts, along = lines[:, 0], lines[:, 1] - lines[:, 0]
    cross = along[:, None, 0] * along[None, :, 1] - along[:, None, 1] * along[None, :, 0]
    apart = starts[None, :] - starts[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        mine = (apart[..., 0] * along[None, :, 1] - apart[..., 1] * along[None, :, 0]) / cross
        theirs = (apart[..., 0] * along[:, None, 1] - apart[..., 1] * along[:, None, 0]) / cross
    # A line that ends on another one may miss it by the rounding.
    slack = (REACH / np.sqrt((along**2).sum(axis=1)))[:, None]
    meets = (mine >= -slack) & (mine <= 1 + slack)
    meets &= (theirs >= -slack.T) & (theirs <= 1 + slack.T)
    owner, other = np.nonzero(meets)
    # Each line's own ends are on it too, so that bends of polygons stay joined.
    owners = np.concatenate([owner, np.repeat(np.arange(len(lines)), 2)])
    places = np.concatenate([mine[owner, other], np.tile([0.0, 1.0], len(lines))])
    order = np.lexsort((places, owners))
    owners, places = owners[order], places[order]
    spots = rounded(starts[owners] + places[:, None] * along[owners])
    nodes, index = _snap(spots)
    same_line = owners[1:] == owners[:-1]
    pairs = np.stack([index[:-1][same_line], index[1:][same_line]], axis=1)
    return Network(nodes, unique_pairs(pairs))


def _snap(spots: Metres) -> tuple[Metres, NDArray[np.int64]]:
    """Join spots that are close: the first of them stands for all. Returns nodes and indices."""
    cells: dict[tuple[int, int], list[int]] = {}
    nodes: list[tuple[float, float]] = []
    index = np.empty(len(spots), dtype=np.int64)
    for number, (east, north) in enumerate(spots.tolist()):
        column, row = int(east // SNAP), int(north // SNAP)
        near = -1
        for cell in ((column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
            for node in cells.get(cell, ()):
                x, y = nodes[node]
                if (x - east) * (x - east) + (y - north) * (y - north) < SNAP * SNAP:
                    near = node
                    break
            if near >= 0:
                break
        if near < 0:
            near = len(nodes)
            nodes.append((east, north))
            cells.setdefault((column, row), []).append(near)
        index[number] = near
    return np.array(nodes), index


def unique_pairs(pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return pairs of different nodes, the lower one first, each once and in order."""
    pairs = np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1)
    unique: NDArray[np.int64] = np.unique(pairs, axis=0).reshape(-1, 2)
    return unique


def clean(network: Network, max_degree: int = 6) -> Network:
    """Return a network without slivers, short dead ends and detached pieces."""
    nodes, edges = network
    edges = _without_slivers(nodes, edges, max_degree)
    for _ in range(3):
        edges = _without_stubs(nodes, edges)
    edges = edges[largest_piece(len(nodes), edges)[edges[:, 0]]]
    used, index = np.unique(edges, return_inverse=True)
    return Network(nodes[used], index.reshape(-1, 2))


def lengths(network: Network) -> Metres:
    """Return the metres of each edge."""
    between = network.nodes[network.edges[:, 1]] - network.nodes[network.edges[:, 0]]
    metres: Metres = np.sqrt(between[:, 0] ** 2 + between[:, 1] ** 2)
    return metres


def _without_slivers(nodes: Metres, edges: NDArray[np.int64], max_degree: int) -> NDArray[np.int64]:
    """Leave out the longer of two streets that leave a crossing at nearly the same angle."""
    metres = lengths(Network(nodes, edges))
    around: dict[int, list[int]] = {}
    for number, pair in enumerate(edges.tolist()):
        for node in pair:
            around.setdefault(node, []).append(number)
    dropped: set[int] = set()
    for node, numbers in around.items():
        kept: list[tuple[float, float]] = []
        for number in sorted(numbers, key=lambda number: (metres[number], number)):
            first, second = edges[number]
            towards = nodes[second if first == node else first] - nodes[node]
            x, y = (towards / metres[number]).tolist()
            tight = any(abs(x * b - y * a) < _MIN_SINE and x * a + y * b > 0 for a, b in kept)
            if tight or len(kept) == max_degree:
                dropped.add(number)
            elif number not in dropped:
                kept.append((x, y))
    return np.delete(edges, sorted(dropped), axis=0)


def _without_stubs(nodes: Metres, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    degrees = np.bincount(edges.ravel(), minlength=len(nodes))
    ends = (degrees[edges] == 1).any(axis=1)
    kept: NDArray[np.int64] = edges[~(ends & (lengths(Network(nodes, edges)) < STUB))]
    return kept


def largest_piece(count: int, edges: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which nodes belong to the connected piece of the most nodes."""
    labels = pieces(count, edges)
    sizes = np.bincount(labels, minlength=count)
    largest: NDArray[np.bool_] = labels == sizes.argmax()
    return largest


def pieces(count: int, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each node the lowest one of its connected piece.

    Args:
        count: of nodes.
        edges: pairs of nodes, in either direction or both, int64 of shape (e, 2).
    """
    labels = np.arange(count)
    # Every piece joins the lowest one beside it, pieces that joined become one, and streets inside
    # of it are forgotten: a few rounds, whatever the order of the nodes.
    while len(edges):
        lowest = np.arange(count)
        for near, far in ((0, 1), (1, 0)):
            np.minimum.at(lowest, edges[:, near], edges[:, far])
        while (lowest != (further := lowest[lowest])).any():
            lowest = further
        labels, edges = lowest[labels], lowest[edges]
        edges = edges[edges[:, 0] != edges[:, 1]]
    return labels


def adjacency(count: int, pairs: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the neighbours of each of `count` points as `virl_env.City` holds them.

    Args:
        count: of points.
        pairs: of neighbours, each once, int64 of shape (e, 2).
    """
    both = np.concatenate([pairs, pairs[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    starts = np.searchsorted(both[:, 0], np.arange(count + 1))
    return starts.astype(np.int32), both[:, 1].astype(np.int32)
