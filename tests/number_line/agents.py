"""A scripted agent: it goes to the goal as if the rule were plain, whatever the rule is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.number_line.task import ACTIONS, FIELDS


class Straight:
    """Left where the goal is a lower number, right where it is a higher one, and stop there."""

    def act(self, observation: NDArray[np.uint8], info: Any) -> NDArray[np.int64]:
        """Return n actions for observations of shape (n, 5)."""
        at, goal = (
            observation[:, FIELDS.layout[name]].astype(int)[:, 0] for name in ("at", "goal")
        )
        left, right, stop = range(len(ACTIONS))
        return np.where(at == goal, stop, np.where(goal < at, left, right))

    def reset(self, index: int) -> None:
        """Nothing is remembered."""
