r"""Reads what a reply says of a hand: its cards, what they count, and the formula, LaTeX included.

`shiftgym.replies` finds the answer in the reply; here its members become cards, numbers and text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from shiftgym.replies import Value, last_answer

MAX_DIGITS = 40
"""A reported number with more digits counts as none."""

_escape = re.compile(r"\\+(?:u([0-9A-Fa-f]{4})|([A-Za-z]+|.))?|\$", re.DOTALL).sub
_fraction = re.compile(r"(\\[dt]?frac\s*\{|\}\s*\{|\})").split
_separator = re.compile(r"[\s,;]+").split
_whole = re.compile(rf"([+-]?[0-9]{{1,{MAX_DIGITS}}})(?:\.0*)?").fullmatch

_COMMANDS = {
    **dict.fromkeys(("times", "cdot", "ast"), "*"),
    "div": "/",
    **dict.fromkeys(("left", "right", "bigl", "bigr", "big", "Big"), ""),
    **dict.fromkeys(("n", "t", "r", "quad"), " "),
}
"""LaTeX commands that stand for an operator or for nothing, and JSON's escapes for blanks. No
formula holds a tab: `\\times` in a string that forgot to double the backslash means LaTeX."""


@dataclass(frozen=True)
class Reply:
    """What a reply says.

    Attributes:
        cards: the cards as they were named, or None where none were reported.
        number: what the cards count, 5.0 being 5, or None where that was not reported. An entry
            that is no integer of at most 40 digits, such as "K", is None: the report is wrong.
        formula: the formula with LaTeX and escapes turned into plain text, else untouched; None
            where the reply holds no complete object with a formula: it is unreadable.
    """

    cards: tuple[str, ...] | None = None
    number: tuple[int | None, ...] | None = None
    formula: str | None = None


UNREADABLE = Reply()


def parse_reply(text: object) -> Reply:
    r"""Return what the last complete answer in a reply says.

    An answer is an object in braces with the key "formula" (in any case) whose value is a string,
    or a bare word or number, which stands for its text. A list, an object and a bare null (or None)
    are no formula. Where an answer lies in another one that has a formula itself, the outer one
    counts. Where no complete answer is found, a reply in which every quote is escaped
    (`{\"formula\": ...}`, as in the arguments of a tool call) is read without the backslashes.

    Nothing that a reply may be raises.

    Args:
        text: the reply. Anything but a string is unreadable. Only the last 65,536 characters count.
    """
    fields = last_answer(text, "formula")
    if fields is None:
        return UNREADABLE
    formula = fields["formula"]
    assert isinstance(formula, str)
    return Reply(_items(fields.get("cards")), _number(fields.get("number")), _plain(formula))


def _plain(text: str) -> str:
    """Return the text without escapes and LaTeX; what is not known stays and is judged as it is."""
    if "\\" not in text and "$" not in text:
        return text.strip()
    text = text.strip().replace("\\\\", "\\")
    if text.startswith("\\(") and text.endswith("\\)") and text.count("\\(") == 1:
        text = text[2:-2]  # LaTeX's sign for a formula in a line, not a bracket
    text = _escape(_unescaped, text)
    return (_fractions(text) if "frac" in text else text).strip()


def _unescaped(match: re.Match[str]) -> str:
    code, escaped = match.group(1, 2)
    if code:
        return chr(int(code, 16))
    if not escaped or escaped in "[]":
        return ""
    if escaped.isalpha():
        return _COMMANDS.get(escaped, f"\\{escaped}")
    return " " if escaped in ",;:!" else escaped


def _fractions(text: str) -> str:
    r"""Return the text with \frac{a}{b} as ((a)/(b)), or as it came where braces do not fit."""
    written: list[str] = []
    below: list[bool] = []  # of each open fraction: whether its denominator was reached
    for index, piece in enumerate(_fraction(text)):
        if index % 2 == 0:
            written.append(piece)
        elif piece[0] == "\\":
            below.append(False)
            written.append("((")
        elif not below or below[-1] is not (piece == "}"):
            return text
        elif below[-1]:
            below.pop()
            written.append("))")
        else:
            below[-1] = True
            written.append(")/(")
    return text if below else "".join(written)


def _items(value: Value) -> tuple[str, ...] | None:
    """Return the entries of a list, or of a string that holds one; None where there is none."""
    if isinstance(value, str):
        if value.lower() in ("null", "none"):
            return None
        if value.startswith("(") and not value.endswith(")"):
            return None  # a bare tuple, of which only the first entry was taken
        value = value.strip("[](){} ")
        parts = value.split(",") if "," in value else _separator(value)
        return tuple(_plain(part).strip("\"'") for part in parts if part.strip()) or None
    if value is None or None in value:
        return None
    return tuple(_plain(item) for item in value if item is not None)


def _number(value: Value) -> tuple[int | None, ...] | None:
    # What is no text, such as a list in the list, is an entry all the same.
    items = _items([item or "" for item in value] if isinstance(value, list) else value)
    if items is None:
        return None
    return tuple(int(match[1]) if match else None for match in map(_whole, items))
