"""GeneralPoints as a task for the environments of `shiftgym.envs`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gp_env import observe
from gp_env.arithmetic import TOKENS
from gp_env.batch import CardBatch, initial_states
from gp_env.config import GameConfig
from gp_env.deal import Dealer
from gp_env.deck import Hand, HandLike
from gp_env.episode import CardEpisode
from gp_env.verifier import OUTCOME_NAMES
from shiftgym.prefetch import InitialStates

PREFETCHED = 8
"""Hands of each sub-environment that a vector environment deals ahead."""

SLOW_CARDS = 5
"""From this many cards on a new hand may take milliseconds of solving, so none is dealt ahead."""


class CardGame:
    """The game of one configuration.

    Args:
        config: what is dealt and what wins.
        dealer: deals it, where that is another than the configuration asks for.

    Raises:
        ValueError: on construction, where the configuration leaves no hand to deal.
    """

    keywords = GameConfig
    title = "GeneralPoints"
    fields = observe.FIELDS
    actions = TOKENS
    actions_name = "gp_env.TOKENS"
    outcome_names = OUTCOME_NAMES
    as_text = staticmethod(observe.as_text)
    option = "hand"

    def __init__(self, config: GameConfig, dealer: Dealer | None = None) -> None:
        self.config, self.dealer = config, dealer or Dealer(config)
        self.prefetched = PREFETCHED if config.num_cards < SLOW_CARDS else 0

    def fixed(self, given: HandLike) -> CardGame:
        """Return the game that deals this hand.

        Raises:
            ValueError: where it is not a valid hand, or cannot be won.
        """
        return CardGame(self.config, self.dealer.with_hand(Hand.parse(given)))

    def deal(self, episode_seeds: NDArray[np.int64]) -> InitialStates:
        """Return how the episodes of n seeds start."""
        return initial_states(self.dealer, episode_seeds)

    def episode(self, state: np.void) -> CardEpisode:
        """Start an episode that was dealt."""
        return CardEpisode(state, self.config)

    def batch(self, count: int) -> CardBatch:
        """Return so many tables."""
        return CardBatch(self.config, count)
