"""The environments of a cell whose episodes are played by tasks of their own."""

from __future__ import annotations

from typing import Any

from benchmarks.rollouts import Cell, side_by_side
from benchmarks.single_envs import SingleEnvs

DEALT_TOGETHER = 64
"""Episodes, in the order of play. Eight times as many are hardly dealt faster."""


class CellEnvs:
    """Environments for one episode at a time, played again and again; episodes are dealt together.

    Args:
        cell: of a Text id.
    """

    def __init__(self, cell: Cell) -> None:
        self._cell = cell
        self._free: list[Any] = []
        self._ahead: dict[int, Any] = {}

    def take(self, index: int) -> Any:
        """Return a free environment for episode `index`, None where there is none."""
        return self._dealt(self._free.pop(), index) if self._free else None

    def make(self, index: int) -> Any:
        """Return a new environment for episode `index`, as `side_by_side` makes it for one.

        That takes a while, and another thread may do it.
        """
        env = side_by_side(self._cell.id, self._cell.keywords, 1)
        if isinstance(env, SingleEnvs):
            env.share_deals(self._ahead)
        return self._dealt(env, index)

    def give_back(self, env: Any) -> None:
        """Note that the episode of an environment is over."""
        self._free.append(env)

    def _dealt(self, env: Any, index: int) -> Any:
        if isinstance(env, SingleEnvs):
            env.deal_ahead(self._cell.episode_seeds[index : index + DEALT_TOGETHER])
        return env
