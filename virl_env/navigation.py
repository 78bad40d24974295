"""Street navigation as a task for the environments of `shiftgym.envs`."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from shiftgym.prefetch import InitialStates
from virl_env import observe
from virl_env.actions import ACTIONS
from virl_env.config import NavigationConfig
from virl_env.deal import Dealer
from virl_env.free.batch import FreeBatch
from virl_env.free.walk import FreeWalk, check_route
from virl_env.options import check_given_route
from virl_env.rail_batch import RailBatch
from virl_env.rail_walk import RailWalk
from virl_env.routes.route import Route
from virl_env.verifier import OUTCOME_NAMES

Walk: TypeAlias = RailWalk | FreeWalk
"""A running episode."""

Walkers: TypeAlias = RailBatch | FreeBatch
"""The running episodes of a batch."""


class Navigation:
    """Navigation under one configuration.

    Raises:
        ValueError: on construction, where the configuration leaves no route, or its fixed route
            cannot be walked.
    """

    keywords = NavigationConfig
    title = "Street navigation"
    fields = observe.FIELDS
    actions = ACTIONS
    actions_name = "virl_env.ACTIONS"
    outcome_names = OUTCOME_NAMES
    as_text = staticmethod(observe.as_text)
    option = "route"
    prefetched = 8

    def __init__(self, config: NavigationConfig) -> None:
        self.config, self.dealer = config, Dealer(config)
        check_route(config)

    def fixed(self, given: Route) -> Navigation:
        """Return the navigation that walks this route.

        Raises:
            ValueError: where it is not a route, or cannot be walked.
        """
        return Navigation(self.config.with_route(check_given_route(given)))

    def deal(self, episode_seeds: NDArray[np.int64]) -> InitialStates:
        """Return how the episodes of n seeds start."""
        return self.dealer.deal(episode_seeds)

    def episode(self, state: np.void) -> Walk:
        """Start an episode that was dealt."""
        if self.config.movement == "free":
            return FreeWalk(state, self.dealer.pool, self.config)
        return RailWalk(state, self.dealer.pool, self.config)

    def batch(self, count: int) -> Walkers:
        """Return a batch of so many walkers."""
        if self.config.movement == "free":
            return FreeBatch(self, count)
        return RailBatch(self.dealer, count)
