"""Tells what a reply thinks aloud from what it says.

Reasoning models write their thoughts first, marked in one way or another. What stands in a thought
is a draft and no answer, also where the thought is never closed because the reply was cut.
"""

from __future__ import annotations

import re

_BLANKS = r"\s{0,9}"
_ATTRIBUTE = r"\s{1,9}[\w:-]{1,40}\s?=\s?(?:\"[^\"<>]{0,99}\"|'[^'<>]{0,99}'|[^\s\"'<>|&]{1,99})"
# A tag of any name, in < >, full-width, as HTML's entities or in the brackets of Kimi.
_marks = re.compile(
    rf"(?:[<＜◁]|&lt;){_BLANKS}(?P<pipe>\|?)(?P<slash>/?)\|?{_BLANKS}"
    rf"(?P<name>[A-Za-z][\w:-]{{0,60}})"
    rf"(?:{_ATTRIBUTE}){{0,4}}{_BLANKS}\|?(?:[>＞▷]|&gt;)(?=\s?(?P<after>[a-z]{{0,20}}))|"
    r"(?<!\")\[/?THINK\](?!\()|\[/?THINK\](?![\"(])"
).finditer

_SIGNS = ("<", "＜", "◁", "&lt;", "THINK]")
"""One of them is in every mark."""

_holds_thought = re.compile(
    r"think|thought|reason|reflection|scratchpad|analys[ei]s|monologue|deliberation|"
    r"(?<![^\W_])cot(?![^\W_])"
).search
# `<no_think>` opens none, and what `<final_reasoned_answer>` holds is an answer.
_holds_other = re.compile(
    r"\bno[_-]?think|answer|final|output|response|result|solution|formula|action"
).search
_edges = re.compile(r"(?:(?:start|begin|end)[_:-](?:of[_:-])?|[_:-](?:start|begin|end)\Z)").sub
_is_end = re.compile(r"end[_:-]|.*[_:-]end\Z").match

_NAMED_AFTERWARDS = ("channel", "im_start")
"""Special tokens (gpt-oss, s1) that are followed by the name of what they open."""

_SAID = ("final", "answer")

_TOKENS = {
    "inner_prefix": ("inner", True),
    "inner_suffix": ("inner", False),
    "unused94": ("unused", True),
    "unused95": ("unused", False),
}
"""Special tokens of models (Apertus, MedGemma) whose names do not tell what they mark."""


def outside_thoughts(text: str) -> str:
    """Return what a reply says outside its thoughts.

    A thought begins at a tag whose name holds "think", "thought", "reasoning", "analysis",
    "monologue" or the like, such as `<think>`, `<seed:think id=1>` or `<|START_THINKING|>`, at
    `<|channel|>analysis`, or at `[THINK]`, if that opens the reply or one is closed. It ends at a
    closing mark, be it the first one or of another name, unless a thought of that other name began
    within it; without one it ends with the reply. A closing mark without an opening one ends a
    thought that began with the reply, as where the opening mark was part of the prompt: all text
    before it is thought.
    """
    # Most replies hold no mark, and to look for a character is a hundred times as fast.
    if not any(sign in text for sign in _SIGNS):
        return text
    said: list[str] = []
    start: int | None = 0  # of what is said, None within a thought
    outer, inner = "", set[str]()  # names of the thought, and of those that are open within it
    in_brackets = "[/THINK]" in text or text.lstrip().startswith("[THINK]")
    for mark in _marks(text):
        kind = _kind(mark)
        if kind is None or (mark["name"] is None and not in_brackets):
            continue
        name, opens = kind
        if opens:
            if start is not None:
                said.append(text[start : mark.start()])
                start, outer, inner = None, name, set()
            else:
                inner.add(name)
        elif start is None and name != outer and name in inner:
            inner.remove(name)
        else:
            if start is not None:
                said.clear()
            is_named_afterwards = name in _NAMED_AFTERWARDS and mark["after"] in _SAID
            start = mark.end("after" if is_named_afterwards else 0)
    if start is not None:
        said.append(text[start:])
    return "\n".join(said)


def _kind(mark: re.Match[str]) -> tuple[str, bool] | None:
    """Return the name of what a tag marks and whether it opens it; None where it is no thought."""
    if mark["name"] is None:
        return "think", mark[0] == "[THINK]"
    name = mark["name"].lower()
    if name in _TOKENS:
        return _TOKENS[name]
    if name in _NAMED_AFTERWARDS and "|" in mark[0]:
        # Gemma closes its channel by <channel|>.
        if mark["after"] in _SAID or (name == "channel" and not mark["pipe"]):
            return name, False
        return (name, True) if _holds_thought(mark["after"]) else None
    if not _holds_thought(name) or _holds_other(name):
        return None
    return _edges("", name), not mark["slash"] and not _is_end(name)
