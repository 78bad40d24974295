"""The token game as a table: a grammar automaton that both shells play.

A single environment indexes the table and a vector environment gathers from it, so the rules of
play are written once, as data. A state says whether an operand or an operator comes next, how many
brackets are open, and how many tokens the formula has; which numbers are in the hand plays no part
in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from gp_env.arithmetic import CLOSE, EQUALS, MINUS, OPEN, OVER, PLUS, TIMES, TOKENS
from gp_env.verifier import Outcome
from shiftgym.outcomes import rewards

MAX_TOKENS = 19
"""Tokens of the longest formula but "=": six numbers, five operators, four pairs of brackets."""

NUM_TOKENS = len(TOKENS)

START = 0
"""The state of an empty formula."""

ILLEGAL_CODE = Outcome.ILLEGAL_FORMULA.code
WRONG_NUMBERS_CODE = Outcome.WRONG_NUMBERS.code
CORRECT_CODE = Outcome.CORRECT.code

CODE_REWARDS = rewards(Outcome)
"""The reward of an attempt by the code of its outcome; code 0 stands for no attempt."""

UNGRAMMATICAL, SUBMITTED = -1, -2
"""Entries of NEXT that end the attempt."""

_OPERATORS = (PLUS, MINUS, TIMES, OVER)
_NUMBERS = range(PLUS)


def _build() -> tuple[NDArray[np.int64], NDArray[np.int8], list[tuple[bool, int, int]]]:
    """Walk the states that can still be completed within MAX_TOKENS, breadth first from START."""
    start = (True, 0, 0)
    index = {start: START}
    states = [start]
    rows = []
    for wants_operand, depth, length in states:
        row = np.full(NUM_TOKENS, UNGRAMMATICAL, dtype=np.int64)
        if wants_operand:
            moves = [(token, (False, depth)) for token in _NUMBERS] + [(OPEN, (True, depth + 1))]
        else:
            moves = [(token, (True, depth)) for token in _OPERATORS] + [(CLOSE, (False, depth - 1))]
        for token, (operand_next, new_depth) in moves:
            to_finish = new_depth + operand_next
            if new_depth < 0 or length + 1 + to_finish > MAX_TOKENS:
                continue
            target = (operand_next, new_depth, length + 1)
            if target not in index:
                index[target] = len(states)
                states.append(target)
            row[token] = index[target]
        if not wants_operand and depth == 0:
            row[EQUALS] = SUBMITTED
        rows.append(row)
    next_state = np.array(rows)
    mask = (next_state != UNGRAMMATICAL).astype(np.int8)
    return next_state, mask, states


NEXT, SYNTAX_MASK, _STATES = _build()
"""NEXT[state, token]: the next state, UNGRAMMATICAL or SUBMITTED; int64 of shape (states, 26).
SYNTAX_MASK: int8 of the same shape, 1 where a token is grammatical and the formula can still be
completed."""

LENGTH = np.array([length for _, _, length in _STATES])
"""Tokens written so far in each state: int64 of shape (states,)."""


@overload
def is_over(outcome: int, attempts_left: int) -> bool: ...
@overload
def is_over(outcome: NDArray[Any], attempts_left: NDArray[Any]) -> NDArray[np.bool_]: ...
def is_over(outcome: Any, attempts_left: Any) -> Any:
    """Return whether an episode is over after an attempt: it was correct, or none is left.

    Args:
        outcome: the code of the attempt, or an array of codes.
        attempts_left: after it, or an array.
    """
    return (outcome == CORRECT_CODE) | (attempts_left == 0)


for _array in (NEXT, SYNTAX_MASK, LENGTH):
    _array.flags.writeable = False


def hand_mask(state: int, formula: Sequence[int], values: Sequence[int]) -> NDArray[np.int8]:
    """Return the mask that also knows the hand: int8 of shape (26,), never all zero.

    Args:
        state: the grammar state.
        formula: token indices so far.
        values: what the cards of the hand count, under the scoring rule.

    A number must be that of a card not yet used, "=" needs every card used, and brackets leave room
    for the cards to come.
    """
    mask: NDArray[np.int8] = SYNTAX_MASK[state].copy()
    left = list(values)
    for token in formula:
        value = token + 1
        if token in _NUMBERS and value in left:
            left.remove(value)
    wants_operand, depth, _ = _STATES[state]
    room = MAX_TOKENS - len(formula)
    for token in _NUMBERS:
        mask[token] &= token + 1 in left
    if left:
        mask[EQUALS] = 0
        # What remains to be written once "(" is: each card, an operator between two, each bracket.
        if wants_operand and room - 1 < 2 * len(left) - 1 + depth + 1:
            mask[OPEN] = 0
    else:
        mask[list(_OPERATORS)] = 0
    # Whoever played against the mask before may have left no way to finish.
    return mask if mask.any() else SYNTAX_MASK[state].copy()
