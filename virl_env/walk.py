"""One walker on a rail: the step of `tables.Rails`, without NumPy's cost for a batch of one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from virl_env import observe
from virl_env.directions import from_table
from virl_env.dynamics import CORRECT_CODE, KINDS, NO_ACTION, WRONG_CODE, accuracies
from virl_env.observe import LAYOUT, LINE_CODES
from virl_env.pool import Pool

_LINES, _ACTIONS = LAYOUT["lines"], LAYOUT["actions"]
_SIGHT = slice(LAYOUT["landmark"].start, LAYOUT["heading"].stop)
_PREVIOUS, _ATTEMPTS, _OUTCOME = (
    LAYOUT[name].start for name in ("previous", "attempts_left", "outcome")
)


class RailWalk:
    """A running episode.

    Args:
        opening: one episode as a `Dealer` of this pool dealt it.
        max_attempts: at a point.

    Attributes:
        row: the observation, uint8 of shape (98,), changed in place.
        route, directions (that score), initial_heading, landmark_order: of the episode.
        at: index of the point where the walker stands; the number of points at the end.
        attempts_left: at this point.
        actions: indices of what was done at the points behind.
        failed: whether a point was left with a wrong action.
    """

    def __init__(self, opening: np.void, pool: Pool, max_attempts: int) -> None:
        self._max_attempts = max_attempts
        self.row: NDArray[np.uint8] = np.frombuffer(opening["row"].tobytes(), dtype=np.uint8).copy()
        self.route = pool.routes[int(opening["route"])]
        self.directions = from_table(opening["rule"])
        self.initial_heading = int(opening["heading"])
        self.landmark_order = tuple(opening["order"].tolist())
        self._lines = np.ravel(opening["lines"]).copy()
        self.points: list[tuple[int, ...]] = opening["points"].tolist()
        self.count = int(opening["count"])
        self.at = 0
        self.attempts_left = max_attempts
        self.actions: list[int] = []
        self.failed = False
        self._tried, self._right = [0] * len(KINDS), [0] * len(KINDS)

    @property
    def right(self) -> int:
        """The right action here, 255 at the end."""
        return self.points[self.at][-1]

    @property
    def ended(self) -> bool:
        """Whether the rail is at its end."""
        return self.at == self.count

    def places(self) -> list[int]:
        """Return the number of each point on the rail without any point dropped."""
        return [point[-2] for point in self.points[: self.count]]

    def act(self, action: int) -> int:
        """Do an action; return the outcome's code."""
        return self.settle(action, CORRECT_CODE if action == self.right else WRONG_CODE)

    def settle(self, action: int, outcome: int) -> int:
        """Count an attempt with this outcome's code, and move on where it is the point's last one.

        Args:
            action: index of the action, or NO_ACTION where a reply named none.
        """
        *_, kind, _, _ = self.points[self.at]
        correct = outcome == CORRECT_CODE
        self._tried[kind] += 1
        self._right[kind] += correct
        row, done = self.row, (action + 1 if action != NO_ACTION else 0)
        row[_OUTCOME] = outcome
        self.attempts_left -= 1
        if not correct and self.attempts_left:
            row[_PREVIOUS], row[_ATTEMPTS] = done, self.attempts_left
            return outcome
        self.failed |= not correct
        self.attempts_left = row[_ATTEMPTS] = self._max_attempts
        row[_PREVIOUS] = 0
        row[_ACTIONS.start + 1 : _ACTIONS.stop] = row[_ACTIONS.start : _ACTIONS.stop - 1].copy()
        row[_ACTIONS.start] = done
        self.actions.append(action)
        self.at += 1
        line, *sight, _, _, _ = self.points[self.at]
        row[_LINES] = self._lines[line * LINE_CODES :][: observe.MAX_LINES * LINE_CODES]
        row[_SIGHT] = sight
        return outcome

    def accuracies(self) -> dict[str, float]:
        """Return step_accuracy, turn_accuracy and macro_accuracy so far."""
        shares = accuracies(np.array(self._tried), np.array(self._right))
        names = ("step_accuracy", "turn_accuracy", "macro_accuracy")
        return dict(zip(names, map(float, shares)))
