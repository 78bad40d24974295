"""Families of street plans that differ as those of real cities do.

Each is a function of draws and of the side of the city in metres, centred on the origin.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from shiftgym.mixer import words
from virl_env.world.network import Metres, Network, arrange, clean, rounded

_TO_UNIT = 2.0**-53


class Draws:
    """Numbers that are a function of a seed and of how many were drawn before, in any batches."""

    def __init__(self, seed: int) -> None:
        mixed = words(np.array([seed], dtype=np.uint64), 0)
        self._base, self._drawn = mixed[0], 0

    def units(self, count: int) -> NDArray[np.float64]:
        """Return numbers in [0, 1), of shape (count,)."""
        places = np.arange(self._drawn, self._drawn + count, dtype=np.uint64)
        self._drawn += count
        drawn = words(places ^ self._base, 1) >> np.uint64(11)
        units: NDArray[np.float64] = drawn.astype(np.float64) * _TO_UNIT
        return units

    def between(self, low: float, high: float, count: int = 1) -> NDArray[np.float64]:
        """Return numbers in [low, high), of shape (count,)."""
        return low + (high - low) * self.units(count)

    def one(self, low: float, high: float) -> float:
        """Return a number in [low, high)."""
        return float(self.between(low, high)[0])


def grid(draws: Draws, side: float) -> Network:
    """Long blocks between avenues and streets, a little off north, as in Manhattan."""
    avenues = _spread(draws, side, draws.one(150.0, 200.0), 0.12)
    streets = _spread(draws, side, draws.one(72.0, 90.0), 0.04)
    lines = _turned(_crossing(avenues, streets, side), draws.one(0.02, 0.28))
    return _thinned(draws, arrange(lines), 0.04)


def radial(draws: Draws, side: float) -> Network:
    """Rings around a centre and streets that leave it, more of them further out."""
    spacing = draws.one(75.0, 95.0)
    radii = (_spread(draws, side, 2 * spacing, 0.1)[1:] + side / 2) / 2 + 0.7 * spacing
    corners = 24
    rings = []
    for radius in radii.tolist():
        # Rings bulge, but never as far as the next one.
        bulge = draws.between(-1.0, 1.0, corners)[:, None] * min(0.06 * radius, 0.15 * spacing)
        ring = (radius + bulge) * _circle(corners, draws.one(0.0, 0.13))
        rings.append(np.stack([ring, np.roll(ring, -1, axis=0)], axis=1))
    outer, tilt = float(radii[-1]) * 1.02, draws.one(0.0, 0.2)
    rays = _circle(8, tilt)
    spokes = [np.stack([rays, rays * outer], axis=1)]
    count, start = 16, 190.0
    while start < 0.9 * outer:
        # Between any two spokes another one begins, where they are about 150 metres apart.
        rays = _circle(count, tilt)[1::2]
        spokes.append(np.stack([rays * start, rays * outer], axis=1))
        count, start = 2 * count, 2 * start
    return _thinned(draws, arrange(rounded(np.concatenate([*rings, *spokes]))), 0.06)


def organic(draws: Draws, side: float) -> Network:
    """Short crooked streets and mostly three-way corners, as in an old town."""
    spacing = 72.0
    count = max(3, round(side / spacing))
    column, row = np.meshgrid(np.arange(count), np.arange(count))
    straight = (np.stack([column, row], axis=2).reshape(-1, 2) + 0.5) * spacing - side / 2
    nodes = straight + draws.between(-21.0, 21.0, 2 * count**2).reshape(-1, 2)
    number = np.arange(count**2).reshape(count, count)
    level = np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], axis=1)
    upright = np.stack([number[:-1].ravel(), number[1:].ravel()], axis=1)
    # Like bricks in a wall: where a street goes up, most often none comes from below.
    odd = (column + row)[:-1].ravel() % 2 == 1
    kept = [
        level[draws.units(len(level)) < 0.92],
        upright[draws.units(len(upright)) < np.where(odd, 0.95, 0.34)],
    ]
    return clean(_bent(draws, Network(rounded(nodes), np.concatenate(kept)), 9.0))


def superblock(draws: Draws, side: float) -> Network:
    """Wide main roads, quieter loops inside the blocks, and diagonals across everything."""
    spacing = draws.one(300.0, 380.0)
    east, north = (_spread(draws, side, spacing, 0.06) for _ in range(2))
    lines = [_crossing(east, north, side)]
    for west, right in pairwise(east.tolist()):
        for south, top in pairwise(north.tolist()):
            # A street through the block and one that ends on it, in shares of the block's sides.
            x, y = draws.between(0.36, 0.64, 2).tolist()
            end = 1.0 if draws.one(0.0, 1.0) < 0.5 else 0.0
            inner = np.array([[[0.0, y], [1.0, y]], [[x, y], [x, end]]])
            if draws.one(0.0, 1.0) < 0.5:
                inner = inner[..., ::-1]
            lines.append(inner * (right - west, top - south) + (west, south))
    half = side / 2
    slope = draws.one(0.55, 0.75)
    for sign, shift in ((1.0, draws.one(-0.2, 0.1)), (-1.0, draws.one(-0.1, 0.2))):
        ends = [
            [-half, -sign * half * slope + shift * side],
            [half, sign * half * slope + shift * side],
        ]
        lines.append(np.array([ends]))
    return clean(arrange(rounded(_turned(np.concatenate(lines), draws.one(-0.1, 0.1)))))


def river(draws: Draws, side: float) -> Network:
    """Two banks, each with a grid of its own, and few bridges between them."""
    width, bank = draws.one(110.0, 160.0), draws.one(-0.12, 0.12) * side
    half = side / 2
    spacing = draws.one(95.0, 115.0)
    lines = []
    for sign, tilt in ((1.0, draws.one(0.05, 0.2)), (-1.0, draws.one(-0.35, -0.15))):
        edge = bank + sign * width / 2
        net = _turned(
            _crossing(
                _spread(draws, side * 1.3, spacing, 0.12),
                _spread(draws, side * 1.3, 80.0, 0.12),
                side * 1.3,
            ),
            tilt,
        )
        box = (-half, half, edge, half) if sign > 0 else (-half, half, -half, edge)
        lines.append(_clipped(net, box))
        # The embankment.
        lines.append(np.array([[[-half, edge], [half, edge]]]))
    for place in _spread(draws, side, max(420.0, side / 4), 0.2).tolist()[1:-1]:
        lines.append(np.array([[[place, bank - width / 2], [place, bank + width / 2]]]))
    return clean(arrange(rounded(np.concatenate(lines))))


def diamond(draws: Draws, side: float) -> Network:
    """A grid and avenues aslant in diamonds around its middle: streets in all eight directions."""
    east, north = (_spread(draws, side, draws.one(160.0, 200.0), 0.06) for _ in range(2))
    column, row = np.meshgrid(np.arange(len(east) - 1), np.arange(len(north) - 1))
    right, up = column >= len(east) // 2, row >= len(north) // 2
    # Of every block two opposite corners are cut off, between the middles of its sides.
    middle_east, middle_north = ((lines[1:] + lines[:-1]) / 2 for lines in (east, north))
    lines = [_crossing(east, north, side)]
    for outer in (False, True):
        level = np.stack([middle_east[column], north[row + (up == outer)]], axis=-1)
        upright = np.stack([east[column + (right == outer)], middle_north[row]], axis=-1)
        lines.append(rounded(np.stack([level, upright], axis=2).reshape(-1, 2, 2)))
    nodes, edges = arrange(_turned(np.concatenate(lines), draws.one(0.02, 0.07)))
    # Streets bend a little at crossings: where one leads straight on, words tell no slight turn.
    nodes = rounded(nodes + draws.between(-3.0, 3.0, 2 * len(nodes)).reshape(-1, 2))
    return _thinned(draws, Network(nodes, edges), 0.08)


PLANS: Mapping[str, Callable[[Draws, float], Network]] = {
    "grid": grid,
    "radial": radial,
    "organic": organic,
    "superblock": superblock,
    "river": river,
    "diamond": diamond,
}

_FURTHER = 2**36

STREAMS: Mapping[str, tuple[int, int]] = {
    "grid": (5, 0),
    "radial": (5, 1),
    "organic": (5, 2),
    "superblock": (5, 3),
    "river": (5, 4),
    "diamond": (1, _FURTHER),
}
"""Of each family (a, b): the city of a seed is drawn from `Draws(a * seed + b)`.

