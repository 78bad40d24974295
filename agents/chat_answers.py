"""What an endpoint of chat completions sends back, read into one reply.

Endpoints differ in where they put a refusal, a thought or a list of parts. Whatever came was paid
for, so all of it is kept, and only what holds no message at all is an error.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from agents.no_answer import NoAnswer, why_no_answer
from shiftgym.sanitize import for_terminal

MOST_TOKENS = 10**7
"""Of one request; a larger count is none."""

LONGEST_NAME = 200
"""Characters that are kept of a model's name."""

_THINKING = ("thinking", "reasoning", "reasoning_content", "redacted_thinking")
"""Types of parts of a content, and names of fields, that hold thoughts."""


@dataclass(frozen=True)
class ChatReply:
    """What came back.

    Attributes:
        text: of the reply, "" where there is none; a refusal is a reply. Always valid UTF-8.
        finish_reason: why it ended, in the endpoint's words: "stop", "length", ...
        no_answer: why there is no answer in it, None where there is one.
        reasoning: thoughts that the endpoint sends apart from the text, which are no answer.
        prompt_tokens, completion_tokens: as the endpoint counts them; None where it does not.
        reasoning_tokens: those of the completion's tokens that are thoughts, None as above.
        served: the model that replied, as the endpoint names it.
        error: what the endpoint said where it sent an error in place of a reply.
    """

    text: str
    finish_reason: str | None = None
    no_answer: NoAnswer | None = None
    reasoning: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    reasoning_tokens: int | None = None
    served: str | None = None
    error: str | None = None


def read_reply(answer: Any) -> ChatReply | None:
    """Return the reply in an answer of status 200, None where it holds no message.

    Args:
        answer: a chat completion as plain data, any of whose fields may be missing or of another
            type: nobody has checked it.
    """
    choices = _field(answer, "choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    message = _field(first, "message")
    if message is None:
        return None
    content = _field(message, "content")
    refusals = [*_texts(_field(message, "refusal")), *_texts(content, ("refusal",))]
    text = "".join(_texts(content)) or "".join(refusals)
    thoughts = [
        *(thought for name in _THINKING for thought in _texts(_field(message, name))),
        *_texts(content, _THINKING),
    ]
    finish_reason = _text(_field(first, "finish_reason"))
    usage = _field(answer, "usage")
    details = _field(usage, "completion_tokens_details")
    return ChatReply(
        text=_utf8(text),
        finish_reason=finish_reason,
        no_answer=why_no_answer(
            text,
            finish_reason=finish_reason,
            refused=bool(refusals),
            called_tool=bool(_field(message, "tool_calls"))
            or _field(message, "function_call") is not None,
        ),
        # Some endpoints send the same thoughts under two names.
        reasoning=_utf8("\n".join(dict.fromkeys(thoughts))) or None,
        prompt_tokens=_count(_field(usage, "prompt_tokens")),
        completion_tokens=_count(_field(usage, "completion_tokens")),
        reasoning_tokens=_count(
            _field(details, "reasoning_tokens", _field(usage, "reasoning_tokens"))
        ),
        served=_name(_field(answer, "model")),
    )


def _field(value: Any, name: str, default: Any = None) -> Any:
    """Return a field of what may be no object."""
    return value.get(name, default) if isinstance(value, dict) else default


def _texts(content: Any, types: tuple[str, ...] = ("text", "output_text")) -> Iterator[str]:
    """Yield the texts of a content: of a string, or of those of its parts that are of some types.

    A content of any other kind, such as a JSON object, counts as the text that it was sent as.
    """
    if content is None or content == "":
        return
    in_text = "text" in types
    for part in content if isinstance(content, list) else [content]:
        if isinstance(part, str):
            if in_text:
                yield part
        elif isinstance(part, dict) and isinstance(part.get("type"), str):
            if part["type"] in types:
                told = part.get("text", part.get(part["type"]))
                yield from _texts(told)
        elif in_text:
            yield json.dumps(part, ensure_ascii=False, default=str)


def _utf8(text: str) -> str:
    """Return text without halves of surrogate pairs: JSON can hold them, rows in UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _text(value: Any) -> str | None:
    return _utf8(value) if isinstance(value, str) else None


def _name(value: Any) -> str | None:
    """Return the name of a model, which is shown and submitted: a short line that hides nothing."""
    return for_terminal(value)[:LONGEST_NAME] if isinstance(value, str) else None


def _count(value: Any) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if is_count and 0 <= value <= MOST_TOKENS else None
