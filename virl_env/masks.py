"""What the keyword `mask` rules out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from virl_env.actions import FIRST_TURN, FORWARD, NUM_ACTIONS, STOP


def action_masks(kind: str, rules: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Return action masks: int8 of shape (n, 14).

    Args:
        kind: "syntax" rules nothing out: every action is an attempt under every rule, and a mask of
            one rule's words would tell the rule. "full" leaves only turns in words of the rule.
        rules: that score, as `directions.table` makes them, of shape (n, 9).
    """
    if kind != "full":
        return np.ones((len(rules), NUM_ACTIONS), dtype=np.int8)
    masks = np.zeros((len(rules), NUM_ACTIONS), dtype=np.int8)
    masks[:, [FORWARD, STOP]] = 1
    # A word's code is its index plus one; the empty ones, 0, fall on the action before, stop().
    turns = rules[:, 1:].astype(np.intp) + (FIRST_TURN - 1)
    np.put_along_axis(masks, turns, 1, axis=1)
    return masks
