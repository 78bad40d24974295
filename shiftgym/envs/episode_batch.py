"""A batch of episodes that step one after another, for tasks that have no arrays of their own."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from shiftgym.envs.array_batch import batch_infos
from shiftgym.episode import Episode, Task
from shiftgym.prefetch import InitialStates

E = TypeVar("E", bound=Episode)


class EpisodeBatch(Generic[E]):
    """The running episodes of n sub-environments; a step takes as long as n single ones.

    Args:
        task: of the episodes.
        count: n.

    Attributes:
        rows: observations, uint8 of shape (n, size).
        episode_seeds: int64 of shape (n,).
        places: int64 of shape (n,), another number whenever `Episode.place` has changed.
    """

    def __init__(self, task: Task[Any, Any], count: int) -> None:
        self._task = task
        self._episodes: list[E | None] = [None] * count
        self._done: list[list[int]] = [[] for _ in range(count)]
        self.rows = np.zeros((count, task.fields.size), dtype=np.uint8)
        self.episode_seeds = np.zeros(count, dtype=np.int64)
        self.places = np.zeros(count, dtype=np.int64)

    def episode(self, index: int) -> E:
        """Return one of the episodes."""
        episode = self._episodes[index]
        assert episode is not None  # the environment starts all before it steps
        return episode

    @property
    def truncated(self) -> NDArray[np.bool_]:
        """In which the task's own time limit was reached, bool of shape (n,)."""
        return np.array([one is not None and one.truncated for one in self._episodes])

    def start(self, which: NDArray[np.int64], states: InitialStates) -> None:
        """Start an episode in some sub-environments."""
        for index, state in zip(which.tolist(), states):
            self._start(index, state)

    def act(self, actions: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Do one action in each whose episode runs.

        Returns:
            Rewards, and which episodes have terminated, of shape (n,).
        """
        rewards = np.zeros(len(actions))
        for index, action in enumerate(actions.tolist()):
            episode = self.episode(index)
            if not (episode.terminated or episode.truncated):
                rewards[index] = self._act(index, action)
        return rewards, np.array([self.episode(i).terminated for i in range(len(actions))])

    def expert_actions(self) -> NDArray[np.int64]:
        """Return what an expert does now in each: int64 of shape (n,)."""
        return np.array([self.episode(i).expert_action() for i in range(len(self.rows))])

    def masks(self, kind: str) -> NDArray[np.int8]:
        """Return the action masks of the keyword `mask`: int8 of shape (n, actions)."""
        return np.stack([self.episode(index).mask(kind) for index in range(len(self.rows))])

    def infos(self) -> dict[str, Any]:
        """Return what every step tells but the mask: fresh arrays of shape (n,)."""
        episodes = [self.episode(index) for index in range(len(self.rows))]
        measures = [episode.measures() for episode in episodes]
        return batch_infos(
            [episode.outcome for episode in episodes],
            [episode.attempts_left for episode in episodes],
            [episode.succeeded for episode in episodes],
            self.episode_seeds,
            **{name: np.array([one[name] for one in measures]) for name in measures[0]},
        )

    def get_state(self) -> dict[str, Any]:
        """Return how the episodes started and what was done in them: arrays, -1 for nothing."""
        longest = max(map(len, self._done))
        actions = np.full((len(self._done), longest), -1, dtype=np.int64)
        for index, done in enumerate(self._done):
            actions[index, : len(done)] = done
        begun = np.array([episode is not None for episode in self._episodes])
        return {"episode_seeds": self.episode_seeds.copy(), "begun": begun, "actions": actions}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what `get_state` returned, by playing the episodes up to there again."""
        states = self._task.deal(state["episode_seeds"])
        for index, begun in enumerate(state["begun"].tolist()):
            self._episodes[index] = None
            self.rows[index], self.episode_seeds[index] = 0, 0
            if begun:
                self._start(index, states[index])
                for action in state["actions"][index].tolist():
                    if action >= 0:
                        self._act(index, action)

    def _start(self, index: int, state: np.void) -> None:
        episode: E = self._task.episode(state)
        self._episodes[index], self._done[index] = episode, []
        self.rows[index], self.episode_seeds[index] = episode.row, episode.seed
        self.places[index] += 1

    def _act(self, index: int, action: int) -> float:
        episode = self.episode(index)
        before = episode.place
        reward = episode.act(action)
        self._done[index].append(action)
        self.rows[index] = episode.row
        self.places[index] += episode.place != before
        return reward
