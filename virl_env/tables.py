"""Many walkers on rails at once: the state of every copy in arrays, and one step of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shiftgym.shoe import Openings
from virl_env import observe
from virl_env.deal import LINES_BYTES
from virl_env.directions import TABLE_LENGTH
from virl_env.dynamics import CORRECT_CODE, KINDS, POINT, WRONG_CODE, accuracies
from virl_env.observe import LAYOUT, LINE_CODES, MAX_LINES
from virl_env.pool import Pool
from virl_env.verifier import OUTCOME_NAMES, REWARDS, Outcome

_OUTCOME_NAMES = np.array(OUTCOME_NAMES, dtype=object)
_REWARDS = np.array([REWARDS[Outcome.WRONG_ACTION], REWARDS[Outcome.CORRECT]])
_WINDOW = MAX_LINES * LINE_CODES

_SEEN = np.dtype(
    {
        "names": ["lines", "sight", "newer", "older", "newest", "previous", "left", "outcome"],
        "formats": [f"V{_WINDOW}", "V4", f"V{observe.HISTORY - 1}", f"V{observe.HISTORY - 1}"]
        + ["u1"] * 4,
        "offsets": [
            LAYOUT["lines"].start,
            LAYOUT["landmark"].start,
            LAYOUT["actions"].start,
            LAYOUT["actions"].start + 1,
            LAYOUT["actions"].start,
            *(LAYOUT[name].start for name in ("previous", "attempts_left", "outcome")),
        ],
        "itemsize": observe.SIZE,
    }
)
"""An observation row as blocks that move in one copy; "newer" and "older" overlap by design."""

_SIGHT = np.dtype(
    {"names": ["sight"], "formats": ["V4"], "offsets": [1], "itemsize": POINT.itemsize}
)
"""What a point shows: landmark, side, intersection and heading, which lie together."""


class Rails:
    """The running episodes of n copies.

    Args:
        pool: the routes of the openings.
        max_attempts: at a point.
        count: n.

    Attributes:
        rows: observations, uint8 of shape (n, 98).
        episode_seeds: int64 of shape (n,).
        right: the right action of each copy, uint8 of shape (n,); 255 at the end of the rail.
    """

    def __init__(self, pool: Pool, max_attempts: int, count: int) -> None:
        self.pool, self._max_attempts = pool, max_attempts
        self._width = width = pool.points.shape[1]
        self.rows = np.zeros((count, observe.SIZE), dtype=np.uint8)
        self.episode_seeds = np.zeros(count, dtype=np.int64)
        self.routes = np.zeros(count, dtype=np.int64)
        self.headings = np.zeros(count, dtype=np.int64)
        self.rules = np.zeros((count, 1 + TABLE_LENGTH), dtype=np.uint8)
        self._lines = np.zeros((count, LINES_BYTES), dtype=np.uint8)
        self._points = np.zeros((count, width), dtype=POINT)
        self._at = np.zeros(count, dtype=np.int64)
        self._counts = np.ones(count, dtype=np.int64)
        self._failed = np.zeros(count, dtype=np.bool_)
        # Of the points of each kind: attempts made and right ones, of shape (kinds, n).
        self._tried = np.zeros((len(KINDS), count), dtype=np.int64)
        self._right = np.zeros((len(KINDS), count), dtype=np.int64)
        self._everyone = np.arange(count)
        self._seen = self.rows.view(_SEEN)[:, 0]
        self._windows: NDArray[np.void] = np.ndarray(
            (count, MAX_LINES + 1),
            dtype=f"V{_WINDOW}",
            buffer=self._lines,
            strides=(LINES_BYTES, LINE_CODES),
        )

    _STATE = (
        *("rows", "episode_seeds", "routes", "headings", "rules", "_lines", "_points", "_at"),
        *("_counts", "_failed", "_tried", "_right"),
    )

    def get_state(self) -> dict[str, NDArray[Any]]:
        """Return copies of the arrays that are the whole state."""
        state = {name: getattr(self, name).copy() for name in self._STATE}
        # As plain bytes, which every checkpoint format takes.
        state["_points"] = state["_points"].view(np.uint8)
        return state

    def set_state(self, state: dict[str, NDArray[Any]]) -> None:
        """Go on from what `get_state` returned."""
        for name in self._STATE:
            # In place, so that the views of the rows keep looking at them.
            array = getattr(self, name)
            array[...] = state[name].view(array.dtype).reshape(array.shape)

    def start(self, copies: NDArray[np.int64], openings: Openings) -> None:
        """Start an episode in some copies."""
        self.rows[copies] = openings["row"].view(np.uint8).reshape(len(copies), -1)
        self.episode_seeds[copies] = openings["seed"]
        self.routes[copies] = openings["route"]
        self.headings[copies] = openings["heading"]
        self.rules[copies] = openings["rule"]
        self._lines[copies] = openings["lines"].reshape(len(copies), -1)
        self._points[copies] = openings["points"]
        self._counts[copies] = openings["count"]
        self._at[copies] = 0
        self._failed[copies] = False
        self._tried[:, copies] = 0
        self._right[:, copies] = 0

    @property
    def right(self) -> NDArray[np.uint8]:
        """The right action of each copy: uint8 of shape (n,), 255 at the end of a rail."""
        here: NDArray[np.uint8] = self._here()["right"]
        return here

    def _here(self) -> NDArray[np.void]:
        return self._points.ravel().take(self._everyone * self._width + self._at)

    def act(self, actions: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Do one action in every copy.

        Args:
            actions: indices of ACTIONS, of shape (n,).

        Returns:
            rewards, and which episodes terminated, of shape (n,).
        """
        here, seen = self._here(), self._seen
        correct = here["right"] == actions
        tally = here["kind"] * np.int64(len(correct)) + self._everyone
        self._tried.reshape(-1)[tally] += 1
        self._right.reshape(-1)[tally] += correct
        done = (actions + 1).astype(np.uint8)
        moves = correct | (seen["left"] == 1)
        self._failed |= moves & ~correct
        seen["outcome"] = np.where(correct, CORRECT_CODE, WRONG_CODE)
        seen["previous"] = done * ~moves
        seen["left"] = np.where(moves, self._max_attempts, seen["left"] - 1)
        moved = moves.nonzero()[0]
        self._at[moved] = np.minimum(self._at[moved] + 1, self._counts[moved])
        following = self._points.ravel().take(moved * self._width + self._at[moved])
        seen["lines"][moved] = self._windows[moved, following["line"]]
        seen["sight"][moved] = following.view(_SIGHT)["sight"]
        seen["older"][moved] = seen["newer"][moved]
        seen["newest"][moved] = done[moved]
        terminated = self._at == self._counts
        return _REWARDS.take(correct), terminated

    def infos(self) -> dict[str, Any]:
        """Return what every step tells, but the mask: arrays of shape (n,)."""
        step, turn, macro = accuracies(self._tried, self._right)
        return {
            "outcome": _OUTCOME_NAMES.take(self._seen["outcome"]),
            "attempts_left": self._seen["left"].astype(np.int64),
            "is_success": (self._at == self._counts) & ~self._failed,
            "episode_seed": self.episode_seeds.copy(),
            "step_accuracy": step,
            "turn_accuracy": turn,
            "macro_accuracy": macro,
        }
