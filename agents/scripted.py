"""Agents that need neither learning nor a task: draws, one action or reply always, the expert."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from agents.draws import EpisodeDraws
from agents.protocol import Info
from shiftgym.mixer import integers

Actions = NDArray[np.int64]


class RandomAgent:
    """Draws evenly among the actions that `info["action_mask"]` allows, or all where it is absent.

    What it does in an episode depends on its own seed and `info["episode_seed"]` alone.

    Args:
        num_actions: how many actions there are.
        seed: of the draws, an integer in [0, 2**64).
    """

    def __init__(self, num_actions: int, *, seed: int = 0) -> None:
        self._num_actions = num_actions
        self._draws = EpisodeDraws(seed)

    def act(self, observation: Any, info: Info) -> Actions:
        """Return n actions for n observations."""
        drawn = self._draws.next(info["episode_seed"])
        if "action_mask" not in info:
            return integers(drawn, 0, self._num_actions)
        # Actions are counted in the mask up to the one that is drawn among those allowed.
        counts = np.cumsum(info["action_mask"], axis=1, dtype=np.int64)
        chosen = integers(drawn, 0, counts[:, -1].astype(np.uint64))
        return (counts > chosen[:, None]).argmax(axis=1)

    def reset(self, index: int) -> None:
        """Begin the draws of an episode."""
        self._draws.reset(index)


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


class ReplyingAgent:
    """A text agent that makes its reply of what it was told last.

    Args:
        reply: returns the reply to a text.
    """

    def __init__(self, reply: Callable[[str], str]) -> None:
        self._reply = reply

    def act(self, observation: Sequence[Any], info: Info) -> list[str]:
        """Return a reply to each text; of an observation with pictures to its text."""
        return [self._reply(one if isinstance(one, str) else one["text"]) for one in observation]

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
