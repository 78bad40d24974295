"""Large models as an agent of the text games, behind any endpoint of OpenAI's chat completions.

That is an API or a server of one's own (vLLM, llama.cpp, Ollama and others). An episode's messages
are sent as they are: a wrong reply and what was answered to it are turns of the chat, and nothing
here knows which game is played. A reply is whatever the model said, an empty one or a refusal
included, and what the endpoint will never answer (see `agents.no_answer`) is an empty one. A
transport error is none: it is a ChatFault, for the caller to ask again later.
"""

from __future__ import annotations

import itertools
import json
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from agents.chat_answers import ChatReply, read_reply
from agents.endpoints import KEY_VARIABLE, OPENAI_URL, check_url, read_key
from agents.no_answer import NoAnswer, why_no_answer
from agents.openai_client import import_openai
from agents.protocol import Info
from agents.retries import Pause, is_passing, longest_waits, wait_before_retry
from agents.sampling import Sampling

LONGEST_EXPLANATION = 300
"""Characters that are kept of what an endpoint says about an error; some send a whole page."""

CONNECT_WITHIN = 3.0
REACH_WITHIN = 4.0
"""Seconds for the first connection, and for that with the look-up of its name."""

TOLD_WAIT = 20.0
"""Seconds; longer waits are logged as progress."""

_LOGGER = logging.getLogger("shiftgym.progress")


