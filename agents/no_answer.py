"""Why a request to a model brought no answer: the reasons, and the one function that tells them."""

from __future__ import annotations

import re
from enum import Enum

from shiftgym.thoughts import outside_thoughts


class NoAnswer(str, Enum):
    """Why there is no answer, or only a part of one.

    All but `ERROR` are final: the same request would end in the same way, so the attempt is judged
    by whatever text there is, and no text at all is unreadable. `ERROR` says nothing of the model:
    its episode stays pending.
    """

    EMPTY = "empty"
    CUT = "cut"
    REFUSED = "refused"
    FILTERED = "filtered"
    TOOL_CALL = "tool_call"
    OVERFLOW = "overflow"
    TOO_LONG = "too_long"
    ERROR = "error"


_FINISHES = {
    "length": NoAnswer.CUT,
    "max_tokens": NoAnswer.CUT,
    "model_length": NoAnswer.CUT,
    "model_context_window_exceeded": NoAnswer.OVERFLOW,
    "refusal": NoAnswer.REFUSED,
    "content_filter": NoAnswer.FILTERED,
    "safety": NoAnswer.FILTERED,
    "prohibited_content": NoAnswer.FILTERED,
    "recitation": NoAnswer.FILTERED,
    "blocklist": NoAnswer.FILTERED,
    "spii": NoAnswer.FILTERED,
    "sensitive": NoAnswer.FILTERED,
    "error": NoAnswer.ERROR,
    "network_error": NoAnswer.ERROR,
    "abort": NoAnswer.ERROR,
    "insufficient_system_resource": NoAnswer.ERROR,
}
"""Reasons why a reply ended, in lower case, as OpenAI, Anthropic, Gemini, Mistral, DeepSeek, GLM,
vLLM and OpenRouter word them. "stop", "tool_calls" and the like stand for nothing by themselves."""

_of_overflow = re.compile(
    "|".join(
        (
            r"context_length_exceeded|exceed_context_size_error|contextwindowexceeded",
            r"tokens_limit_reached|max_model_len|(?:maximum|max) (?:context|prompt) length",
            r"exceed(?:s|ed)? (?:the )?(?:available )?(?:context|model token limit)",
            r"context (?:window|size|length)[^.]{0,30}exceed",
            r"exceeds? [^.]{0,40}context (?:window|length)",
            r"(?:longer|greater) than [^.]{0,40}context (?:window|size|length)",
            r"context (?:window|size|length) (?:is|of) (?:only )?\d",
            r"(?:prompt|input) is too long|length of all messages is too long",
            r"(?:prompt|input) (?:length|tokens?)[^.]{0,40} exceed|prompt exceeds max",
            r"token count[^.]{0,40} exceed|too many (?:input )?tokens(?! per)",
            r"range of input length|`inputs` (?:tokens \+|must have less than)",
            r"reduce the length of the (?:messages|prompt|input)",
        )
    ),
    re.IGNORECASE,
).search
"""Says whether an error is about the length of the chat, as OpenAI, Anthropic, Gemini, Mistral,
xAI, Moonshot, GLM, DashScope, GitHub Models, vLLM, SGLang, TGI, llama.cpp and LM Studio word it."""

_of_filter = re.compile(
    r"content[_ ]filter|content_policy_violation|responsibleaipolicyviolation|"
    r"content management policy|flagged by [^.]{0,40}moderation|requires moderation|"
    r"flagged as potentially violating|violates usage guidelines|content exists risk|"
    r"data_inspection_failed|inappropriate content",
    re.IGNORECASE,
).search
"""Says whether an error is that of a content filter, as these and DeepSeek word it."""

_ABOUT_THE_REQUEST = (400, 403, 413, 422, 500)
"""Statuses with which endpoints refuse one request for what is in it (500: older llama.cpp)."""


def why_no_answer(
    text: str = "",
    *,
    finish_reason: str | None = None,
    refused: bool = False,
    called_tool: bool = False,
    status: int = 200,
    error: str = "",
) -> NoAnswer | None:
    """Return why a request brought no answer, None where it brought one.

    Args:
        text: of the reply; what it thinks aloud is no answer.
        finish_reason: why it ended, in the endpoint's words.
        refused: whether the endpoint marks the reply as a refusal.
        called_tool: whether a tool is called.
        status: of the HTTP answer.
        error: what the endpoint says of an error, codes included; "" where it speaks of none.
    """
    if status != 200 or error:
        if status in (*_ABOUT_THE_REQUEST, 200):
            if _of_overflow(error):
                return NoAnswer.OVERFLOW
            if _of_filter(error):
                return NoAnswer.FILTERED
        return NoAnswer.ERROR
    ended = _FINISHES.get((finish_reason or "").lower())
    if ended is not None:
        return ended
    if refused:
        return NoAnswer.REFUSED
    if not outside_thoughts(text).strip():
        return NoAnswer.TOOL_CALL if called_tool else NoAnswer.EMPTY
    return None
