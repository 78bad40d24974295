"""Rote memory: what was done along the training route with the most similar instructions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.protocol import Info
from agents.scripted import Actions
from agents.virl.demonstrations import Demonstrations
from virl_env.actions import STOP
from virl_env.observe import LAYOUT, LINE_CODES, MAX_LINES

_TURN, _COMPASS, _LANDMARK, _SIDE = range(LINE_CODES)


class NearestNeighbourAgent:
    """Does at point k what was right at point k of the nearest route that it has seen.

    Routes are near when many codes of their instructions agree, landmarks' numbers aside, which are
    drawn anew for each episode; ties go to the earliest demonstration. Every attempt at a point is
    the same, and behind the end of what it remembers it stops.

    Args:
        demonstrations: what it remembers.
    """

    def __init__(self, demonstrations: Demonstrations) -> None:
        told = _told(demonstrations.lines)
        _, first = np.unique(told, axis=0, return_index=True)
        first.sort()
        self._told = told[first]
        self._actions = demonstrations.actions[first]
        self._nearest: dict[bytes, int] = {}
        self._recalled: dict[int, int] = {}
        self._at: dict[int, int] = {}

    def act(self, observation: NDArray[np.uint8], info: Info) -> Actions:
        """Return n actions for observations of shape (n, 96)."""
        first_attempts = observation[:, LAYOUT["previous"].start] == 0
        return np.array(
            [
                self._do(copy, row, new)
                for copy, (row, new) in enumerate(zip(observation, first_attempts))
            ],
            dtype=np.int64,
        )

    def reset(self, index: int) -> None:
        """Forget where copy `index` stood."""
        self._recalled.pop(index, None)

    def _do(self, copy: int, row: NDArray[Any], new_point: bool) -> int:
        if copy not in self._recalled:
            self._recalled[copy], self._at[copy] = self._recall(row), 0
        elif new_point:
            self._at[copy] += 1
        actions = self._actions[self._recalled[copy]]
        code = int(actions[self._at[copy]]) if self._at[copy] < len(actions) else 0
        return code - 1 if code else STOP

    def _recall(self, row: NDArray[Any]) -> int:
        told = _told(row[LAYOUT["lines"]].reshape(1, MAX_LINES, LINE_CODES))[0]
        key = told.tobytes()
        if key not in self._nearest:
            self._nearest[key] = int((self._told != told).sum(axis=1).argmin())
        return self._nearest[key]


def _told(lines: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return what tells routes apart by their instructions: shape (n, 48) of (n, 16, 4)."""
    return lines[:, :, [_TURN, _COMPASS, _SIDE]].reshape(len(lines), -1)
