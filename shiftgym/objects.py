"""Finds the objects in braces in a text, written in JSON or in what models take for JSON.

The grammar is wider than JSON: commas are blanks, quotes may be single, bare words are values,
comments and what stands between members are dropped, and the last braces may be missing. Every `{`
may begin an object, unless a number or a bracket follows.

The scan goes forward only, but for one kind of step back: an object that breaks at some place is
given up for the last `{` before that place. Between the two lies no other `{`, so a character is
read at most twice, and the time stays linear in the length for every input. The patterns used are
runs of a class of characters, which have no way to backtrack into each other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TypeAlias

MAX_DEPTH = 32
"""Brackets nested deeper than this break the object that they stand in."""

List: TypeAlias = "list[Value]"
Fields: TypeAlias = "dict[str, Value]"
Value: TypeAlias = "str | List | Fields | None"
"""Text, also of bare words and numbers; lists and objects of values; None for a bare null."""

# A bare word ends at a comment, too.
_BARE = r"[^\s,{}\[\]:\"'](?:(?!//|/\*|#)[^,{}\[\]:\n])*"
_token = re.compile(rf"[\s,]*(?:([{{}}\[\]:\"'])|(/\*)|(?://|#)[^\n]*|({_BARE}))?").match
"""Blanks, then a mark (group 1), the start of a block comment (group 2), a comment to the end of
its line (no group), or a bare word (group 3)."""

_start = re.compile(r"\{(?!\s*[0-9{}()\[\]:])").search
"""A brace that may open an object; those of sets, of LaTeX and of runs of braces do not."""

_colon = re.compile(r"\s*:").match

# A quote ends a string only where something may follow a string: that lets "I don't know" pass. It
# does not depend on where the string began, which is what lets `_Scan._string_end` remember it.
_CLOSING = r"(?<!\\)(?:\\\\)*{}(?=[^\S\n]*(?:[,:;=}}\]#\n]|//|/\*|\Z))"
_closing = {quote: re.compile(_CLOSING.format(quote)).search for quote in "\"'"}

_GAP, _TEXT, _NUMBER = r"[ \t\n\r]{0,9}", r'"[^"\\]*"', "(?:0|[1-9][0-9]{0,8})"
_ENTRY = rf"{_GAP}(?:{_TEXT}{_GAP}|{_NUMBER})"
_LIST = rf"\[{_ENTRY}(?:,{_ENTRY}){{0,9}}\]"
_MEMBER = rf'{_GAP}"[^"\\{{]{{1,99}}"{_GAP}:{_GAP}(?:{_TEXT}|{_LIST}){_GAP}'
_plain = re.compile(rf"{_GAP}(\{{{_MEMBER}(?:,{_MEMBER}){{0,9}}\}}){_GAP}\Z").match
_members = json.JSONDecoder(
    strict=False, parse_int=str, object_pairs_hook=lambda pairs: pairs
).decode
"""Key and value of each member of the object in group 1 of `_plain`."""

_ending = re.compile(r"[\s,`]*(?:<[/|][^<>\n]{0,40}>[\s`]*)*\Z").match
"""What may follow an object whose last braces are missing: a fence or closing tags."""

_NOTHING = ("null", "none")
"""Bare words that say that there is no value, in any case."""


@dataclass(frozen=True)
class Object:
    """An object found in a text.

    Attributes:
        fields: its members. Keys are in lower case, with "_" read as a blank; of equal keys the
            last counts.
        start: where its opening brace stands.
        end: where it ended, behind the closing brace.
        outermost: where the outermost complete object begins that it lies in: `start`, if in none.
        closed: whether its closing brace is there.
    """

    fields: Fields
    start: int
    end: int
    outermost: int
    closed: bool = True

    @property
    def is_nested(self) -> bool:
        """Whether it lies in another object."""
        return self.outermost < self.start


def find_objects(text: str, keys: Collection[str] | None = None) -> list[Object]:
    """Return the complete objects in a text, nested ones too, in the order in which they end.

    An object at the end of the text is complete without its last closing braces, where every
    member is and nothing but a fence or closing tags follows.

    Args:
        text: of any length; the time is linear in it.
        keys: objects that have none of these keys are left out; None leaves none out.
    """
    plain = _plain_object(text)
    if plain is None:
        return _Scan(text, keys).objects()
    return [plain] if keys is None or not plain.fields.keys().isdisjoint(keys) else []


def _plain_object(text: str) -> Object | None:
    """Return the object that a text is, where it is nothing but plain JSON of texts and lists.

    Most replies are. The scan would find the same: without a backslash no quote stands in a text,
    so each ends where JSON says.
    """
    match = _plain(text)
    if match is None:
        return None
    fields: Fields = {}
    for key, value in _members(match[1]):
        fields[_as_key(key)] = value
    return Object(fields, match.start(1), match.end(1), match.start(1))


def _as_key(text: str) -> str:
    """Return a key as it stands in `Object.fields`."""
    return text.strip("\"'`* ").lower().replace("_", " ")


class _Scan:
    """One pass over a text for the complete objects in it."""

    def __init__(self, text: str, keys: Collection[str] | None) -> None:
        self._text = text
        self._wanted = None if keys is None else frozenset(keys)
        self._at = 0
        self._open: list[Fields | List] = []  # the brackets that are open, outermost first
        self._starts: list[int] = []  # where each of them stands
        self._keys: list[str | None] = []  # what each awaits a value for; None: a key comes first
        self._found: list[Object] = []
        self._complete = 0  # where the last string or bracket that is a value ended
        self._ends = dict.fromkeys("\"'", (0, -1))  # of each kind of string: start, end last found
        self._comment_end = 0  # of the block comment last found

    def objects(self) -> list[Object]:
        """Return those objects, values as they stand in the text."""
        text = self._text
        brace = _start(text)
        while brace is not None:
            first = self._at = brace.end()
            back = -1 if self._read_object() else text.rfind("{", first, self._at)
            brace = _start(text, self._at if back < 0 else back)
        return self._found

    def _read_object(self) -> bool:
        """Read on from an opening brace, with all that is nested in it; return whether it closes.

        Afterwards `_at` is where the object ended, or where it broke.
        """
        self._open, self._keys, self._starts = [{}], [None], [self._at - 1]
        before = len(self._found)
        fits = True
        while fits and self._open and self._at < len(self._text):
            match = _token(self._text, self._at)
            assert match is not None  # every part of the pattern is optional
            self._at = match.end()
            mark, comment, word = match.groups()
            if comment:
                fits = self._skip_comment()
            elif mark is None:
                fits = word is None or self._read_scalar(self._at - len(word), self._at, self._at)
            elif mark in "{[":
                fits = self._keys[-1] is not None and len(self._open) < MAX_DEPTH
                self._open.append({} if mark == "{" else [])
                self._keys.append(None if mark == "{" else "")
                self._starts.append(self._at - 1)
            elif mark in "}]":
                fits = self._close(mark)
            elif mark == ":":
                fits = False
            else:
                end = self._string_end(self._at, mark)
                fits = end >= 0 and self._read_scalar(self._at, end, end + 1)
        if fits and self._open and self._is_complete():
            while self._open:
                self._close("}", closed=False)
        if fits and not self._open:
            return True
        # What lies in an object that breaks stands for itself.
        for index in range(before, len(self._found)):
            found = self._found[index]
            self._found[index] = replace(found, outermost=found.start)
        return False

    def _is_complete(self) -> bool:
        """Return whether nothing but closing braces is missing at the end of the text."""
        return (
            self._complete > self._starts[-1]
            and self._keys[-1] is None
            and all(isinstance(bracket, dict) for bracket in self._open)
            and _ending(self._text, self._complete) is not None
        )

    def _close(self, mark: str, closed: bool = True) -> bool:
        """Close the innermost bracket; return whether it was of the kind of the mark."""
        bracket = self._open[-1]
        if isinstance(bracket, list) is (mark == "}"):
            return False
        start, outermost = self._starts[-1], self._starts[0]
        for stack in (self._open, self._keys, self._starts):
            stack.pop()
        if isinstance(bracket, dict) and (
            self._wanted is None or not self._wanted.isdisjoint(bracket)
        ):
            self._found.append(Object(bracket, start, self._at, outermost, closed))
        self._complete = self._at
        if self._open:
            self._put(bracket)
        return True

    def _skip_comment(self) -> bool:
        if self._comment_end >= 0:
            self._comment_end = self._text.find("*/", self._at)
        if self._comment_end >= 0:
            self._at = self._comment_end + 2
        return self._comment_end >= 0

    def _read_scalar(self, start: int, end: int, after: int) -> bool:
        """Take text[start:end] for a key, a value or a stray word, by its place; `after` is next.

        Returns False for a value before a colon and for a key with a brace in it: most likely an
        earlier string was left open.
        """
        colon = _colon(self._text, after)
        if self._keys[-1] is not None:
            if colon is not None:
                return False
            value = self._text[start:end]
            is_bare = end == after
            if not is_bare:
                self._complete = after
            self._put(None if is_bare and value.strip().lower() in _NOTHING else value)
        elif colon is not None:
            if self._text.find("{", start, end) >= 0:
                return False
            self._keys[-1] = _as_key(self._text[start:end])
        self._at = after if colon is None else colon.end()
        return True

    def _put(self, value: Value) -> None:
        """Hand a value to the innermost open bracket."""
        top = self._open[-1]
        if isinstance(top, list):
            top.append(value)
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
