"""Random draws of agents, as a function of the episode and not of the batch it is played in.

A generator that a whole batch shares gives an episode other draws when it stands elsewhere, among
others, or in a run that was resumed. Here a draw depends on the agent's seed, the episode's seed
and the number of the action alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shiftgym.mixer import Words, words
from shiftgym.seeding import check_seed

_DOUBLE_BITS = np.uint64(53)


class EpisodeDraws:
    """One random word for every action of every episode in a batch.

    Args:
        seed: of the agent, an integer in [0, 2**64).
    """

    def __init__(self, seed: int) -> None:
        self._agent = words(np.array([check_seed(seed)], dtype=np.uint64), 0)
        self._seeds: Words = np.empty(0, dtype=np.uint64)
        self._actions: Words = np.empty(0, dtype=np.uint64)

    def next(self, episode_seeds: Sequence[int] | NDArray[Any]) -> Words:
        """Return a word for the next action in each of n episodes, uint64 of shape (n,).

        A copy whose episode seed has changed starts at its action 0, as after `reset`.
        """
        seeds = np.asarray(episode_seeds).astype(np.uint64)
        if len(seeds) != len(self._seeds):
            self._actions = np.zeros(len(seeds), dtype=np.uint64)
        else:
            self._actions[seeds != self._seeds] = 0
        self._seeds = seeds
        drawn = words(words(self._agent ^ seeds, 1) ^ self._actions, 2)
        self._actions += np.uint64(1)
        return drawn

    def reset(self, index: int) -> None:
        """Start at action 0 in copy `index`."""
        if index < len(self._actions):
            self._actions[index] = 0


def uniform(drawn: Words) -> NDArray[np.float64]:
    """Return words as numbers in [0, 1)."""
    return (drawn >> (np.uint64(64) - _DOUBLE_BITS)) * 2.0**-53
