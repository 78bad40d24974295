"""Rote memory: the formula of the nearest hand that was demonstrated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.gp.demonstrations import Demonstrations
from agents.protocol import Info
from agents.scripted import Actions
from gp_env.arithmetic import EQUALS
from gp_env.deck import LARGE_RANKS
from gp_env.observe import LAYOUT


class NearestNeighbourAgent:
    """Writes the demonstrated formula of the nearest hand it has seen, whatever the rule says.

    Hands are near when they share cards of equal rank; ties go to the earliest demonstration. Every
    attempt at a hand is the same.

    Args:
        demonstrations: what it remembers.

    Raises:
        ValueError: where there are none.
    """

    def __init__(self, demonstrations: Demonstrations) -> None:
        if not len(demonstrations):
            raise ValueError(
                "The nearest-neighbour baseline needs at least one demonstration; got none."
            )
        cards = np.sort(demonstrations.ranks, axis=1)
        _, first = np.unique(cards, axis=0, return_index=True)
        first.sort()
        self._held = _rank_counts(demonstrations.ranks[first])
        self._attempts = demonstrations.attempts[first, -1]
        self._nearest: dict[bytes, int] = {}

    def act(self, observation: NDArray[np.uint8], info: Info) -> Actions:
        """Return n tokens for observations of shape (n, 56)."""
        ranks = np.sort(observation[:, LAYOUT["ranks"]], axis=1)
        written = (observation[:, LAYOUT["formula"]] > 0).sum(axis=1)
        codes = self._attempts[[self._recall(hand) for hand in ranks], written]
        # Past the end of its formula (somebody else wrote the beginning) it submits.
        return np.where(codes > 0, codes.astype(np.int64) - 1, EQUALS)

    def reset(self, index: int) -> None:
        """Do nothing: the observation shows what is written."""

    def _recall(self, hand: NDArray[np.uint8]) -> int:
        key = hand.tobytes()
        if key not in self._nearest:
            apart = np.abs(self._held - _rank_counts(hand[None])).sum(axis=1)
            self._nearest[key] = int(apart.argmin())
        return self._nearest[key]


def _rank_counts(ranks: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return how often each rank is held: shape (n, 19) for cards of shape (n, 6)."""
    return (ranks[:, :, None] == np.arange(1, LARGE_RANKS + 1)).sum(axis=1)
