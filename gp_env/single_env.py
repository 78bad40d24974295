"""What the single environments share: dealing a hand, counting attempts, answering about both."""

from __future__ import annotations

from typing import Any, TypeVar

import gymnasium as gym
import numpy as np

from gp_env.config import GameConfig
from gp_env.deal import Dealer, Deals
from gp_env.deck import Hand
from gp_env.dynamics import CORRECT_CODE
from gp_env.expert import expert_formula
from gp_env.options import read_options
from gp_env.rules import Rule
from gp_env.verifier import OUTCOME_NAMES
from shiftgym.seeding import SeedSequence, check_seed

Observation = TypeVar("Observation")
Action = TypeVar("Action")


class SingleEnv(gym.Env[Observation, Action]):
    """One hand at a time, whatever the interface shows of it.

    Args:
        config: what is dealt and what wins.
    """

    def __init__(self, config: GameConfig) -> None:
        self.config = config
        self._dealer = Dealer(config)
        self._seeds = SeedSequence()
        self._begun = self._running = False

    @property
    def hand(self) -> Hand:
        """The hand of the episode that was last begun."""
        self._need_episode()
        return self._hand

    @property
    def rule(self) -> Rule:
        """The rule that scores in that episode."""
        self._need_episode()
        return self._rule

    @property
    def stated_rule(self) -> Rule:
        """The rule that the agent is told: `rule`, unless `stated_rule=` was given."""
        return self.config.stated_rule or self.rule

    def expert_formula(self) -> str:
        """Return a formula that wins that episode."""
        return expert_formula(self.hand, self.rule, self.config.target)

    def _begin(self, seed: int | None, options: dict[str, Any] | None) -> Deals:
        """Deal the hand of a new episode, with the arguments of `reset`."""
        seed = check_seed(seed)
        given, hand = read_options(options)
        # Whatever may be refused is refused before anything changes.
        dealer = self._dealer.with_hand(hand)
        super().reset(seed=seed)
        self._episode_seed = self._seeds.next(seed, given)
        deals = dealer.deal(np.array([self._episode_seed]))
        self._hand = deals.hand(0)
        self._rule = Rule(*deals.rules[0].tolist())
        self._attempts_left = self.config.max_attempts
        self._outcome = 0
        self._begun = self._running = True
        return deals

    def _settle(self, outcome: int) -> bool:
        """Count an attempt with this outcome's code; return whether it ends the episode."""
        self._outcome = outcome
        self._attempts_left -= 1
        terminated = outcome == CORRECT_CODE or self._attempts_left == 0
        self._running = not terminated
        return terminated

    def _info(self) -> dict[str, Any]:
        """Return what every interface tells at every step."""
        return {
            "outcome": OUTCOME_NAMES[self._outcome],
            "attempts_left": self._attempts_left,
            "is_success": self._outcome == CORRECT_CODE,
            "episode_seed": self._episode_seed,
        }

    def _need_episode(self) -> None:
        if not self._begun:
            raise gym.error.ResetNeeded("Call reset() first: no hand was dealt yet.")

    def _need_running(self) -> None:
        if not self._running:
            raise gym.error.ResetNeeded("Call reset() before step(): no episode is running.")
