"""The action mask: its keyword, and where it stands in an observation."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from shiftgym.checks import flag, one_of

MASKS = ("syntax", "full", None)


def check_mask(mask: str | None) -> str | None:
    """Return the keyword `mask` unchanged.

    Raises:
        ValueError: where it is none of "syntax", "full" and None.
    """
    one_of("mask", mask, MASKS)
    return mask


def masked_space(space: spaces.Space[Any], num_actions: int, masked: bool) -> spaces.Space[Any]:
    """Return an observation space, with the action mask as a further entry where asked for."""
    if not flag("mask_in_observation", masked):
        return space
    mask = spaces.Box(0, 1, shape=(num_actions,), dtype=np.int8)
    if isinstance(space, spaces.Dict):
        return spaces.Dict({**space.spaces, "action_mask": mask})
    return spaces.Dict({"observations": space, "action_mask": mask})


def masked_observation(observation: Any, mask: NDArray[np.int8]) -> dict[str, Any]:
    """Return an observation with its action mask, in that space."""
    if isinstance(observation, dict):
        return {**observation, "action_mask": mask}
    return {"observations": observation, "action_mask": mask}
