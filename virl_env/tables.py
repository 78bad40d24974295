"""Many walkers on rails at once: the state of every copy in arrays, and one step of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shiftgym.shoe import Openings
from virl_env import observe
from virl_env.dynamics import CORRECT_CODE, KINDS, POINT, WRONG_CODE
from virl_env.observe import LAYOUT, LINE_CODES, MAX_LINES
from virl_env.pool import Pool
from virl_env.verifier import OUTCOME_NAMES, REWARDS, Outcome

_OUTCOME_NAMES = np.array(OUTCOME_NAMES, dtype=object)
_OUTCOMES = np.array([WRONG_CODE, CORRECT_CODE], dtype=np.uint8)
_REWARDS = np.array([REWARDS[Outcome.WRONG_ACTION], REWARDS[Outcome.CORRECT]])
_TURN = KINDS.index("turn")
_WINDOW = MAX_LINES * LINE_CODES
_NEXT_TO_NOTHING = 1e-300

_SEEN = np.dtype(
    {
        "names": ["lines", "rest", "newer", "older"],
        "formats": [f"V{_WINDOW}", "V3", *[f"V{observe.HISTORY - 1}"] * 2],
        "offsets": [
            *(LAYOUT[name].start for name in ("lines", "side", "actions")),
            LAYOUT["actions"].start + 1,
        ],
        "itemsize": observe.SIZE,
    }
)
"""An observation row as blocks that move in one copy: "rest" is side, intersection and heading;
"newer" and "older" overlap by design."""

_REST = np.dtype({"names": ["rest"], "formats": ["V3"], "offsets": [2], "itemsize": POINT.itemsize})
"""The same three numbers of a point, where they lie together too."""


class Rails:
    """The running episodes of n copies.

    Args:
        pool: the routes of the openings.
        openings: their fields, see `deal.Dealer.deal`.
        max_attempts: at a point.
        count: n.

    Attributes:
        rows: observations, uint8 of shape (n, 96).
        episode_seeds: int64 of shape (n,).
        right: the right action of each copy, uint8 of shape (n,); NO_ACTION at the end of a rail.
    """

    def __init__(
        self, pool: Pool, openings: np.dtype[np.void], max_attempts: int, count: int
    ) -> None:
        self._max_attempts = max_attempts
        self._pool_points, self._width = pool.points.reshape(-1), pool.points.shape[1]
        self.rows = np.zeros((count, observe.SIZE), dtype=np.uint8)
        self.right = np.zeros(count, dtype=np.uint8)
        self._kind = np.zeros(count, dtype=np.uint8)
        self._rails = np.zeros(count, dtype=np.int64)
        self._at = np.zeros(count, dtype=np.int64)
        self._counts = np.ones(count, dtype=np.int64)
        self._over = np.zeros(count, dtype=np.bool_)
        self._failed = np.zeros(count, dtype=np.bool_)
        # Of the points of each kind: attempts made, beginning with next to nothing so that they can
        # be divided by, and right ones; of shape (kinds, n).
        self._tried = np.full((len(KINDS), count), _NEXT_TO_NOTHING)
        self._right = np.zeros((len(KINDS), count))
        self._kinds_met = np.zeros(count)
        # How each episode started, in one record, so that starting one is one copy.
        self._openings = np.zeros(count, dtype=openings)
        fields: Mapping[str, Any] = openings.fields or {}
        self._offsets = {name: int(place[1]) for name, place in fields.items()}
        self._dropping = openings["places"].itemsize > 0
        self._everyone = np.arange(count)
        self._records = openings.itemsize * self._everyone
        self._view()

    def _view(self) -> None:
        """Name the parts of the rows and of the openings that steps touch; all are views."""
        self._seen = self.rows.view(_SEEN)[:, 0]
        self._blocks = self.rows.view(f"V{observe.SIZE}")[:, 0]
        self._landmark, self._newest, self._previous, self._left, self._outcome = (
            self.rows[:, LAYOUT[name].start]
            for name in ("landmark", "actions", "previous", "attempts_left", "outcome")
        )
        openings = self._openings
        self.episode_seeds, self.routes, self.headings, self.rules = (
            openings[name] for name in ("seed", "route", "heading", "rule")
        )
        self._bytes = openings.view(np.uint8)
        self._windows: NDArray[np.void] = np.ndarray(
            (len(openings), openings["lines"].shape[1] - MAX_LINES + 1),
            dtype=f"V{_WINDOW}",
            buffer=openings,
            offset=self._offsets["lines"],
            strides=(openings.itemsize, LINE_CODES),
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A copy or a pickle holds the views as arrays of their own.
        self.__dict__.update(state)
        self._view()

    _STATE = (
        *("rows", "right", "_kind", "_rails", "_at", "_counts", "_over", "_failed", "_tried"),
        *("_right", "_kinds_met", "_bytes"),
    )

    def get_state(self) -> dict[str, NDArray[Any]]:
        """Return copies of the arrays that are the whole state."""
        return {name: getattr(self, name).copy() for name in self._STATE}

    def set_state(self, state: dict[str, NDArray[Any]]) -> None:
        """Go on from what `get_state` returned."""
        for name in self._STATE:
            # In place, so that the views of the rows keep looking at them.
            getattr(self, name)[...] = state[name]

    @property
    def places(self) -> NDArray[np.int64]:
        """The point where each copy stands, int64 of shape (n,).

        It is its number on the rail without any point dropped; at the end, that of the last point.
        """
        at = np.minimum(self._at, self._counts - 1)
        numbers = self._openings["places"]
        if not numbers.shape[1]:
            return at
        return numbers[np.arange(len(at)), at].astype(np.int64)

    def start(self, copies: NDArray[np.int64], openings: Openings) -> None:
        """Start an episode in some copies."""
        self._openings[copies] = openings
        self._blocks[copies] = openings["row"]
        self.right[copies] = openings["rights"][:, 0]
        self._kind[copies] = _TURN
        self._rails[copies] = openings["route"] * np.int64(self._width)
        self._at[copies] = 0
        self._counts[copies] = openings["count"]
        self._over[copies] = False
        self._failed[copies] = False
        self._tried[:, copies] = _NEXT_TO_NOTHING
        self._right[:, copies] = 0.0
        self._kinds_met[copies] = 0.0

    def act(self, actions: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Do one action in every copy.

        Args:
            actions: indices of ACTIONS, of shape (n,).

        Returns:
            rewards, and which episodes terminated, of shape (n,).
        """
        left = self._left
        correct = self.right == actions
        tally = self._kind * np.int64(len(correct)) + self._everyone
        tried = self._tried.reshape(-1)
        made = tried.take(tally) + 1.0
        tried[tally] = made
        self._kinds_met += made == 1.0
        self._right.reshape(-1)[tally] += correct
        done = (actions + 1).astype(np.uint8)
        moves = correct | (left == 1)
        self._failed |= moves > correct
        self._outcome[:] = _OUTCOMES.take(correct)
        np.multiply(done, ~moves, out=self._previous)
        left -= 1
        moved = moves.nonzero()[0]
        left[moved] = self._max_attempts
        at = np.minimum(self._at.take(moved) + 1, self._counts.take(moved))
        self._at[moved] = at
        self._arrive(moved, at)
        self._newest[moved] = done[moved]
        self._over = self._at == self._counts
        return _REWARDS.take(correct), self._over.copy()

    def _arrive(self, copies: NDArray[np.int64], at: NDArray[np.int64]) -> None:
        """Show the points at which these copies stand now, and what is right there."""
        seen, offset, data = self._seen, self._offsets, self._bytes
        record = self._records.take(copies)
        place = data.take(record + (at + offset["places"])) if self._dropping else at
        points = self._pool_points.take(self._rails.take(copies) + place)
        seen["lines"][copies] = self._windows[copies, points["line"]]
        self._landmark[copies] = data.take(record + (points["landmark"] + offset["numbers"]))
        seen["rest"][copies] = points.view(_REST)["rest"]
        seen["older"][copies] = seen["newer"][copies]
        self._kind[copies] = points["kind"]
        self.right[copies] = data.take(record + (at + offset["rights"]))

    def infos(self) -> dict[str, Any]:
        """Return what every step tells, but the mask: arrays of shape (n,)."""
        right, tried = self._right, self._tried
        shares = right / tried
        # Rows are added one by one: a third of the time of a sum over the first axis.
        return {
            "outcome": _OUTCOME_NAMES.take(self._outcome),
            "attempts_left": self._left.astype(np.int64),
            "is_success": self._over & ~self._failed,
            "episode_seed": self.episode_seeds.copy(),
            "step_accuracy": (right[0] + right[1] + right[2]) / (tried[0] + tried[1] + tried[2]),
            "turn_accuracy": shares[_TURN],
            "macro_accuracy": (shares[0] + shares[1] + shares[2])
            / np.maximum(self._kinds_met, 1.0),
        }
