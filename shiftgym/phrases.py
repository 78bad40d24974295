r"""Finds answers that stand in a reply without an object: `\boxed{...}`, tags, "Answer: ..."."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

MAX_PHRASE = 1_000
"""Characters of the longest phrase that is taken for an answer."""

_box_or_brace = re.compile(r"\\(?:boxed|fbox)\s*\{|[{}]").finditer
_TAGS = ("answer", "final answer", "output", "response", "solution", "result")
_LABELS = ("answer", "solution", "result", "答案")
_AROUND = " \t*_`\"'$|"
_BEFORE = re.escape(_AROUND + "#>-•")
_AFTER = re.escape(_AROUND)
_OPENING = (
    r"(?:(?:so|thus|hence|therefore),?\s{1,3})?(?:(?:the|my|our)\s{1,3})?"
    r"(?:(?:final|correct|最终|正确)\s?)?"
)


def find_phrases(text: str, names: tuple[str, ...]) -> list[str]:
    r"""Return what the phrases of a text say that are marked as its answer.

    These are the contents of `\boxed{...}`, of tags such as `<answer>...</answer>` and `<NAME>`,
    and what follows "Answer:", "Final answer:", "The NAME is" and the like on a line of its own;
    of such lines none counts unless the last line of the text is one. Names are in lower case.
    """
    tagged = (tag[2] for tag in _tag_pattern(names).finditer(text))
    return [*_boxes(text), *tagged, *_labelled(text, names)]


def without_label(text: str, names: tuple[str, ...]) -> str:
    """Return what follows "Answer:", "The NAME is" and the like, the text itself without them."""
    match = _label_pattern(names).match(text)
    return match[1] if match else text


def _boxes(text: str) -> Iterator[str]:
    opened: list[int] = []  # where the contents of each open brace begin, 0 for no box
    for brace in _box_or_brace(text):
        if brace[0] != "}":
            opened.append(brace.end() if len(brace[0]) > 1 else 0)
        elif opened:
            start = opened.pop()
            if start and brace.start() - start <= MAX_PHRASE:
                yield text[start : brace.start()]


def _labelled(text: str, names: tuple[str, ...]) -> list[str]:
    match = _label_pattern(names).match
    lines = [line[:MAX_PHRASE] for line in text.splitlines() if line.strip(_AROUND + "[]\\")]
    if not lines or match(lines[-1]) is None:
        return []
    return [found[1] for found in map(match, lines) if found]


@lru_cache(maxsize=8)
def _tag_pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    tags = "|".join(name.replace(" ", "[ _-]?") for name in (*_TAGS, *names))
    return re.compile(rf"<({tags})>([^<]{{1,{MAX_PHRASE}}})</\1>", re.IGNORECASE)


@lru_cache(maxsize=8)
def _label_pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    words = "|".join((*_LABELS, *names))
    return re.compile(
        rf"[{_BEFORE}]{{0,20}}{_OPENING}(?:{words})"
        rf"(?:\s{{1,3}}is\b[{_AFTER}]{{0,5}}:?|[是为]|[{_AFTER}]{{0,5}}[:=])[{_AFTER}]{{0,10}}(.+)",
        re.IGNORECASE | re.DOTALL,
    )
