"""Action masks: the keyword `mask`, and what it rules out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shiftgym.checks import one_of
from virl_env.dynamics import FIRST_TURN, FORWARD, NUM_ACTIONS, STOP

MASKS = ("syntax", "full", None)

Masks = NDArray[np.int8]


def check_mask(mask: str | None) -> str | None:
    """Return the keyword `mask` unchanged.

    Raises:
        ValueError: where it is none of "syntax", "full" and None.
    """
    one_of("mask", mask, MASKS)
    return mask


def all_actions(count: int) -> Masks:
    """Return masks that rule nothing out, as mask="syntax" does: int8 of shape (count, 14).

    Every action is an attempt under every rule, and a mask of one rule's words would tell the rule.
    """
    return np.ones((count, NUM_ACTIONS), dtype=np.int8)


def actions_of(rules: NDArray[np.uint8]) -> Masks:
    """Return the masks of mask="full", without turns that a rule has no word for: int8 (n, 14).

    Args:
        rules: that score, as `directions.table` makes them, of shape (n, 9).
    """
    masks = np.zeros((len(rules), NUM_ACTIONS), dtype=np.int8)
    masks[:, [FORWARD, STOP]] = 1
    # A word's code is its index plus one; the empty ones, 0, fall on the action before, stop().
    turns = rules[:, 1:].astype(np.intp) + (FIRST_TURN - 1)
    np.put_along_axis(masks, turns, 1, axis=1)
    return masks
