"""Episodes dealt ahead for every copy of a vector environment, as a casino deals from a shoe.

Copies end their episodes a few at a time, and dealing a few through NumPy costs nearly as much as
dealing thousands. Since an episode's seed is known before the episode starts, the next ones of all
copies can be dealt in one batch; what each copy plays does not depend on it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from shiftgym.mixer import Words, episode_seeds

Openings: TypeAlias = NDArray[np.void]
"""How n episodes start: a structured array of shape (n,), whose fields the environment knows."""

OpenEpisodes: TypeAlias = Callable[[NDArray[np.int64]], Openings]
"""Deals the episodes of n seeds."""


class Shoe:
    """The next episodes of each copy.

    Args:
        open_episodes: deals them.
        depth: how many of each copy are dealt ahead; 0 deals each when it starts.
        seeds: the reset seed of each copy, of shape (num_envs,).
        copies: the number of each copy inside its seed's hash, of shape (num_envs,).
    """

    def __init__(
        self, open_episodes: OpenEpisodes, depth: int, seeds: Words, copies: Words
    ) -> None:
        self._open_episodes, self._depth = open_episodes, depth
        self._seeds, self._copies = seeds, copies
        self._everyone = np.arange(len(seeds))
        # The number of each copy's first episode that lies ready, and how many of them it took.
        self._first = np.zeros(len(seeds), dtype=np.int64)
        self._taken = np.zeros(len(seeds), dtype=np.int64)
        if self._depth:
            self._fill()

    def take(self, copies: NDArray[np.int64]) -> Openings:
        """Return the next episode of each of these copies, all different."""
        taken = self._taken.take(copies)
        if not self._depth:
            self._taken[copies] = taken + 1
            return self._open(copies, taken)
        if taken.max() == self._depth:
            self._first += self._taken
            self._taken[:] = 0
            self._fill()
            taken = self._taken.take(copies)
        self._taken[copies] = taken + 1
        return self._ready.take(copies * self._depth + taken)

    def get_state(self) -> dict[str, NDArray[Any]]:
        """Return what decides the episodes to come, as arrays."""
        return {
            "seeds": self._seeds.copy(),
            "copies": self._copies.copy(),
            "episodes": self._first + self._taken,
        }

    def set_state(self, state: dict[str, NDArray[Any]]) -> None:
        """Go on from what `get_state` returned."""
        self._seeds, self._copies = state["seeds"].copy(), state["copies"].copy()
        self._first[:], self._taken[:] = 0, state["episodes"]
        if self._depth:
            self._first[:], self._taken[:] = state["episodes"], 0
            self._fill()

    def _fill(self) -> None:
        episodes = self._first[:, None] + np.arange(self._depth)
        self._ready = self._open(np.repeat(self._everyone, self._depth), episodes.ravel())

    def _open(self, copies: NDArray[np.int64], episodes: NDArray[np.int64]) -> Openings:
        numbers = episodes.astype(np.uint64)
        seeds = episode_seeds(self._seeds.take(copies), self._copies.take(copies), numbers)
        return self._open_episodes(seeds)
