"""Shapes that lie on the ground, as the part of each ray that is above them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from virl_env.views.walls import Floats, columns_between

Metres = NDArray[np.float64]


class Spans(NamedTuple):
    """Parts of rays: metres along them from `near` to `far`, and the shape below, (p,) each."""

    column: NDArray[np.int64]
    shape: NDArray[np.int64]
    near: Metres
    far: Metres


def quad_spans(corners: Metres, eye: NDArray[np.floating], east: Floats, north: Floats) -> Spans:
    """Return where rays are above convex shapes of four corners.

    Args:
        corners: anticlockwise, metres east and north, (m, 4, 2).
        eye: metres east and north.
        east, north: directions of rays of length 1, clockwise all around, (n,).
    """
    away = corners - eye
    sides = away[:, [1, 2, 3, 0]] - away
    # Positive to the left of a side.
    offset = sides[..., 0] * -away[..., 1] - sides[..., 1] * -away[..., 0]
    inside = (offset > 0).all(axis=1)
    bearing = np.arctan2(away[..., 0], away[..., 1])
    middle = np.arctan2(*away.mean(axis=1).T)
    aside = (bearing - middle[:, None] + np.pi) % (2 * np.pi) - np.pi
    begin, turn = middle + aside.min(axis=1), np.ptp(aside, axis=1)
    begin, turn = np.where(inside, 0.0, begin), np.where(inside, 2 * np.pi - 1e-9, turn)
    shape, column = columns_between(begin, turn, east, north)
    near, far = np.zeros(len(shape)), np.full(len(shape), np.inf)
    right, up = east[column].astype(np.float64), north[column].astype(np.float64)
    across, forward = (part.T.take(shape, axis=1) for part in (sides[..., 0], sides[..., 1]))
    changes = across * up - forward * right
    changes[np.abs(changes) < 1e-12] = 1e-12
    for change, at in zip(changes, (-offset).T.take(shape, axis=1) / changes):
        near = np.where(change > 0, np.maximum(near, at), near)
        far = np.where(change < 0, np.minimum(far, at), far)
    met = far > near
    return Spans(column[met], shape[met], near[met], far[met])


def _disc_spans(
    middles: Metres, radii: NDArray[np.float64], eye: Metres, east: Floats, north: Floats
) -> Spans:
    """Return where rays are above discs with middles (m, 2) and radii (m,), see `quad_spans`."""
    away = middles - eye
    distance = np.hypot(*away.T)
    half = np.where(
        distance > radii, np.arcsin(np.minimum(radii / np.maximum(distance, 1e-9), 1)), np.pi
    )
    turn = np.minimum(2 * half, 2 * np.pi - 1e-9)
    shape, column = columns_between(np.arctan2(*away.T) - half, turn, east, north)
    right, up = east[column].astype(np.float64), north[column].astype(np.float64)
    along = away[shape, 0] * right + away[shape, 1] * up
    root = np.sqrt(np.maximum(radii[shape] ** 2 - distance[shape] ** 2 + along**2, 0))
    near, far = np.maximum(along - root, 0), along + root
    met = far > near
    return Spans(column[met], shape[met], near[met], far[met])


def ring_spans(
    middles: Metres, radii: NDArray[np.float64], eye: Metres, east: Floats, north: Floats
) -> Spans:
    """Return where rays are above rings with middles (m, 2), see `quad_spans`.

    Args:
        middles: metres east and north, (m, 2).
        radii: the inner and the outer one of each, (m, 2).
        eye, east, north: as there.
    """
    inner, outer = (_disc_spans(middles, radius, eye, east, north) for radius in radii.T)
    count = len(east)
    key = inner.shape * count + inner.column
    order = np.argsort(key)
    sought = outer.shape * count + outer.column
    at = np.minimum(np.searchsorted(key[order], sought), max(len(key) - 1, 0))
    hole = np.zeros(len(sought), dtype=np.bool_)
    begin, behind = outer.far.copy(), outer.far.copy()
    if len(key):
        found = order[at]
        hole = key[found] == sought
        begin[hole], behind[hole] = inner.near[found[hole]], inner.far[found[hole]]
    return Spans(
        np.concatenate([outer.column, outer.column[hole]]),
        np.concatenate([outer.shape, outer.shape[hole]]),
        np.concatenate([outer.near, behind[hole]]),
        np.concatenate([begin, outer.far[hole]]),
    )
