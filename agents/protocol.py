"""What an agent is, and a model that answers chats: what evaluation and the study know of them."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from agents.chat_answers import ChatReply
    from agents.retries import Pause
    from agents.sampling import Sampling

Result = TypeVar("Result")

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


class ChatModel(Protocol):
    """Answers chats, many at a time.

    Attributes:
        model: its name.
        sampling: how its replies are drawn.
    """

    model: str
    sampling: Sampling

    def check_server(self) -> None:
        """See that it is there.

        Raises:
            ChatFault: it is not, and no chat will be answered.
        """
        ...

    async def answer(self, messages: Sequence[Mapping[str, Any]], *, pause: Pause) -> ChatReply:
        """Return the reply to one chat. Awaited in what `start` begins.

        Args:
            messages: of the chat, in the form of OpenAI's chat completions.
            pause: waits for some seconds before a retry; a true result gives up.

        Raises:
            ChatFault: there is none.
        """
        ...

    def start(self, work: Coroutine[Any, Any, Result]) -> Future[Result]:
        """Begin a coroutine that awaits answers, in the event loop that they belong to."""
        ...
