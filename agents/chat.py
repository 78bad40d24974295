"""Large models as an agent of the text games, behind any endpoint of OpenAI's chat completions.

That is an API or a server of one's own (vLLM, llama.cpp, Ollama and others). An episode's messages
are sent as they are: a wrong reply and what was answered to it are turns of the chat, and nothing
here knows which game is played. A reply is whatever the model said, an empty one or a refusal
included. A fault of transport is none: it is a ChatFault, for the caller to ask again later.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from agents.protocol import Info
from shiftgym.checks import positive

OPENAI_URL = "https://api.openai.com/v1"
KEY_VARIABLE = "OPENAI_API_KEY"

RESERVED = ("messages", "model", "n", "stream")
"""Fields of a request that `Sampling.extra` cannot set: another reply would come of them."""

LONGEST_EXPLANATION = 300
"""Characters that are kept of what an endpoint says about an error; some send a whole page."""


class ChatFault(RuntimeError):
    """No reply came, after all retries. Says nothing about the model.

    Attributes:
        lasting: whether the next request must fail as well: a wrong key, an unknown model.
    """

    def __init__(self, message: str, *, lasting: bool = False) -> None:
        super().__init__(message)
        self.lasting = lasting


@dataclass(frozen=True)
class Sampling:
    """How replies are drawn. What is None is not sent: the endpoint's own default holds.

    Attributes:
        temperature: 0 is greedy.
        top_p: in (0, 1].
        max_tokens: the longest reply, in tokens; a longer one is cut.
        seed: for endpoints that take one; few promise equal replies.
        extra: more fields of the request's body, plain data, as the endpoint names them.

    Raises:
        ValueError: for a number out of its range, and where `extra` sets a field that is set
            otherwise.
    """

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, low, high in (("temperature", 0, math.inf), ("top_p", 0, 1)):
            value = getattr(self, name)
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if value is not None and not (number and low <= value <= high):
                raise ValueError(f"{name} must be a number from {low} to {high}; got {value!r}.")
        if self.max_tokens is not None:
            positive("max_tokens", self.max_tokens)
        taken = [name for name in self.extra if name in (*RESERVED, *self.settings())]
        if taken:
            raise ValueError(
                f"The extra body sets {', '.join(taken)}, which is set otherwise. Leave it out."
            )

    def settings(self) -> dict[str, Any]:
        """Return the settings that are sent, `extra` apart."""
        named = ("temperature", "top_p", "max_tokens", "seed")
        return {name: value for name in named if (value := getattr(self, name)) is not None}

    def plain(self) -> dict[str, Any]:
        """Return all that is sent, as plain data for a record."""
        return {**self.settings(), **self.extra}


@dataclass(frozen=True)
class ChatReply:
    """What came back.

    Attributes:
        text: of the reply, "" where there is none; a refusal is a reply. Always valid UTF-8.
        finish_reason: why it ended, in the endpoint's words: "stop", "length", ...
        prompt_tokens, completion_tokens: as the endpoint counts them; None where it does not.
        served: the model that replied, as the endpoint names it.
    """

    text: str
    finish_reason: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    served: str | None = None


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
        self.model = model
        self.base_url = _check_url(base_url)
        self.sampling = sampling or Sampling()
        self._key_variable = key_variable
        self._key = _read_key(key_variable)
        if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or timeout <= 0:
            raise ValueError(f"timeout must be seconds above 0; got {timeout!r}.")
        self._timeout = timeout
        self._client = _import_openai().OpenAI(
            api_key=self._key or "none",
            base_url=self.base_url,
            timeout=timeout,
            max_retries=max_retries,
        )

    def reply(self, messages: Sequence[Mapping[str, Any]]) -> ChatReply:
        """Send one chat and return what comes back.

        Raises:
            ChatFault: nothing did that could be read as a reply.
        """
        openai = _import_openai()
        try:
            completion = self._client.chat.completions.create(
                model=self.model,
                messages=list(messages),
                extra_body=dict(self.sampling.extra),
                **self.sampling.settings(),
            )
        except openai.APIStatusError as error:
            raise self._status_fault(error) from None
        except openai.APITimeoutError:
            raise ChatFault(f"no answer within {self._timeout:g} s") from None
        except openai.APIConnectionError as error:
            raise ChatFault(self._shown(f"no connection: {error.__cause__ or error}")) from None
        except (openai.APIError, ValueError) as error:
            raise ChatFault(self._shown(f"unreadable answer: {error}")) from None
        return self._read(completion)

    def act(self, observation: Any, info: Info) -> list[str]:
        """Return a reply to each chat of `info["messages"]`, asked for one after the other."""
        return [self.reply(messages).text for messages in info["messages"]]

    def reset(self, index: int) -> None:
        """Nothing is remembered: the chat holds all."""

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _read(self, completion: Any) -> ChatReply:
        """Return the reply in an answer of status 200, which need not hold one."""
        choices = getattr(completion, "choices", None)
        first = choices[0] if isinstance(choices, list) and choices else None
        message = getattr(first, "message", None)
        if message is None:
            said = getattr(completion, "error", None) or completion
            raise ChatFault(self._shown(f"an answer without a reply: {said}"))
        text = getattr(message, "content", None) or getattr(message, "refusal", None) or ""
        if not isinstance(text, str):
            raise ChatFault(f"a reply that is no text but {type(text).__name__}")
        usage = getattr(completion, "usage", None)
        return ChatReply(
            # JSON can hold half a surrogate pair, UTF-8 cannot: neither rows nor requests could.
            text=text.encode("utf-8", "replace").decode("utf-8"),
            finish_reason=_text(getattr(first, "finish_reason", None)),
            prompt_tokens=_count(getattr(usage, "prompt_tokens", None)),
            completion_tokens=_count(getattr(usage, "completion_tokens", None)),
            served=_text(getattr(completion, "model", None)),
        )

    def _status_fault(self, error: Any) -> ChatFault:
        status = error.status_code
        if status == 401:
            # What the endpoint says of a wrong key often quotes it.
            mend = "was not accepted" if self._key else "is not set"
            return ChatFault(f"status 401: the key in {self._key_variable} {mend}", lasting=True)
        message = str(error.message)
        prefix = "" if str(status) in message else f"status {status}: "
        return ChatFault(self._shown(prefix + message), lasting=status in (403, 404))

    def _shown(self, message: str) -> str:
        """Return a message fit for people and files: in one line, cut, without the key."""
        if self._key:
            message = message.replace(self._key, "[key]")
        line = " ".join(message.split())
        line = line.encode("utf-8", "replace").decode("utf-8")
        return line if len(line) <= LONGEST_EXPLANATION else line[:LONGEST_EXPLANATION] + "..."


def _import_openai() -> Any:
    try:
        import openai
    except ImportError as error:
        raise ImportError(
            "Models behind an endpoint need the openai package: pip install --constraint "
            "constraints.txt --editable '.[llm]'"
        ) from error
    return openai


def _check_url(url: str) -> str:
    """Return the URL without a slash at its end.

    Raises:
        ValueError: it is none, or holds what must not be written down.
    """
    parts = urlsplit(url)
    if parts.username or parts.password or parts.query or parts.fragment:
        # Not quoted: what is refused may be a secret.
        raise ValueError(
            "The base URL holds a user, a password or a query. It is written into run.json, so "
            "put a key into an environment variable instead and name that."
        )
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is no base URL; expected one such as http://localhost:8000/v1.")
    return url.rstrip("/")


def _read_key(variable: str) -> str:
    """Return the key, "" where the default variable is not set.

    Raises:
        ValueError: another variable is not set, or what is set cannot be sent as a header.
    """
    key = os.environ.get(variable, "").strip()
    if not key and variable != KEY_VARIABLE:
        raise ValueError(f"The environment variable {variable} is not set; it should hold the key.")
    if not (key.isascii() and key.isprintable()):
        raise ValueError(f"The environment variable {variable} has characters that no key has.")
    return key


def _text(value: Any) -> str | None:
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else None


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None
