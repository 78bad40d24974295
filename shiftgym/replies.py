"""Finds the answer in the reply of a language model, whatever the reply looks like.

Models are asked for one JSON object and write fences, thoughts, Python literals and half an object
more. What they mean is read wherever that is beyond doubt; whether they kept to the asked format is
told apart from it. In this order, the first that is there:

1. the last object with the asked key, as `shiftgym.objects` finds them;
2. where none is, what objects with other keys say, or phrases such as "Answer: ...", as
   `shiftgym.phrases` finds them; they count only where all of them say the same.

What stands in a thought is a draft and never counts (`shiftgym.thoughts`). Every step takes time
linear in the length of the reply.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from shiftgym.objects import Fields, Object, find_objects
from shiftgym.phrases import find_phrases
from shiftgym.thoughts import outside_thoughts

MAX_CHARACTERS = 1_000_000
"""Only the end of a longer reply is read."""

CONTRADICTION = "It gives several answers that differ, and does not say which one counts."
ONLY_THOUGHTS = "What stands in thoughts is no answer: one must follow where they are closed."
OUT_OF_FORMAT = "The reply is not in the format that was asked for."
TOO_LONG = f"Only the last {MAX_CHARACTERS:,} characters of a reply are read."

_LOOK_ALIKES = str.maketrans(
    {**dict.fromkeys("“”„‟«»「」『』", '"'), **dict.fromkeys("‘’‚‛", "'")}
    | {"：": ":", "，": ",", "｛": "{", "｝": "}", "［": "[", "］": "]"}
)
"""Each stands for one character, so that places in the text stay."""

_entity = re.compile(r"&(?:#[0-9]{1,6}|#[xX][0-9A-Fa-f]{1,5}|[A-Za-z]{2,8});").sub
_escapes = re.compile(r'\\(["\\nrt])').sub
_comma = re.compile(r"\s*,\s*").fullmatch


@dataclass(frozen=True)
class Asked:
    """What a task asks for in a reply.

    Attributes:
        key: of the member that makes an object an answer, in lower case.
        meaning: returns what an object with the key says, such as the formula, or None where it
            says nothing: its value is null, say, or the prompt's own words. What it says may be
            wrong or senseless: it is an answer all the same.
        loose: returns all that an object without the key plainly says, or a phrase, which is given
            as an object {key: phrase}; empty where it says nothing, or nothing that is plain.
        names: what a phrase may call the answer besides "answer", such as "formula".
    """

    key: str
    meaning: Callable[[Fields], str | None]
    loose: Callable[[Fields], Sequence[str]]
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What was found in a reply.

    Attributes:
        says: what the answer says, as `Asked` read it; None where there is no answer.
        fields: the members of the answer, those of a phrase being {key: phrase}.
        strict: the answer as JSON has it, where it stands in the reply as one strict JSON object of
            its own, in no other object or list; None where it does not.
        reason: a sentence that says why there is no answer, where more can be said than that none
            was found; else "".
    """

    says: str | None = None
    fields: Fields | None = None
    strict: dict[str, Any] | None = None
    reason: str = ""


def find_answer(text: object, asked: Asked) -> Answer:
    r"""Return the answer that a reply gives.

    Where an object with the key lies in another one that has it too, the outer one counts. Objects
    with the key that lie side by side in one object or list are one answer, and none where they say
    different things. Where no object has the key, the reply is read once more with HTML's entities
    and with JSON's escapes (`{\"key\": ...}`, as in the arguments of a tool call) undone, and with
    the outermost braces or the last quote put where they are missing.

    Nothing that a reply may be raises.

    Args:
        text: the reply. Anything but a string has no answer. Only the last MAX_CHARACTERS count.
        asked: what is asked for.
    """
    if not isinstance(text, str):
        return Answer()
    said = outside_thoughts(text[-MAX_CHARACTERS:])
    answer = _among_all(said, asked)
    if answer.says is None and not answer.reason:
        if len(said) < len(text) and asked.key in text[-MAX_CHARACTERS:].lower():
            return Answer(reason=ONLY_THOUGHTS)
        if len(text) > MAX_CHARACTERS:
            return Answer(reason=TOO_LONG)
    return answer


