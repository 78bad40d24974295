"""Tells what a reply thinks aloud from what it says.

Reasoning models write their thoughts first, marked in one way or another. What stands in a thought
is a draft and no answer, also where the thought is never closed because the reply was cut.
"""

from __future__ import annotations

import re

_NAMES = r"(?:think|thinking|thoughts?|reasoning|reflection|scratchpad|analysis)"
# One class of characters opens every mark, which lets the search skip all others.
_marks = re.compile(
    rf"[<\[◁](?i:(?P<open>{_NAMES}[>\]▷]|\|begin_of_thought\|>|\|channel\|>analysis\b)|"
    rf"/{_NAMES}[>\]▷]|\|end_of_thought\|>|\|channel\|>final\b)"
).finditer


def outside_thoughts(text: str) -> str:
    """Return what a reply says outside its thoughts.

    A thought begins at a mark such as `<think>`, `<thinking>`, `[THINK]`, `<|begin_of_thought|>` or
    `<|channel|>analysis`, and ends at the first closing mark or, without one, with the reply. A
    closing mark without an opening one ends a thought that began with the reply, as where the
    opening mark was part of the prompt: all text before it is thought.
    """
    said: list[str] = []
    start: int | None = 0  # of what is said, None within a thought
    for mark in _marks(text):
        if mark["open"]:
            if start is not None:
                said.append(text[start : mark.start()])
                start = None
        else:
            if start is not None:
                said.clear()
            start = mark.end()
    if start is not None:
        said.append(text[start:])
    return "\n".join(said)
