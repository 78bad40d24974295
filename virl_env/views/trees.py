"""Trees on the pavements of a city: where they stand and how they look."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from virl_env.views.ground import Ground, Metres
from virl_env.views.hash import mixed
from virl_env.views.paint import Paint
from virl_env.views.pixels import Pixels, packed
from virl_env.views.solids import View
from virl_env.views.things import Thing, stands
from virl_env.views.walls import EYE
from virl_env.world.city import City

_LOBES = ((-0.42, 0.22, 0.58), (0.44, 0.18, 0.56), (0.02, -0.34, 0.62), (0.0, 0.1, 0.6))
"""Discs that make the crown of a tree: to the right, down and wide, in shares of its radius."""

_ASIDE, _DOWN, _WIDE = np.array(_LOBES).T[:, :, None]


def tree_spots(ground: Ground, city: City, share: float) -> Metres:
    """Return where trees stand: on the pavement, beside points that are near no crossing."""
    points = ground.points
    drawn = mixed(np.rint(points[:, 0]), np.rint(points[:, 1]), np.zeros(len(points)))
    away = ground.from_crossing(points[:, 0].astype(np.float32), points[:, 1].astype(np.float32))
    chosen = np.flatnonzero((drawn % 1000 < 1000 * share) & (city.degrees == 2) & (away > 15))
    along = points[city.neighbours[city.starts[chosen]]] - points[chosen]
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
    hand = np.where((drawn[chosen] >> 12) % 2, 5.2, -5.2)[:, None]
    trees: Metres = points[chosen] + hand * np.stack([along[:, 1], -along[:, 0]], axis=1)
    return trees


class Bark(NamedTuple):
    """Colours of trees: of trunks, packed, and of leaves, of shape (3, 1)."""

    trunk: Pixels
    leaves: NDArray[np.float32]


def tree_colours(paint: Paint) -> Bark:
    """Return the colours of trees."""
    return Bark(packed(paint.trunk * paint.light), (paint.leaves * paint.light)[:, None])


def draw_tree(view: View, tree: Thing, angle: float, drawn: int, colours: Bark) -> None:
    """Draw a tree.

    Args:
        view: changed in place.
        tree: where it is.
        angle: degrees from the view's middle.
        drawn: a number of the tree, for its size and shape.
        colours: of trees.
    """
    size = len(view.pixels)
    forward, column = stands(tree.distance, angle, size)
    if not -size < column < 2 * size:
        return
    scale = size / 2 / forward
    large = 0.8 + 0.4 * (drawn % 16) / 15
    trunk = max(1, round(0.28 * scale))
    ground, crown = size / 2 + EYE * scale, size / 2 - (4.4 * large - EYE) * scale
    radius = 1.9 * large * scale
    first, last = max(0, int(column - radius)), min(size, int(column + radius) + 1)
    left = round(column - trunk / 2)
    if not view.sees(min(first, left), max(last, left + trunk), forward):
        return
    stem = view.pixels[max(round(crown), 0) : max(round(ground), 0), max(left, 0) : left + trunk]
    stem[:, view.depth[max(left, 0) : max(left + trunk, 0)] > forward] = colours.trunk
    low, high = max(0, int(crown - radius)), min(size, int(crown + radius) + 1)
    if low >= high or first >= last:
        return
    rows = (np.arange(low, high) + 0.5 - crown) / radius - _DOWN
    columns = (np.arange(first, last) + 0.5 - column) / radius - _ASIDE * (1 - drawn % 2 * 2)
    away = ((rows**2)[:, :, None] + (columns**2)[:, None]) / _WIDE[:, None] ** 2
    lobes = away < 1
    # Each lobe is lit from above.
    lit = (1.02 - 0.3 * rows / _WIDE)[:, :, None] - 0.1 * away
    shade = lit[0]
    for number in range(1, len(_LOBES)):
        shade = np.where(lobes[number], lit[number], shade)
    shown = np.logical_or.reduce(lobes) & (view.depth[first:last] > forward)
    leaves = packed(colours.leaves * shade[shown].astype(np.float32))
    view.pixels[low:high, first:last][shown] = leaves
