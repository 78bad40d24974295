"""Reads what a reply says of a hand: its cards, what they count, and the formula.

`shiftgym.replies` finds the answer in the reply and `gp_env.notation` reads the formula's notation;
here the members of the answer become cards, numbers and a formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gp_env.arithmetic import scan
from gp_env.notation import FORMULA_NAMES, plain_formula, without_escapes
from gp_env.spoken import read_count
from shiftgym.objects import Fields, Value
from shiftgym.replies import Asked, find_answer

ASKED_KEYS = ("cards", "number", "formula")
"""The keys that the prompts of the game ask for."""

_OTHER_KEYS = (
    *("formula", "expression", "equation", "answer", "solution", "result"),
    *("final answer", "final formula", "公式", "答案"),
)
"""Where no object has the key "formula", what stands under these is read."""

_separator = re.compile(r"[\s,;]+").split

# The prompt's own words, such as "the formula, without an equals sign", and "..." are no answer.
_placeholder = re.compile(
    r"[\s.…_]*[.…_][\s.…_]*|<[^<>0-9]*>|"
    r"(?:the|your|a|insert|write)?\s*(?:final\s+)?(?:formula|expression|equation|string)"
    r"(?:,?\s+(?:without|here|goes|that|as|using|in|for|with)\b[^0-9]*)?",
    re.IGNORECASE,
).fullmatch


@dataclass(frozen=True)
class Reply:
    """What a reply says.

    Attributes:
        cards: the cards as they were named, or None where none were reported.
        number: what the cards count, 5.0, "five" and "5 = 5" being 5, or None where that was not
            reported, or not as a list. An entry that is not an integer of at most 40 digits, such
            as "K", is None: the report is wrong.
        formula: the formula as `gp_env.notation.plain_formula` has it; None where the reply gives
            no answer, or contradicts itself: it is unreadable.
        counts: what the cards count, where that was reported as a mapping from their names.
        in_format: whether the answer has the asked format. It stands as one strict JSON object with
            the asked keys and no others, "cards" a list of strings, "number" a list of integers and
            "formula" a string that `gp_env.arithmetic.scan` reads. Other text around the object,
            thoughts and code fences included, makes no difference.
        reason: a sentence that says why the reply is unreadable, where more can be said than that
            no formula was found; else "".
    """

    cards: tuple[str, ...] | None = None
    number: tuple[int | None, ...] | None = None
    formula: str | None = None
    counts: tuple[tuple[str, int | None], ...] = ()
    in_format: bool = field(default=False, compare=False)
    reason: str = field(default="", compare=False)


def parse_reply(text: object, keys: tuple[str, ...] = ASKED_KEYS) -> Reply:
    r"""Return what a reply says, whatever it looks like, where its meaning is beyond doubt.

    The last complete object in braces with the key "formula" (in any case) counts, its value being
    a string, a bare word or number, or a list or object of one such entry. Null, the prompt's own
    words and "..." are no value. Where no object has a formula, another key ("expression",
    "answer", ...), `\boxed{...}`, `<answer>...</answer>` or a last line "Answer: ..." is read, if
    it holds a formula and all of them hold the same. `shiftgym.replies.find_answer` says what
    counts where a reply holds several answers; what stands in thoughts never does.

    Nothing that a reply may be raises.

    Args:
        text: the reply. Anything but a string is unreadable. Only the last 1,000,000 characters
            count.
        keys: that the prompt asked for, which only `Reply.in_format` goes by.
    """
    answer = find_answer(text, _ASKED)
    if answer.says is None or answer.fields is None:
        return Reply(reason=answer.reason)
    number = answer.fields.get("number")
    return Reply(
        _items(answer.fields.get("cards")),
        _number(number),
        answer.says,
        _counts(number),
        in_format=answer.strict is not None and _is_as_asked(answer.strict, keys),
    )


def _is_as_asked(answer: Mapping[str, Any], keys: tuple[str, ...]) -> bool:
    """Return whether the members of a JSON object are those asked for, and of the asked types."""
    cards, number = answer.get("cards", []), answer.get("number", [])
    formula = answer.get("formula")
    return (
        answer.keys() == set(keys)
        and isinstance(cards, list)
        and all(isinstance(card, str) for card in cards)
        and isinstance(number, list)
        and all(type(count) is int for count in number)
        and isinstance(formula, str)
        and scan(formula) is not None
    )


def _meaning(fields: Fields) -> str | None:
    """Return the formula of an object that has the key, None where there is none."""
    value = _single(fields["formula"])
    if value is None or _placeholder(value[:200].strip()):
        return None
    return plain_formula(value)


def _loose(fields: Fields) -> list[str]:
    """Return what is a formula beyond doubt under other keys, or in a phrase."""
    values = (_single(fields[key]) for key in _OTHER_KEYS if key in fields)
    written = (plain_formula(value) for value in values if value is not None)
    return [formula for formula in written if _is_formula(formula)]


def _is_formula(text: str) -> bool:
    """Return whether a text joins numbers, and says nothing else but what they make."""
    links = [scan(link) for link in text.split("=", 8)]
    return None not in links and any(link and link.count > 1 for link in links)


_ASKED = Asked("formula", _meaning, _loose, FORMULA_NAMES)


def _single(value: Value) -> str | None:
    """Return a text, or the only entry of a list or an object as one; None for all else.

    Of a list of texts that are all the same, blanks aside, the first is its only one.
    """
    while isinstance(value, list | dict):
        if isinstance(value, dict):
            value = list(value.values())
        elif value and all(isinstance(entry, str) for entry in value):
            same = {"".join(entry.split()) for entry in value if isinstance(entry, str)}
            value = value[: len(same)]
        if len(value) != 1:
            return None
        value = value[0]
    return value


def _items(value: Value) -> tuple[str, ...] | None:
    """Return the entries of a list, or of a string that holds one; None where there is none."""
    if isinstance(value, str):
        if value.lower() in ("null", "none"):
            return None
        if value.startswith("(") and not value.endswith(")"):
            return None  # a bare tuple, of which only the first entry was taken
        value = value.strip("[](){} ")
        parts = value.split(",") if "," in value else _separator(value)
        return tuple(without_escapes(part).strip("\"'") for part in parts if part.strip()) or None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return None
    return tuple(without_escapes(item) for item in value if isinstance(item, str))


def _number(value: Value) -> tuple[int | None, ...] | None:
    if isinstance(value, list):
        # What is no text, such as a list in the list, is an entry all the same.
        entries = (_entry(item, len(value)) for item in value)
        value = [entry if isinstance(entry, str) else "" for entry in entries]
    items = _items(value)
    if items is None or (items and all(item and not item.strip(".…") for item in items)):
        return None  # elided
    return tuple(map(read_count, items))


_CARD_KEYS = ("card", "name", "rank")
_COUNT_KEYS = ("value", "count", "counts", "number")


def _entry(item: Value, entries: int) -> Value:
    """Return an entry of "number", a pair ["Q", 10] or {"card": "Q", "value": 10} as "Q = 10"."""
    if isinstance(item, dict):
        if len(item) == 1:
            return _single(item)
        item = [_under(item, _CARD_KEYS), _under(item, _COUNT_KEYS)]
    if isinstance(item, list) and len(item) == 2 and entries > 1:
        card, count = item
        return f"{card} = {count}" if isinstance(card, str) and isinstance(count, str) else None
    return item


def _under(fields: Fields, keys: Iterable[str]) -> Value:
    return next((fields[key] for key in keys if key in fields), None)


def _counts(value: Value) -> tuple[tuple[str, int | None], ...]:
    if not isinstance(value, dict):
        return ()
    texts = ((name, _single(count)) for name, count in value.items())
    return tuple((name, read_count(text)) for name, text in texts if text is not None)
