"""Rollouts with pictures: rows that show the same one are trained on in the same batch."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from gymnasium import spaces
from stable_baselines3 import PPO
from stable_baselines3.common.buffers import DictRolloutBuffer
from stable_baselines3.common.type_aliases import DictRolloutBufferSamples

from agents.sb3.eye import fingerprints
from agents.sb3.shuffle import in_blocks


class PictureRollouts(DictRolloutBuffer):
    """A rollout buffer that shuffles groups of rows with equal pictures, each group as a whole.

    The convolutions work a picture out once a batch. So an epoch costs as many pictures as there
    are in the rollout, and one more where a batch ends within a group, and not as many as there are
    rows, which is most of the time it takes.
    """

    def get(self, batch_size: int | None = None) -> Generator[DictRolloutBufferSamples, None, None]:
        """Yield batches of a shuffled epoch."""
        count = self.buffer_size * self.n_envs
        batch_size = batch_size or count
        if not self.generator_ready:
            for key, seen in self.observations.items():
                self.observations[key] = self.swap_and_flatten(seen)
            for name in ("actions", "values", "log_probs", "advantages", "returns"):
                setattr(self, name, self.swap_and_flatten(getattr(self, name)))
            self._marks = fingerprints(self.observations["image"])
            self.generator_ready = True
        # Sorted by their marks after a shuffle, so that rows within a group are shuffled too.
        # The global generator, as in SB3's own buffers: its seed and its state are kept with a run.
        permutation = np.random.permutation
        shuffled = permutation(count)
        grouped = shuffled[self._marks[shuffled].argsort(kind="stable")]
        starts = np.flatnonzero(np.diff(self._marks[grouped], prepend=~self._marks[grouped[0]]))
        order = grouped[in_blocks(starts, count, permutation(len(starts)))]
        for start in range(0, count, batch_size):
            yield self._get_samples(order[start : start + batch_size])


class PicturePPO(PPO):
    """SB3's PPO that takes pictures as the environment gives them, channels last.

    SB3 would move their channels to the front; the eye looks for itself where they are.
    """

    @staticmethod
    def _wrap_env(env: Any, verbose: int = 0, monitor_wrapper: bool = True) -> Any:
        return env


def ppo_for(space: spaces.Space[Any]) -> tuple[type[PPO], type[DictRolloutBuffer] | None]:
    """Return the class of PPO for observations of a space, and that of its rollouts."""
    return (PicturePPO, PictureRollouts) if isinstance(space, spaces.Dict) else (PPO, None)