An entry never changes, or the cities of its family would. The n-th family that is added, from 1,
takes (1, n * _FURTHER), which shares no stream with another.
"""


def _spread(draws: Draws, side: float, spacing: float, jitter: float) -> Metres:
    """Return places from one edge of the city to the other, about `spacing` apart, ascending."""
    count = max(3, round(side / spacing))
    steps = 1.0 + draws.between(-jitter, jitter, count)
    places = np.concatenate([[0.0], np.cumsum(steps)])
    return rounded((places / places[-1] - 0.5) * side)


def _crossing(east: Metres, north: Metres, side: float) -> Metres:
    """Return the lines that run through the whole city at these places: shape (s, 2, 2)."""
    half = side / 2
    upright = [[[place, -half], [place, half]] for place in east.tolist()]
    level = [[[-half, place], [half, place]] for place in north.tolist()]
    return np.array([*upright, *level])


def _turned(lines: Metres, tilt: float) -> Metres:
    """Return lines turned by twice the arc tangent of `tilt`: a rotation without a sine."""
    cosine, sine = (1 - tilt * tilt) / (1 + tilt * tilt), 2 * tilt / (1 + tilt * tilt)
    east = cosine * lines[..., 0] - sine * lines[..., 1]
    north = sine * lines[..., 0] + cosine * lines[..., 1]
    return rounded(np.stack([east, north], axis=-1))


def _circle(count: int, tilt: float) -> Metres:
    """Return `count` (a multiple of 8) directions around the circle, turned: shape (count, 2)."""
    eighth = count // 8
    # Along the sides of an octagon, then brought to length one.
    corners = np.array([[1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1], [1, -1]])
    corners = corners / np.sqrt((corners**2).sum(axis=1))[:, None]
    share = (np.arange(eighth) / eighth)[:, None]
    sides = [corners[i] + share * (corners[(i + 1) % 8] - corners[i]) for i in range(len(corners))]
    around = _turned(np.concatenate(sides) * 1000.0, tilt)
    directions: Metres = around / np.sqrt((around**2).sum(axis=1))[:, None]
    return directions


def _clipped(lines: Metres, box: tuple[float, float, float, float]) -> Metres:
    """Return the parts of lines inside (west, east, south, north)."""
    west, east, south, north = box
    start, along = lines[:, 0], lines[:, 1] - lines[:, 0]
    low, high = np.zeros(len(lines)), np.ones(len(lines))
    for axis, bounds in ((0, (west, east)), (1, (south, north))):
        safe = np.where(np.abs(along[:, axis]) < 1e-9, 1e-9, along[:, axis])
        ends = [(bound - start[:, axis]) / safe for bound in bounds]
        low = np.maximum(low, np.minimum(*ends))
        high = np.minimum(high, np.maximum(*ends))
    kept = high - low > 1e-6
    first = start + low[:, None] * along
    last = start + high[:, None] * along
    return rounded(np.stack([first, last], axis=1)[kept])


def _thinned(draws: Draws, network: Network, share: float) -> Network:
    """Leave out a share of the streets between two crossings, then clean."""
    kept = draws.units(len(network.edges)) >= share
    return clean(Network(network.nodes, network.edges[kept]))


def _bent(draws: Draws, network: Network, most: float) -> Network:
    """Put a bend of up to `most` metres into the middle of every street."""
    nodes, edges = network
    ends = nodes[edges]
    along = ends[:, 1] - ends[:, 0]
    aside = np.stack([-along[:, 1], along[:, 0]], axis=1) / np.sqrt((along**2).sum(axis=1))[:, None]
    middle = ends.mean(axis=1) + aside * draws.between(-most, most, len(edges))[:, None]
    number = len(nodes) + np.arange(len(edges))
    halves = [np.stack([edges[:, 0], number], axis=1), np.stack([edges[:, 1], number], axis=1)]
    return Network(np.concatenate([nodes, rounded(middle)]), np.concatenate(halves))
