"""Spaces that both tasks declare."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces

from shiftgym.checks import flag


def with_mask(space: spaces.Space[Any], num_actions: int, masked: bool) -> spaces.Space[Any]:
    """Return an observation space, with the action mask as a second entry where it is asked for.

    Args:
        space: of observations.
        num_actions: length of a mask.
        masked: the keyword `mask_in_observation`.

    Raises:
        ValueError: where that is neither True nor False.
    """
    if not flag("mask_in_observation", masked):
        return space
    mask = spaces.Box(0, 1, shape=(num_actions,), dtype=np.int8)
    return spaces.Dict({"observations": space, "action_mask": mask})
