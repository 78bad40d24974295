"""The rail as data: what is done at a point, what follows, and the numbers of a point.

On a rail there is one right action at each point. It moves the walker on; so does the last wrong
one, and fails the route. So an episode is a table with a line for each point, which a single
environment indexes and a vector environment gathers from.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from virl_env.directions import WORDS
from virl_env.verifier import Outcome

ACTIONS = ("forward()", "stop()", *(f"turn_direction({word})" for word in WORDS))
"""Every action: walk on, stop, and a turn for each word of either rule."""

KEYS = ("current observation", "current instruction", "action")
"""Of the object that prompts ask for."""

FORWARD, STOP, FIRST_TURN = 0, 1, 2
NUM_ACTIONS = len(ACTIONS)
ACTION_INDEX = MappingProxyType({name: index for index, name in enumerate(ACTIONS)})

KINDS = ("turn", "forward", "stop")
"""Kinds of points, by what is to be done there."""

SIGHT = ("landmark", "side", "intersection", "heading")
"""What a point shows, in the order of observations."""

POINT = np.dtype([(name, np.uint8) for name in (*SIGHT, "line", "kind", "right", "unused")])
"""A point of a rail: number and side of the landmark in sight (0 none), whether it is an
intersection, heading code, instruction line that is followed (from 0), index into KINDS, right
action. Behind the last point stands the end: no line is left there and no action is right. Eight
bytes, so that a point moves as one number."""

NO_ACTION, A_TURN = 255, 254

CORRECT_CODE, WRONG_CODE = Outcome.CORRECT.code, Outcome.WRONG_ACTION.code


@overload
def moves_on(correct: bool, attempts_left: int) -> bool: ...
@overload
def moves_on(correct: NDArray[np.bool_], attempts_left: NDArray[Any]) -> NDArray[np.bool_]: ...
def moves_on(correct: Any, attempts_left: Any) -> Any:
    """Return whether an attempt on a rail moves the walker on: it is right, or the point's last.

    Args:
        correct: whether it is right, or an array.
        attempts_left: before it, or an array.
    """
    return correct | (attempts_left == 1)
