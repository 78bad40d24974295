"""The rail as data: what is done at a point, what follows, and the numbers of a point.

On a rail there is one right action at each point. It moves the walker on; so does the last wrong
one, and fails the route. So an episode is a table with a line for each point, which a single
environment indexes and a vector environment gathers from.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from virl_env.directions import WORDS
from virl_env.verifier import OUTCOME_NAMES, Outcome

ACTIONS = ("forward()", "stop()", *(f"turn_direction({word})" for word in WORDS))
"""Every action: walk on, stop, and a turn for each word of either rule."""

FORWARD, STOP, FIRST_TURN = 0, 1, 2
NUM_ACTIONS = len(ACTIONS)
ACTION_INDEX = MappingProxyType({name: index for index, name in enumerate(ACTIONS)})

KINDS = ("turn", "forward", "stop")
"""Kinds of points, by what is to be done there."""

POINT = np.dtype(
    [
        ("line", np.uint8),
        ("landmark", np.uint8),
        ("side", np.uint8),
        ("intersection", np.uint8),
        ("heading", np.uint8),
        ("kind", np.uint8),
        ("place", np.uint8),
        ("right", np.uint8),
    ]
)
"""A point of a rail: instruction line that is followed (from 0), number and side of the landmark in
sight (0 none), whether it is an intersection, heading code, index into KINDS, its number on the
rail without any point dropped, right action. Behind the last one stands the end: no line is left
there and no action is right."""

NO_ACTION = 255

CORRECT_CODE = OUTCOME_NAMES.index(Outcome.CORRECT.value)
WRONG_CODE = OUTCOME_NAMES.index(Outcome.WRONG_ACTION.value)


def accuracies(
    tried: NDArray[np.int64], right: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return how often attempts were right: over all, at turning points, and the macro average.

    The macro average is the mean of the shares at the kinds of points that were met, so that the
    many points where one walks on do not hide the few where one turns. Nothing tried yet counts 0.

    Args:
        tried, right: attempts, and right ones, at points of each kind: shape (kinds, ...).

    Returns:
        Shares in [0, 1], float64 of shape (...).
    """
    shares = right / np.maximum(tried, 1)
    met = np.maximum((tried > 0).sum(axis=0), 1)
    overall = right.sum(axis=0) / np.maximum(tried.sum(axis=0), 1)
    return overall, shares[0], shares.sum(axis=0) / met
