"""What a request without a reply means: an empty reply that is final, or a fault that may pass."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agents.chat_answers import ChatReply
from agents.no_answer import NoAnswer, why_no_answer
from agents.retries import is_passing

if TYPE_CHECKING:
    from agents.transport import ErrorStatus

LONGEST_EXPLANATION = 300
"""Characters that are kept of what an endpoint says about an error; some send a whole page."""


class ChatFault(RuntimeError):
    """No reply came, after all retries. Says nothing about the model.

    Attributes:
        lasting: whether the next request must fail as well: a wrong key, an unknown model.
        headers: of the answer, if any, after which the same request may be sent again at once;
            None where a retry would not help.
        no_answer: `NoAnswer.ERROR` where the endpoint itself ended the reply with an error.
        kind: of fault, in a word or two, to count by.
    """

    def __init__(
        self,
        message: str,
        *,
        lasting: bool = False,
        headers: Mapping[str, str] | None = None,
        no_answer: NoAnswer | None = None,
        kind: str = "unreadable",
    ) -> None:
        super().__init__(message)
        self.lasting = lasting
        self.headers = headers
        self.no_answer = no_answer
        self.kind = kind


class NotSent(ChatFault):
    """Nothing was asked: the caller gave up while the request waited for its turn."""


@dataclass(frozen=True)
class Key:
    """The key of an endpoint: "" where there is none.

    Attributes:
        variable: environment variable that it was read from.
    """

    value: str
    variable: str

    def hidden(self, message: str) -> str:
        """Return a message fit for people and files: in one line, cut, without the key."""
        if self.value:
            message = message.replace(self.value, "[key]")
        line = " ".join(message.split())
        line = line.encode("utf-8", "replace").decode("utf-8")
        return line if len(line) <= LONGEST_EXPLANATION else line[:LONGEST_EXPLANATION] + "..."


def judge_status(error: ErrorStatus, key: Key) -> ChatReply:
    """Return the empty reply that an error status stands for.

    Args:
        error: what came.
        key: that was sent.

    Raises:
        ChatFault: it stands for none, for the error says nothing about this chat.
    """
    status, message = error.status, str(error)
    if status == 401:
        # What the endpoint says of a wrong key often quotes it.
        mend = "was not accepted" if key.value else "is not set"
        told = f"status 401: the key in {key.variable} {mend}; set it, or name another variable"
        raise ChatFault(told, lasting=True, kind="status 401") from None
    if 300 <= status < 400:
        # Not followed: prompts and key are for the address that was named.
        told = f"status {status}: it moved to {error.headers.get('location', 'another address')}"
        told = key.hidden(f"{told}; name that as the base URL, if it is meant")
        raise ChatFault(told, lasting=True, kind=f"status {status}") from None
    prefix = "" if str(status) in message else f"status {status}: "
    shown = key.hidden(prefix + message)
    if status == 404:
        shown += " (is the base URL right, and the model named as the endpoint names it?)"
    # Codes stand beside the message.
    said = f"{message} {_as_text(error.body)}"
    reason = why_no_answer(status=status, error=said)
    if reason is not NoAnswer.ERROR:
        return ChatReply("", no_answer=reason, error=shown)
    raise ChatFault(
        shown,
        lasting=status in (402, 403, 404),
        headers=error.headers if is_passing(status, error.headers) else None,
        kind=f"status {status}",
    ) from None


def judge_answer(answer: Any, key: Key) -> ChatReply:
    """Return the empty reply that an answer of status 200 without a message stands for.

    Args:
        answer: plain data, whatever the endpoint sent.
        key: that was sent.

    Raises:
        ChatFault: it stands for none.
    """
    error = answer.get("error") if isinstance(answer, dict) else None
    shown = key.hidden(f"an answer without a reply: {error or answer}")
    reason = why_no_answer(error=_as_text(error)) if error else NoAnswer.ERROR
    if reason is NoAnswer.ERROR:
        raise ChatFault(shown, no_answer=NoAnswer.ERROR if error else None)
    return ChatReply("", no_answer=reason, error=shown)


def _as_text(body: Any) -> str:
    """Return what an endpoint says of an error as text, whatever its form."""
    return body if isinstance(body, str) else json.dumps(body, default=str)
