"""One walker on a rail: the step of `tables.Rails`, without NumPy's cost for a batch of one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from virl_env import observe
from virl_env.directions import from_table
from virl_env.dynamics import CORRECT_CODE, KINDS, NO_ACTION, POINT, SIGHT, WRONG_CODE
from virl_env.observe import LAYOUT, LINE_CODES
from virl_env.pool import Pool

_TURN = KINDS.index("turn")
_LINE, _KIND, _RIGHT = ((POINT.names or ()).index(name) for name in ("line", "kind", "right"))
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
        row: the observation, uint8 of shape (96,), changed in place.
        route, directions (that score), initial_heading: of the episode.
        count: points of its rail.
        places: their numbers on the rail without any point dropped, and that of the end.
        at: index of the point where the walker stands; `count` at the end.
        attempts_left: at this point.
        actions: indices of what was done at the points behind.
        failed: whether a point was left with a wrong action.
        bonus, timed_out: 0 and False; free movement has shaping rewards and a time limit.
    """

    bonus = 0.0
    timed_out = False

    def __init__(self, opening: np.void, pool: Pool, max_attempts: int) -> None:
        self._max_attempts = max_attempts
        self.row: NDArray[np.uint8] = np.frombuffer(opening["row"].tobytes(), dtype=np.uint8).copy()
        self.route = pool.routes[int(opening["route"])]
        self.directions = from_table(opening["rule"])
        self.initial_heading = int(opening["heading"])
        self._numbers: list[int] = opening["numbers"].tolist()
        self._lines = np.ravel(opening["lines"]).copy()
        self._points: list[tuple[int, ...]] = opening["points"].view(POINT).tolist()
        self.count = int(opening["count"])
        places = opening["places"].tolist() or range(self.count + 1)
        self.places: list[int] = list(places[: self.count + 1])
        self.at = 0
        self.attempts_left = max_attempts
        self.actions: list[int] = []
        self.failed = False
        self._tried, self._right = [0] * len(KINDS), [0] * len(KINDS)

    @property
    def right(self) -> int:
        """The right action here, 255 at the end."""
        return self._points[self.at][_RIGHT]

    @property
    def landmark_order(self) -> tuple[int, ...]:
        """The numbers by which landmarks 1, 2, ... are shown."""
        return tuple(self._numbers[1:])

    @property
    def ended(self) -> bool:
        """Whether the rail is at its end."""
        return self.at == self.count

    @property
    def succeeded(self) -> bool:
        """Whether the rail is at its end and every point was left with the right action."""
        return self.ended and not self.failed

    def act(self, action: int) -> int:
        """Do an action; return the outcome's code."""
        return self.settle(action, self.judge(action))

    def judge(self, action: int) -> int:
        """Return the code of the outcome that an action would have here."""
        return CORRECT_CODE if action == self.right else WRONG_CODE

    def settle(self, action: int, outcome: int) -> int:
        """Count an attempt with this outcome's code, and move on where it is the point's last one.

        Args:
            action: index of the action, or NO_ACTION where a reply named none.
        """
        kind = self._points[self.at][_KIND]
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
        point = self._points[self.at]
        row[_LINES] = self._lines[point[_LINE] * LINE_CODES :][: observe.MAX_LINES * LINE_CODES]
        row[_SIGHT] = point[: len(SIGHT)]
        return outcome

    def measures(self) -> dict[str, float]:
        """Return step_accuracy, turn_accuracy and macro_accuracy so far; 0 before an attempt.

        The macro average is the mean of the shares at the kinds of points that were met, so that
        the many points where one walks on do not hide the few where one turns.
        """
        shares = [hit / max(made, 1) for hit, made in zip(self._right, self._tried)]
        met = sum(made > 0 for made in self._tried)
        return {
            "step_accuracy": sum(self._right) / max(sum(self._tried), 1),
            "turn_accuracy": shares[_TURN],
            "macro_accuracy": sum(shares) / max(met, 1),
        }
