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
_MARKS = re.escape(_AROUND.strip())
_OPENING = (
    r"(?:(?:so|thus|hence|therefore),?\s{1,3})?(?:(?:the|my|our)\s{1,3})?"
    r"(?:(?:final|correct|最终|正确)\s?)?"
)


def find_phrases(text: str, names: tuple[str, ...]) -> list[str]:
    r"""Return what the phrases of a text say that are marked as its answer.

    These are the contents of `\boxed{...}`, of tags such as `<answer>...</answer>` and `<NAME>`,
    of a parameter NAME of a call in XML, and what follows "Answer:", "Final answer:", "The NAME is"
    and the like, on its line or on the next one. Of such lines none counts unless the last line of
    the text is one, or there is but one and what follows explains it. The last tag may be left
    open. Names are in lower case.
    """
    tagged = (tag[2] for tag in _tag_pattern(names).finditer(text) if tag[3] or _is_whole(tag[2]))
    called = (call[1] or call[2] for call in _call_pattern(names).finditer(text))
    return [*_boxes(text), *tagged, *called, *_labelled(text, names)]


def without_label(text: str, names: tuple[str, ...]) -> str:
    """Return what follows "Answer:", "The NAME is" and the like, the text itself without them."""
    match = _label_pattern(names).match(text)
    return match["says"] if match else text


def _boxes(text: str) -> Iterator[str]:
    opened: list[int] = []  # where the contents of each open brace begin, 0 for no box
    for brace in _box_or_brace(text):
        if brace[0] != "}":
            opened.append(brace.end() if len(brace[0]) > 1 else 0)
        elif opened:
            start = opened.pop()
            if start and brace.start() - start <= MAX_PHRASE:
                yield text[start : brace.start()]


def _is_whole(phrase: str) -> bool:
    """Return whether what a tag left open holds was not cut within brackets."""
    return phrase.count("(") == phrase.count(")")


def _labelled(text: str, names: tuple[str, ...]) -> list[str]:
    label, heading = _label_pattern(names).match, _heading_pattern(names).fullmatch
    lines = [line[:MAX_PHRASE] for line in text.splitlines() if line.strip(_AROUND + "[]\\")]
    phrases: list[str] = []
    last = -1  # line of a phrase
    for at, line in enumerate(lines):
        if heading(line):
            if at + 2 == len(lines):
                phrases.append(lines[at + 1])
                last = at + 1
        elif found := label(line):
            phrases.append(_unmarked(found["says"], line[: found.start("label")]))
            last = at
    if not phrases:
        return []
    after = "\n".join(lines[last + 1 :])
    explained = len(phrases) == 1 and _explains(after) and not _doubts(after)
    return phrases if explained or not after else []


def _unmarked(phrase: str, before: str) -> str:
    """Return a phrase without the stars at its end that close those before its label."""
    stars = before[len(before.rstrip("*")) :]
    if not stars or phrase.startswith("*"):
        return phrase
    return phrase.rstrip(" .").removesuffix(stars)


_explains = re.compile(
    rf"[{_BEFORE}]{{0,20}}(?:this|because|since|explanation|reason(?:ing)?|check|verif|proof)",
    re.IGNORECASE,
).match
_doubts = re.compile(
    r"\b(?:wait|but|not|no|cannot|wrong|incorrect|error|mistake|sorry|however|instead|rather|actually|"
    r"oops|hmm|unless|or|alternative(?:ly)?|try|fails?|if|maybe|perhaps|correction|better)\b|n['’]t\b|\?",
    re.IGNORECASE,
).search
"""May take back an answer that stands before them."""


@lru_cache(maxsize=8)
def _tag_pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    tags = "|".join(name.replace(" ", "[ _-]?") for name in (*_TAGS, *names))
    return re.compile(rf"<({tags})>([^<]{{1,{MAX_PHRASE}}})(?:(</\1>)|\Z)", re.IGNORECASE)


@lru_cache(maxsize=8)
def _call_pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    name = f"(?:answer|{'|'.join(names)})"
    value = rf"([^<]{{1,{MAX_PHRASE}}})"
    return re.compile(
        rf"<parameter(?:\s+name)?\s?=\s?[\"']?{name}[\"']?\s?>{value}</parameter>|"
        rf"<arg_key>{name}</arg_key>\s{{0,9}}<arg_value>{value}</arg_value>",
        re.IGNORECASE,
    )


@lru_cache(maxsize=8)
def _heading_pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """A label alone on its line, with a colon, or as a heading of Markdown."""
    label = rf"{_OPENING}(?:{'|'.join((*_LABELS, *names))})"
    return re.compile(
        rf"[{_BEFORE}]{{0,20}}{label}[{_AFTER}]{{0,5}}:[{_AFTER}]{{0,10}}|"
        rf"\s{{0,3}}(?:#{{1,6}}\s{{0,3}}|\*\*){label}[{_AFTER}]{{0,5}}",
        re.IGNORECASE,
    )


@lru_cache(maxsize=8)
def _label_pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    words = "|".join((*_LABELS, *names))
    return re.compile(
        rf"[{_BEFORE}]{{0,20}}(?P<label>{_OPENING}(?:{words}))"
        rf"(?:\s{{1,3}}is\b|[是为]|[{_AFTER}]{{0,5}}[:=])[{_MARKS}]{{0,5}}\s{{0,9}}:?\s{{0,9}}(?P<says>.+)",
        re.IGNORECASE | re.DOTALL,
    )
