r"""Reads the reply of a language model, whatever it looks like.

Models are asked for one JSON object and write fences, thoughts, Python literals, LaTeX and half an
object more. So the grammar here is wider than JSON: commas are blanks, quotes may be single, bare
words are values, what stands between members is dropped. Every `{` may begin an object, unless a
number or a bracket follows; the last object that is closed and has a formula counts.

The scan goes forward only, but for one kind of step back: an object that breaks at some place is
given up for the last `{` before that place. Between the two lies no other `{`, so a character is
read at most twice, and the time stays linear in the length for every input. The patterns used are
runs of a class of characters, which have no way to backtrack into each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

MAX_CHARACTERS = 65_536
"""Only the end of a longer reply is read."""

MAX_DEPTH = 32
"""Brackets nested deeper than this break the object that they stand in."""

MAX_DIGITS = 40
"""A reported number with more digits is not read."""

_BARE = r"[^\s,{}\[\]:\"'][^,{}\[\]:\n]*"
_token = re.compile(rf"[\s,]*(?:([{{}}\[\]:\"'])|(?://|#)[^\n]*|({_BARE}))?").match
"""Blanks, then a mark (group 1), a comment (no group), or a bare word (group 2)."""

_start = re.compile(r"\{(?!\s*[0-9{}()\[\]:])").search
"""A brace that may open an answer; those of sets, of LaTeX and of runs of braces do not."""

_colon = re.compile(r"\s*:").match

# A quote ends a string only where something may follow a string: that lets "I don't know" pass. It
# does not depend on where the string began, which is what lets `_Scan._string_end` remember it.
_CLOSING = r"(?<!\\)(?:\\\\)*{}(?=[^\S\n]*(?:[,:;=}}\]#\n]|//))"
_closing = {quote: re.compile(_CLOSING.format(quote)).search for quote in "\"'"}

_LOOK_ALIKES = (*((mark, '"') for mark in "“”„‟«»"), *((mark, "'") for mark in "‘’‚‛"))
_LOOK_ALIKES += (("：", ":"), ("，", ","), ("｛", "{"), ("｝", "}"))

_escape = re.compile(r"\\+(?:u([0-9A-Fa-f]{4})|([A-Za-z]+|.))?|\$", re.DOTALL).sub
_fraction = re.compile(r"(\\[dt]?frac\s*\{|\}\s*\{|\})").split
_separator = re.compile(r"[\s,;]+").split
_integer = re.compile(rf"[+-]?[0-9]{{1,{MAX_DIGITS}}}").fullmatch

_COMMANDS = {
    **dict.fromkeys(("times", "cdot", "ast"), "*"),
    "div": "/",
    **dict.fromkeys(("left", "right", "bigl", "bigr", "big", "Big"), ""),
    **dict.fromkeys(("n", "t", "r", "quad"), " "),
}
"""LaTeX commands that stand for an operator or for nothing, and JSON's escapes for blanks. No
formula holds a tab: `\\times` in a string that forgot to double the backslash means LaTeX."""

_List: TypeAlias = list[str | None]
_Value: TypeAlias = "str | _List | None"
_Fields: TypeAlias = dict[str, _Value]
"""Text, lists of text, and None for whatever else an answer may hold."""


@dataclass(frozen=True)
class Reply:
    """What a reply says.

    Attributes:
        cards: the cards as they were named, or None where none were reported.
        number: what the cards count, or None where that was not reported or is no list of integers
            of at most 40 digits.
        formula: the formula with LaTeX and escapes turned into plain text, else untouched; None
            where the reply holds no complete object with a formula: it is unreadable.
    """

    cards: tuple[str, ...] | None = None
    number: tuple[int, ...] | None = None
    formula: str | None = None


UNREADABLE = Reply()


def parse_reply(text: object) -> Reply:
    r"""Return what the last complete answer in a reply says.

    An answer is an object in braces with the key "formula" (in any case) whose value is a string,
    or a bare word or number, which stands for its text. A list or an object is no formula. Where
    an answer lies in another one that has a formula itself, the outer one counts. Where no
    complete answer is found, a reply in which every quote is escaped (`{\"formula\": ...}`, as in
    the arguments of a tool call) is read without the backslashes.

    Nothing that a reply may be raises.

    Args:
        text: the reply. Anything but a string is unreadable. Only the last 65,536 characters count.
    """
    if not isinstance(text, str):
        return UNREADABLE
    text = text[-MAX_CHARACTERS:]
    if "formula" not in text.lower():
        return UNREADABLE
    if not text.isascii():
        for mark, plain in _LOOK_ALIKES:
            text = text.replace(mark, plain)
    text = text[: text.rfind("}") + 1]
    fields = _Scan(text).last_answer()
    if fields is None and '\\"' in text:
        fields = _Scan(text.replace('\\"', '"').replace("\\n", "\n")).last_answer()
    if fields is None:
        return UNREADABLE
    formula = fields["formula"]
    assert isinstance(formula, str)
    return Reply(_items(fields.get("cards")), _number(fields.get("number")), _plain(formula))


class _Scan:
    """One pass over a text for the last complete object in it that has a formula."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._open: list[_Fields | _List] = []  # the brackets that are open, outermost first
        self._keys: list[str | None] = []  # what each awaits a value for; None: a key comes first
        self._answer: _Fields | None = None
        self._ends = dict.fromkeys("\"'", (0, -1))  # of each kind of string: start, end last found

    def last_answer(self) -> _Fields | None:
        """Return the members of that object, values as they stand in the text."""
        text = self._text
        brace = _start(text)
        while brace is not None:
            first = self._at = brace.end()
            back = -1 if self._read_object() else text.rfind("{", first, self._at)
            brace = _start(text, self._at if back < 0 else back)
        return self._answer

    def _read_object(self) -> bool:
        """Read on from an opening brace, with all that is nested in it; return whether it closes.

        Afterwards `_at` is where the object ended, or where it broke.
        """
        self._open, self._keys = [{}], [None]
        fits = True
        while fits and self._open and self._at < len(self._text):
            match = _token(self._text, self._at)
            assert match is not None  # every part of the pattern is optional
            self._at = match.end()
            mark, word = match.group(1, 2)
            if mark is None:
                fits = word is None or self._read_scalar(self._at - len(word), self._at, self._at)
            elif mark in "{[":
                fits = self._keys[-1] is not None and len(self._open) < MAX_DEPTH
                self._open.append({} if mark == "{" else [])
                self._keys.append(None if mark == "{" else "")
            elif mark in "}]":
                fits = self._close(mark)
            elif mark == ":":
                fits = False
            else:
                end = self._string_end(self._at, mark)
                fits = end >= 0 and self._read_scalar(self._at, end, end + 1)
        return fits and not self._open

    def _close(self, mark: str) -> bool:
        """Close the innermost bracket; return whether it was of the kind of the mark."""
        closed = self._open[-1]
        if isinstance(closed, list) is (mark == "}"):
            return False
        self._open.pop()
        self._keys.pop()
        if isinstance(closed, dict) and isinstance(closed.get("formula"), str):
            self._answer = closed
        if self._open:
            self._put(closed if isinstance(closed, list) else None)
        return True

    def _read_scalar(self, start: int, end: int, after: int) -> bool:
        """Take text[start:end] for a key, a value or a stray word, by its place; `after` is next.

        Returns False for a value before a colon and for a key with a brace in it: most likely an
        earlier string was left open.
        """
        colon = _colon(self._text, after)
        if self._keys[-1] is not None:
            if colon is not None:
                return False
            self._put(self._text[start:end])
        elif colon is not None:
            if self._text.find("{", start, end) >= 0:
                return False
            self._keys[-1] = self._text[start:end].strip("\"'`* ").lower()
        self._at = after if colon is None else colon.end()
        return True

    def _put(self, value: _Value) -> None:
        """Hand a value to the innermost open bracket."""
        top = self._open[-1]
        if isinstance(top, list):
            top.append(value if isinstance(value, str) else None)
        else:
            top[self._keys[-1] or ""] = value
            self._keys[-1] = None

    def _string_end(self, start: int, quote: str) -> int:
        """Return where the string that begins at `start` has its closing quote, or -1.

        Between the start and the end found last every string has that same end, so that many
        strings that seem to begin do not each search the rest of the text.
        """
        first, end = self._ends[quote]
        if not first <= start <= end:
            match = _closing[quote](self._text, start)
            end = match.end() - 1 if match else len(self._text)
            self._ends[quote] = (start, end)
        return end if end < len(self._text) else -1


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


def _items(value: _Value) -> tuple[str, ...] | None:
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


def _number(value: _Value) -> tuple[int, ...] | None:
    items = _items(value)
    if items is None or not all(map(_integer, items)):
        return None
    return tuple(map(int, items))
