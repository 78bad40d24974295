"""What an agent is: the one protocol that evaluation and the study know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

Info = Mapping[str, Any]
"""What a vector environment returned beside the observations: a mapping to arrays or lists of n."""


class Agent(Protocol):
    """Acts in n episodes at once."""

    def act(self, observation: Any, info: Info) -> Any:
        """Return one action for each of n episodes.

        Args:
            observation: what the n copies show: an array of shape (n, ...) of a symbolic
                environment, a list of n user messages of a text environment.
            info: the environment's infos, the values of each key over the n copies; a text
                environment's `info["messages"]` is a list of n chats.

        Returns:
            Actions in the order of the copies: int64 of shape (n,), or a list of n replies.
        """
        ...

    def reset(self, index: int) -> None:
        """Forget what was remembered of copy `index` (0 to n - 1): a new episode starts there.

        Called before the first `act` of every episode, whatever the agent remembers.
        """
        ...