class ChatFault(RuntimeError):
    """No reply came, after all retries. Says nothing about the model.

    Attributes:
        lasting: whether the next request must fail as well: a wrong key, an unknown model.
        headers: of the answer, if any, after which the same request may be sent again at once;
            None where a retry would not help.
        no_answer: `NoAnswer.ERROR` where the endpoint itself ended the reply with an error.
    """

    def __init__(
        self,
        message: str,
        *,
        lasting: bool = False,
        headers: Mapping[str, str] | None = None,
        no_answer: NoAnswer | None = None,
    ) -> None:
        super().__init__(message)
        self.lasting = lasting
        self.headers = headers
        self.no_answer = no_answer


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

    Raises:
        ImportError: the openai package is missing.
        ValueError: the variable is not set or no key, or the URL is not one, or holds a secret.
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
    ) -> None:
        openai = import_openai()
        self.model = model
        self.base_url = check_url(base_url)
        self.sampling = sampling or Sampling()
        self._key_variable = key_variable
        self._key = read_key(key_variable, self.base_url)
        if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or timeout <= 0:
            raise ValueError(f"timeout must be seconds above 0; got {timeout!r}.")
        self.timeout = timeout
        self.max_retries = max_retries
        self._client = openai.OpenAI(
            api_key=self._key or "none", base_url=self.base_url, timeout=timeout, max_retries=0
        )

    @property
    def longest_hang(self) -> float:
        """Seconds until a request that gets no answer is given up."""
        return (self.max_retries + 1) * self.timeout + longest_waits(self.max_retries)

    def check_server(self) -> None:
        """See that there is a server, within a few seconds; whatever it answers, it is there.

        Raises:
            ChatFault: nobody accepts a connection.
        """
        failures: list[str] = [f"nothing within {REACH_WITHIN:g} s"]

        def reach() -> None:
            failures[:] = self._reach()

        # The look-up of a name has no time-out of its own, so it has a thread.
        thread = threading.Thread(target=reach, daemon=True)
        thread.start()
        thread.join(REACH_WITHIN)
        if failures:
            raise ChatFault(
                self._shown(
                    f"no connection to {self.base_url}: {failures[0]} (is the server running, "
                    f"and the base URL right?)"
                ),
                lasting=True,
            )

    def reply(
        self, messages: Sequence[Mapping[str, Any]], *, pause: Pause = time.sleep
    ) -> ChatReply:
        """Send one chat and return what comes back.

        Args:
            pause: waits for some seconds before a retry; a true result gives up.

        Raises:
            ChatFault: nothing did that could be read as a reply.
        """
        for retry in itertools.count():
            try:
                return self._ask(messages)
            except ChatFault as fault:
                if fault.headers is None or retry >= self.max_retries:
                    raise
                wait = wait_before_retry(retry, fault.headers)
                if wait >= TOLD_WAIT:
                    _LOGGER.info("%s; trying again in %.0f s", fault, wait)
                if pause(wait):
                    raise
        raise AssertionError

    def act(self, observation: Any, info: Info) -> list[str]:
        """Return a reply to each chat of `info["messages"]`, asked for one after the other."""
        return [self.reply(messages).text for messages in info["messages"]]

    def reset(self, index: int) -> None:
        """Nothing is remembered: the chat holds all."""

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _ask(self, messages: Sequence[Mapping[str, Any]]) -> ChatReply:
        """Send one chat once.

        Raises:
            ChatFault: nothing came that could be read as a reply.
        """
        openai = import_openai()
        try:
            completion = self._client.chat.completions.create(
                model=self.model,
                messages=list(messages),
                extra_body=dict(self.sampling.extra),
                **self.sampling.settings(),
            )
            reply = read_reply(completion)
        except openai.APIStatusError as error:
            return self._judge_status(error)
        except openai.APITimeoutError:
            raise ChatFault(f"no answer within {self.timeout:g} s", headers={}) from None
        except openai.APIConnectionError as error:
            told = self._shown(f"no connection: {error.__cause__ or error}")
            raise ChatFault(told, headers={}) from None
        except (openai.APIError, ValueError, RecursionError) as error:
            raise ChatFault(self._shown(f"unreadable answer: {error}")) from None
        if reply is None:
            return self._judge_error(completion)
        if reply.no_answer is NoAnswer.ERROR:
            raise ChatFault(
                self._shown(f"the endpoint ended a reply with {reply.finish_reason!r}"),
                no_answer=NoAnswer.ERROR,
            )
        return reply

    def _judge_status(self, error: Any) -> ChatReply:
        """Return the empty reply that an error status stands for.

        Raises:
            ChatFault: it stands for none, for the error says nothing about this chat.
        """
        status, message = error.status_code, str(error.message)
        if status == 401:
            # What the endpoint says of a wrong key often quotes it.
            mend = "was not accepted" if self._key else "is not set"
            raise ChatFault(
                f"status 401: the key in {self._key_variable} {mend}", lasting=True
            ) from None
        prefix = "" if str(status) in message else f"status {status}: "
        shown = self._shown(prefix + message)
        # The message holds the body, unless that has a message of its own; codes stand beside it.
        said = f"{message} {error.code} {error.type} {_as_text(error.body)}"
        reason = why_no_answer(status=status, error=said)
        if reason is not NoAnswer.ERROR:
            return ChatReply("", no_answer=reason, error=shown)
        headers = error.response.headers
        raise ChatFault(
            shown,
            lasting=status in (402, 403, 404),
            headers=headers if is_passing(status, headers) else None,
        ) from None

    def _judge_error(self, completion: Any) -> ChatReply:
        """The same for an answer of status 200 without a message."""
        error = getattr(completion, "error", None)
        shown = self._shown(f"an answer without a reply: {error or completion}")
        reason = why_no_answer(error=_as_text(error)) if error else NoAnswer.ERROR
        if reason is NoAnswer.ERROR:
            raise ChatFault(shown, no_answer=NoAnswer.ERROR if error else None)
        return ChatReply("", no_answer=reason, error=shown)

    def _reach(self) -> list[str]:
        """Return why no connection comes about, nothing where one does."""
        openai = import_openai()
        limits = openai.Timeout(0.5, connect=CONNECT_WITHIN)
        try:
            self._client.get("/models", cast_to=object, options={"timeout": limits})
        except openai.APIConnectionError as error:
            # A server that takes longer to answer is there.
            cause = error.__cause__
            if type(cause).__name__ in ("ConnectError", "ConnectTimeout", "ProxyError"):
                return [str(cause) or f"nothing within {CONNECT_WITHIN:g} s"]
        except Exception:  # any answer will do, one that cannot be read too
            pass
        return []

    def _shown(self, message: str) -> str:
        """Return a message fit for people and files: in one line, cut, without the key."""
        if self._key:
            message = message.replace(self._key, "[key]")
        line = " ".join(message.split())
        line = line.encode("utf-8", "replace").decode("utf-8")
        return line if len(line) <= LONGEST_EXPLANATION else line[:LONGEST_EXPLANATION] + "..."


def _as_text(body: Any) -> str:
    """Return what an endpoint says of an error as text, whatever its form."""
    return body if isinstance(body, str) else json.dumps(body, default=str)
