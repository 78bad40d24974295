"""Agents that need neither learning nor a task: draws, one action for ever, and the expert."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from agents.protocol import Info

Actions = NDArray[np.int64]


class RandomAgent:
    """Draws evenly among the actions that `info["action_mask"]` allows, or all where it is absent.

    Args:
        num_actions: how many actions there are.
        seed: of the draws.
    """

    def __init__(self, num_actions: int, *, seed: int = 0) -> None:
        self._num_actions = num_actions
        self._rng = np.random.default_rng(seed)

    def act(self, observation: Any, info: Info) -> Actions:
        """Return n actions for n observations."""
        keys = self._rng.random((len(info["episode_seed"]), self._num_actions))
        if "action_mask" in info:
            # Allowed keys lie in (0, 1], and 0 is left to the others.
            keys = (1.0 - keys) * np.asarray(info["action_mask"])
        return keys.argmax(axis=1)

    def reset(self, index: int) -> None:
        """Do nothing: no episode is remembered."""


class ConstantAgent:
    """Does the same everywhere.

    Args:
        action: index of the action.
    """

    def __init__(self, action: int) -> None:
        self._action = action

    def act(self, observation: Any, info: Info) -> Actions:
        """Return the action n times."""
        return np.full(len(info["episode_seed"]), self._action)

    def reset(self, index: int) -> None:
        """Do nothing: nothing is remembered."""


class AsksExpert(Protocol):
    """A vector environment that can be asked what an expert would do."""

    def expert_action(self) -> Actions:
        """Return an action for each copy."""
        ...


class ExpertAgent:
    """Does what the environment's own expert does in every copy.

    Args:
        vector_env: the environment that the agent acts in.
    """

    def __init__(self, vector_env: AsksExpert) -> None:
        self._vector_env = vector_env

    def act(self, observation: Any, info: Info) -> Actions:
        """Return the expert's n actions."""
        return self._vector_env.expert_action()

    def reset(self, index: int) -> None:
        """Do nothing: the environment knows where each episode stands."""
