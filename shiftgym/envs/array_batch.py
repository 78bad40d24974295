"""A batch of episodes that step at once in NumPy arrays: what such batches of tasks share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from shiftgym.fields import Fields


class ArrayBatch:
    """The running episodes of n sub-environments in arrays; a task adds what an action does.

    Args:
        fields: of an observation.
        count: n.

    Attributes:
        rows: observations, uint8 of shape (n, size).
        truncated: None: the task has no time limit of its own.
        STATE: names of the arrays that are the whole state; others may be views of them.
    """

    STATE: ClassVar[Sequence[str]]
    truncated = None

    def __init__(self, fields: Fields, count: int) -> None:
        self.rows = np.zeros((count, fields.size), dtype=np.uint8)

    def name_views(self) -> None:
        """Name the parts of the arrays that steps touch; all are views."""
        raise NotImplementedError

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A copy or a pickle holds the views as arrays of their own.
        self.__dict__.update(state)
        self.name_views()

    def get_state(self) -> dict[str, NDArray[Any]]:
        """Return copies of the arrays that are the whole state."""
        return {name: getattr(self, name).copy() for name in self.STATE}

    def set_state(self, state: dict[str, NDArray[Any]]) -> None:
        """Go on from what `get_state` returned."""
        for name in self.STATE:
            # In place, so that the views keep looking at them.
            getattr(self, name)[...] = state[name]


def batch_infos(
    outcomes: Any,
    attempts_left: Any,
    succeeded: Any,
    episode_seeds: NDArray[np.int64],
    **measures: NDArray[Any],
) -> dict[str, Any]:
    """Return what every step of a batch tells but the mask: fresh arrays of shape (n,).

    Args:
        outcomes: codes of the last attempts.
        attempts_left, succeeded, episode_seeds: as `Episode` has them.
        measures: what the task measures beside, in arrays that are handed on.
    """
    return {
        "outcome": np.array(outcomes, dtype=np.int64),
        "attempts_left": np.array(attempts_left, dtype=np.int64),
        "is_success": np.asarray(succeeded),
        "episode_seed": episode_seeds.copy(),
        **measures,
    }
