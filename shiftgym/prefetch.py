"""Episodes of a vector environment, dealt ahead in batches.

Sub-environments end their episodes a few at a time, and dealing a few through NumPy costs nearly as
much as dealing thousands. An episode's seed is known before the episode starts, so the next ones of
all sub-environments can be dealt together; what each plays does not depend on it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from shiftgym.mixer import Words, episode_seeds

InitialStates: TypeAlias = NDArray[np.void]
"""How n episodes start: a structured array of shape (n,), whose fields the task knows."""

Deal: TypeAlias = Callable[[NDArray[np.int64]], InitialStates]
"""Deals the episodes of n seeds."""


class PrefetchBuffer:
    """The next episodes of each sub-environment.

    Args:
        deal: deals them.
        depth: how many of each are dealt ahead; 0 deals each when it starts.
        seeds: the reset seed of each sub-environment, of shape (num_envs,).
        indices: the index of each inside its seed's hash, of shape (num_envs,).
    """

    def __init__(self, deal: Deal, depth: int, seeds: Words, indices: Words) -> None:
        self._deal, self._depth = deal, depth
        self._seeds, self._indices = seeds, indices
        self._all = np.arange(len(seeds))
        # Of each: the number of the first episode in the buffer, and how many of them it took.
        self._first = np.zeros(len(seeds), dtype=np.int64)
        self._taken = np.zeros(len(seeds), dtype=np.int64)
        if self._depth:
            self._fill()

    def take(self, which: NDArray[np.int64]) -> InitialStates:
        """Return the next episode of each of these sub-environments, all different."""
        taken = self._taken.take(which)
        if not self._depth:
            self._taken[which] = taken + 1
            return self._dealt(which, taken)
        if taken.max() == self._depth:
            self._first += self._taken
            self._taken[:] = 0
            self._fill()
            taken = self._taken.take(which)
        self._taken[which] = taken + 1
        return self._ready.take(which * self._depth + taken)

    def get_state(self) -> dict[str, NDArray[Any]]:
        """Return what decides the episodes to come, as arrays."""
        return {
            "seeds": self._seeds.copy(),
            "indices": self._indices.copy(),
            "episodes": self._first + self._taken,
        }

    def set_state(self, state: dict[str, NDArray[Any]]) -> None:
        """Go on from what `get_state` returned."""
        self._seeds, self._indices = state["seeds"].copy(), state["indices"].copy()
        self._first[:], self._taken[:] = 0, state["episodes"]
        if self._depth:
            self._first[:], self._taken[:] = state["episodes"], 0
            self._fill()

    def _fill(self) -> None:
        episodes = self._first[:, None] + np.arange(self._depth)
        self._ready = self._dealt(np.repeat(self._all, self._depth), episodes.ravel())

    def _dealt(self, which: NDArray[np.int64], episodes: NDArray[np.int64]) -> InitialStates:
        numbers = episodes.astype(np.uint64)
        seeds = episode_seeds(self._seeds.take(which), self._indices.take(which), numbers)
        return self._deal(seeds)
