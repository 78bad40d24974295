"""Large models as an agent of the text games, behind any endpoint of OpenAI's chat completions.

That is an API or a server of one's own (vLLM, llama.cpp, Ollama and others). An episode's messages
are sent as they are: a wrong reply and what was answered to it are turns of the chat, and nothing
here knows which game is played. A reply is whatever the model said, an empty one or a refusal
included, and what the endpoint will never answer (see `agents.no_answer`) is an empty one. A
transport error is none: it is a ChatFault, for the caller to ask again later.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import Counter
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import Future
from types import ModuleType
from typing import Any, TypeVar

from agents.chat_answers import ChatReply, read_reply
from agents.chat_faults import ChatFault, Key, NotSent, judge_answer, judge_status
from agents.endpoints import KEY_VARIABLE, OPENAI_URL, check_url, read_key
from agents.event_loop import LoopThread
from agents.no_answer import NoAnswer
from agents.protocol import Info
from agents.rate_limits import RateLimits
from agents.retries import Pause, longest_waits, wait_before_retry
from agents.sampling import Sampling

Result = TypeVar("Result")

TOLD_WAIT = 20.0
"""Seconds; longer waits are logged as progress."""

_LOGGER = logging.getLogger("shiftgym.progress")


class ChatPolicy:
    """Plays text environments through an endpoint. Threads may share one.

    Args:
        model: as the endpoint names it.
        base_url: of the endpoint, such as "http://localhost:8000/v1".
        sampling: how replies are drawn.
        key_variable: environment variable that holds the key. The default one may be missing, for
            servers without a key. The key is read here, sent as a header, and shown nowhere.
        timeout: seconds without an answer after which an attempt at a request counts as failed.
        max_retries: further attempts after time-outs, broken connections and the statuses 408, 409,
            429 and 5xx; they wait for as long as the endpoint asks for, or longer and longer.
        limits: that all requests keep, retries included; None for none.

    Attributes:
        faults: how many attempts at a request failed, by kind, those included that passed later.

    Raises:
        ImportError: the aiohttp package is missing.
        ValueError: the variable is not set or no key, or the URL is not one, or holds a secret; or
            the proxy that the environment names is none of HTTP.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str = OPENAI_URL,
        sampling: Sampling | None = None,
        key_variable: str = KEY_VARIABLE,
        timeout: float = 120.0,
        max_retries: int = 5,
        limits: RateLimits | None = None,
    ) -> None:
        transport = _transport()
        self.model = model
        self.base_url = check_url(base_url)
        self.sampling = sampling or Sampling()
        self._key = Key(read_key(key_variable, self.base_url), key_variable)
        if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or timeout <= 0:
            raise ValueError(f"timeout must be seconds above 0; got {timeout!r}.")
        self.timeout = timeout
        self.max_retries = max_retries
        self.faults: Counter[str] = Counter()
        self._limits = limits or RateLimits()
        self._asked = {"model": model, **self.sampling.plain()}
        self._transport = transport.Transport(self.base_url, self._key.value or "none", timeout)
        self._loop = LoopThread()

    @property
    def longest_hang(self) -> float:
        """Seconds until a request that gets no answer is given up."""
        return (self.max_retries + 1) * self.timeout + longest_waits(self.max_retries)

    def check_server(self) -> None:
        """See that there is a server, within a few seconds; whatever it answers, it is there.

        Raises:
            ChatFault: nobody accepts a connection.
        """
        if failure := self.start(self._transport.reach()).result():
            raise ChatFault(
                self._key.hidden(
                    f"no connection to {self.base_url}: {failure} (is the server running, "
                    f"and the base URL right?)"
                ),
                lasting=True,
            )

    async def answer(
        self, messages: Sequence[Mapping[str, Any]], *, pause: Pause = asyncio.sleep
    ) -> ChatReply:
        """Send one chat and return what comes back. Awaited in what `start` begins.

        Args:
            pause: waits for some seconds before a retry; a true result gives up.

        Raises:
            ChatFault: nothing did that could be read as a reply.
        """
        for retry in itertools.count():
            wait = self._limits.take_turn()
            if wait > 0 and await pause(wait):
                raise NotSent("given up before it was sent")
            try:
                reply = await self._ask(messages)
                if reply.prompt_tokens is not None and reply.completion_tokens is not None:
                    self._limits.came_back(reply.prompt_tokens + reply.completion_tokens)
                return reply
            except ChatFault as fault:
                self.faults[fault.kind] += 1
                if fault.headers is None or retry >= self.max_retries:
                    raise
                wait = wait_before_retry(retry, fault.headers)
                if wait >= TOLD_WAIT:
                    _LOGGER.info("%s; trying again in %.0f s", fault, wait)
                if await pause(wait):
                    raise
        raise AssertionError

    def reply(
        self, messages: Sequence[Mapping[str, Any]], *, pause: Pause = asyncio.sleep
    ) -> ChatReply:
        """Do what `answer` does, for callers without an event loop."""
        return self.start(self.answer(messages, pause=pause)).result()

    def act(self, observation: Any, info: Info) -> list[str]:
        """Return a reply to each chat of `info["messages"]`, asked for all at once."""

        async def replies() -> list[ChatReply]:
            return await asyncio.gather(*map(self.answer, info["messages"]))

        return [reply.text for reply in self.start(replies()).result()]

    def reset(self, index: int) -> None:
        """Nothing is remembered: the chat holds all."""

    def start(self, work: Coroutine[Any, Any, Result]) -> Future[Result]:
        """Begin a coroutine that awaits answers: connections belong to one event loop."""
        return self._loop.start(work)

    def close(self) -> None:
        """Close the connections."""
        if not self._loop.closed:
            self.start(self._transport.close()).result()
            self._loop.close()

    async def _ask(self, messages: Sequence[Mapping[str, Any]]) -> ChatReply:
        """Send one chat once.

        Raises:
            ChatFault: nothing came that could be read as a reply.
        """
        from agents.transport import ErrorStatus, NoConnection, TooLong

        try:
            answer = await self._transport.post({**self._asked, "messages": messages})
            reply = read_reply(answer)
        except ErrorStatus as error:
            return judge_status(error, self._key)
        except TooLong as error:
            return ChatReply("", no_answer=NoAnswer.TOO_LONG, error=str(error))
        except NoConnection as error:
            told = (
                f"no connection: {error}" if str(error) else f"no answer within {self.timeout:g} s"
            )
            raise ChatFault(self._key.hidden(told), headers={}) from None
        except (ValueError, RecursionError) as error:
            raise ChatFault(self._key.hidden(f"unreadable answer: {error}")) from None
        if reply is None:
            return judge_answer(answer, self._key)
        if reply.no_answer is NoAnswer.ERROR:
            raise ChatFault(
                self._key.hidden(f"the endpoint ended a reply with {reply.finish_reason!r}"),
                no_answer=NoAnswer.ERROR,
                kind="ended with an error",
            )
        return reply


def _transport() -> ModuleType:
    """Return the module, which takes a while to import.

    Raises:
        ImportError: aiohttp is missing; the message says which extra brings it.
    """
    try:
        from agents import transport
    except ImportError as error:
        from shiftgym.extras import missing

        raise ImportError(missing(error)) from error
    return transport