def _among_all(said: str, asked: Asked) -> Answer:
    """Return the answer in a reply without its thoughts."""
    for written in _spellings(said):
        answer = _among_objects(written, asked, raw=said)
        if answer is not None:
            return answer
    return _among_loose(said.translate(_LOOK_ALIKES), asked)


def check_reply(reply: object) -> str:
    """Return a reply that is given to an environment.

    Raises:
        TypeError: for anything but a string, which no model writes.
    """
    if not isinstance(reply, str):
        raise TypeError(
            f"The action of a Text environment is a reply, a string; {reply!r} is of type "
            f"{type(reply).__name__}. Pass the text of the reply."
        )
    return reply


def without_entities(text: str) -> str:
    """Return a text with HTML's entities, such as &minus;, as the characters they stand for."""
    return _entity(lambda entity: html.unescape(entity[0]), text)


def _spellings(text: str) -> Iterator[str]:
    """Yield the text with plain quotes, then in the ways in which an object may hide in it."""
    if not text.isascii():
        text = text.translate(_LOOK_ALIKES)
    yield text
    if "&quot;" in text or "&#" in text:
        text = without_entities(text)
        yield text
    # JSON in JSON may lie in JSON again.
    for _ in range(2):
        if '\\"' not in text and "{\\n" not in text and ",\\n" not in text:
            break
        text = _escapes(lambda escape: _ESCAPED.get(escape[1], escape[1]), text)
        yield text
    quote, brace = text.find('"'), text.rfind("}")
    if quote >= 0 and "{" not in text:
        yield f"{{{text[quote:]}}}"  # the members without their braces
    elif brace >= 0 and text.count('"') % 2:
        yield f'{text[:brace]}"{text[brace:]}'  # the last quote is missing


_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


def _among_objects(text: str, asked: Asked, raw: str) -> Answer | None:
    """Return the last answer among the objects with the key, None where none says anything."""
    if asked.key not in text.lower():
        return None
    told: list[tuple[str, Object]] = []  # what the last answer says, the last object first
    for found in reversed(find_objects(text, {asked.key})):
        if told and told[-1][1].start < found.start:
            continue  # it lies in that one
        if told and not _together(text, found, told[-1][1]):
            break
        says = asked.meaning(found.fields)
        if says is not None:
            told.append((says, found))
    if not told:
        return None
    if _differ(says for says, _ in told):
        return Answer(reason=CONTRADICTION)
    says, found = told[0]
    return Answer(says, found.fields, _strict(raw, text, found), "")


def _together(text: str, first: Object, second: Object) -> bool:
    """Return whether two objects lie side by side in one object or list."""
    return first.outermost == second.outermost or _comma(text, first.end, second.start) is not None


def _among_loose(text: str, asked: Asked) -> Answer:
    """Return what objects without the key and phrases say, where all say the same."""
    loose = [found.fields for found in find_objects(text) if asked.key not in found.fields]
    loose += [{asked.key: phrase} for phrase in find_phrases(text, asked.names)]
    told = [(says, fields) for fields in loose for says in asked.loose(fields)]
    if _differ(says for says, _ in told):
        return Answer(reason=CONTRADICTION)
    if not told:
        return Answer()
    says, fields = told[-1]
    return Answer(says, fields, None, "")


def _differ(told: Iterable[str]) -> bool:
    return len({"".join(says.split()).lower() for says in told}) > 1


def _strict(raw: str, text: str, found: Object) -> dict[str, Any] | None:
    """Return an object as the JSON that stands in the reply, None where it is none of its own."""
    if len(raw) != len(text) or found.is_nested or not found.closed:
        return None
    if text[: found.start].rstrip().endswith(("[", "{")):
        return None
    try:
        read = _decode(raw[found.start : found.end])
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("A key stands twice.")
    return members


def _short(digits: str) -> int | None:
    # A long integer would take quadratic time; nothing that is asked for has so many digits.
    return int(digits) if len(digits) <= 40 else None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON.")


_decode = json.JSONDecoder(object_pairs_hook=_once, parse_int=_short, parse_constant=_refuse).decode
