"""One walker on a rail: the step of `rail_batch.RailBatch`, without NumPy's cost for one."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from virl_env.actions import CORRECT_CODE, KINDS, POINT, WRONG_CODE, moves_on
from virl_env.config import NavigationConfig
from virl_env.pool import Pool
from virl_env.route_walk import ATTEMPTS, IN_SIGHT, OUTCOME, PREVIOUS, RouteWalk, shown
from virl_env.routes.rail import RailStep, build_rail
from virl_env.verifier import CODE_REWARDS
from virl_env.world.geometry import Geocode

_TURN = KINDS.index("turn")
_SEEN = IN_SIGHT.stop - IN_SIGHT.start
_LINE, _KIND, _RIGHT = ((POINT.names or ()).index(name) for name in ("line", "kind", "right"))


class RailWalk(RouteWalk):
    """A running episode on a rail.

    Attributes:
        count: points of its rail.
        places: their numbers on the rail without any point dropped, and that of the end.
        at: index of the point where the walker stands; `count` at the end.
        attempts_left: at this point.
        failed: whether a point was left with a wrong action.
        truncated: False: a rail has no time limit.
    """

    truncated = False

    def __init__(self, start: np.void, pool: Pool, config: NavigationConfig) -> None:
        super().__init__(start, pool, config)
        self._points: list[tuple[int, ...]] = start["points"].view(POINT).tolist()
        self.count = int(start["count"])
        places = start["places"].tolist() or range(self.count + 1)
        self.places: list[int] = list(places[: self.count + 1])
        self.at = 0
        self.attempts_left = config.max_attempts
        self.failed = False
        self._tried, self._right = [0] * len(KINDS), [0] * len(KINDS)

    @property
    def dealt(self) -> str:
        """The route, the first heading, the rule that scores and the points of the rail."""
        return f"{super().dealt} {self.places}"

    @property
    def right(self) -> int:
        """The right action here, 255 at the end."""
        return self._points[self.at][_RIGHT]

    @property
    def place(self) -> int:
        """Index of the point where the walker stands; of the last one at the end."""
        return min(self.at, self.count - 1)

    @property
    def terminated(self) -> bool:
        """Whether the rail is at its end."""
        return self.at == self.count

    @property
    def succeeded(self) -> bool:
        """Whether the rail is at its end and every point was left with the right action."""
        return self.terminated and not self.failed

    @cached_property
    def steps(self) -> list[RailStep]:
        """The points of the rail, with the right action at each."""
        points = self._config.points_per_segment
        rail = build_rail(self.route, points, self.initial_heading, self.directions)
        return [rail[place] for place in self.places[: self.count]]

    @property
    def line(self) -> int:
        """The line of instruction that is followed where the walker stands, from 0."""
        return self.steps[self.place].instruction - 1

    def stand(self) -> tuple[Geocode, int]:
        """Return where the walker stands, latitude and longitude, and its heading in degrees."""
        step = self.steps[self.place]
        return step.geocode, step.heading

    def judge(self, action: int) -> int:
        """Return the code of the outcome that an action would have here."""
        return CORRECT_CODE if action == self.right else WRONG_CODE

    def settle(self, action: int, outcome: int) -> float:
        """Count an attempt, and move on where it is right or the point's last; return its reward.

        `action` and `outcome` are as for `RouteWalk.settle`.
        """
        kind = self._points[self.at][_KIND]
        correct = outcome == CORRECT_CODE
        self._tried[kind] += 1
        self._right[kind] += correct
        row = self.row
        row[OUTCOME] = outcome
        if not moves_on(correct, self.attempts_left):
            self.attempts_left -= 1
            row[PREVIOUS], row[ATTEMPTS] = shown(action), self.attempts_left
            return CODE_REWARDS[outcome]
        self.failed |= not correct
        self.attempts_left = row[ATTEMPTS] = self._config.max_attempts
        row[PREVIOUS] = 0
        self._move_on(action)
        self.at += 1
        point = self._points[self.at]
        self._show_lines(point[_LINE])
        row[IN_SIGHT] = point[:_SEEN]
        return CODE_REWARDS[outcome]

    def measures(self) -> dict[str, float]:
        """Return step_accuracy, turn_accuracy and macro_accuracy so far; 0 before an attempt.

        The macro average is the mean of the shares at the kinds of points that were met, so that
        the many points where one walks on do not hide the few where one turns.
        """
        shares = [hit / max(made, 1) for hit, made in zip(self._right, self._tried)]
        total = 0.0
        for share in shares:
            # Added one by one: from Python 3.12 on, `sum` rounds floats in another way.
            total += share
        met = len(self._tried) - self._tried.count(0)
        return {
            "step_accuracy": sum(self._right) / max(sum(self._tried), 1),
            "turn_accuracy": shares[_TURN],
            "macro_accuracy": total / max(met, 1),
        }
