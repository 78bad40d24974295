"""Free walkers as the rows of a vector environment: one after another, in plain Python.

Where a walker stands on a graph decides what it sees, so there is no table of an episode to gather
from. A step of a copy takes about as long as in a single environment.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shiftgym.shoe import Openings
from virl_env import observe
from virl_env.deal import Dealer
from virl_env.dynamics import NO_ACTION
from virl_env.free.walk import FreeWalk
from virl_env.observe import LAYOUT
from virl_env.verifier import CODE_REWARDS, OUTCOME_NAMES

_OUTCOME = LAYOUT["outcome"].start
_OUTCOME_NAMES = np.array(OUTCOME_NAMES, dtype=object)


class FreeRows:
    """The running episodes of n copies, as `tables.Rails` has them of rails.

    Args:
        dealer: of the openings.
        count: n.

    Attributes:
        rows: observations, uint8 of shape (n, 96).
        routes, rules, headings, episode_seeds: of the episodes, as their openings have them.
    """

    def __init__(self, dealer: Dealer, count: int) -> None:
        self._dealer = dealer
        self._walks: list[FreeWalk | None] = [None] * count
        self._openings = np.zeros(count, dtype=dealer.openings)
        self.rows = np.zeros((count, observe.SIZE), dtype=np.uint8)
        self._done: list[list[int]] = [[] for _ in range(count)]
        self._view()

    def _view(self) -> None:
        """Name the parts of the openings that are asked for; all are views."""
        self.episode_seeds, self.routes, self.headings, self.rules = (
            self._openings[name] for name in ("seed", "route", "heading", "rule")
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A copy or a pickle holds the views as arrays of their own.
        self.__dict__.update(state)
        self._view()

    @property
    def right(self) -> NDArray[np.uint8]:
        """What the expert does in each copy, uint8 of shape (n,); NO_ACTION where it is over."""
        rights = [NO_ACTION if walk is None else walk.right for walk in self._walks]
        return np.array(rights, dtype=np.uint8)

    @property
    def timed_out(self) -> NDArray[np.bool_]:
        """In which copies the time is up, bool of shape (n,)."""
        return np.array([walk is not None and walk.timed_out for walk in self._walks])

    @property
    def places(self) -> NDArray[np.int64]:
        """Where each copy stands and what it faces, 360 times the point plus the heading."""
        poses = [self._walk(copy).pose for copy in range(len(self.rows))]
        return np.array([360 * pose.point + pose.heading for pose in poses], dtype=np.int64)

    def start(self, copies: NDArray[np.int64], openings: Openings) -> None:
        """Start an episode in some copies."""
        self._openings[copies] = openings
        for copy in copies.tolist():
            self._begin(copy)

    def act(self, actions: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Do one action in every copy whose episode runs.

        Args:
            actions: indices of ACTIONS, of shape (n,).

        Returns:
            rewards, and which episodes terminated, of shape (n,).
        """
        rewards = np.zeros(len(actions))
        ended = np.zeros(len(actions), dtype=np.bool_)
        for copy, action in enumerate(actions.tolist()):
            walk = self._walk(copy)
            if not (walk.ended or walk.timed_out):
                rewards[copy] = self._act(copy, action)
            ended[copy] = walk.ended
        return rewards, ended

    def infos(self) -> dict[str, Any]:
        """Return what every step tells, but the mask: arrays of shape (n,)."""
        walks = [self._walk(copy) for copy in range(len(self.rows))]
        measures = [walk.measures() for walk in walks]
        return {
            "outcome": _OUTCOME_NAMES.take(self.rows[:, _OUTCOME]),
            "attempts_left": np.array([walk.attempts_left for walk in walks], dtype=np.int64),
            "is_success": np.array([walk.succeeded for walk in walks]),
            "episode_seed": self.episode_seeds.copy(),
            **{name: np.array([one[name] for one in measures]) for name in measures[0]},
        }

    def get_state(self) -> dict[str, NDArray[Any]]:
        """Return how the episodes started and what was done in them: arrays, -1 for nothing."""
        longest = max(map(len, self._done))
        actions = np.full((len(self._done), longest), -1, dtype=np.int8)
        for copy, done in enumerate(self._done):
            actions[copy, : len(done)] = done
        begun = np.array([walk is not None for walk in self._walks])
        openings = self._openings.copy().view(np.uint8)
        return {"openings": openings, "begun": begun, "actions": actions}

    def set_state(self, state: dict[str, NDArray[Any]]) -> None:
        """Go on from what `get_state` returned, by walking there again."""
        self._openings.view(np.uint8)[...] = state["openings"]
        for copy, begun in enumerate(state["begun"].tolist()):
            self._walks[copy] = None
            self.rows[copy] = 0
            self._done[copy] = []
            if begun:
                self._begin(copy)
            for action in state["actions"][copy].tolist():
                if action >= 0:
                    self._act(copy, action)

    def _begin(self, copy: int) -> None:
        dealer = self._dealer
        walk = FreeWalk(self._openings[copy], dealer.pool, dealer.config)
        self._walks[copy], self._done[copy] = walk, []
        self.rows[copy] = walk.row

    def _act(self, copy: int, action: int) -> float:
        walk = self._walk(copy)
        outcome = walk.act(action)
        self._done[copy].append(action)
        self.rows[copy] = walk.row
        return CODE_REWARDS[outcome] + walk.bonus

    def _walk(self, copy: int) -> FreeWalk:
        walk = self._walks[copy]
        assert walk is not None  # the shell starts every copy before it steps
        return walk
