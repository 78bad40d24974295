"""Finds the answer in the reply of a language model, whatever the reply looks like.

Models are asked for one JSON object and write fences, thoughts, Python literals and half an object
more. So the grammar here is wider than JSON: commas are blanks, quotes may be single, bare words
are values, what stands between members is dropped. Every `{` may begin an object, unless a number
or a bracket follows; the last object that is closed and has the wanted key counts.

The scan goes forward only, but for one kind of step back: an object that breaks at some place is
given up for the last `{` before that place. Between the two lies no other `{`, so a character is
read at most twice, and the time stays linear in the length for every input. The patterns used are
runs of a class of characters, which have no way to backtrack into each other.
"""

from __future__ import annotations

import re
from typing import TypeAlias

MAX_CHARACTERS = 65_536
"""Only the end of a longer reply is read."""

MAX_DEPTH = 32
"""Brackets nested deeper than this break the object that they stand in."""

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

_NOTHING = ("null", "none")
"""Bare words that say that there is no value, in any case."""

List: TypeAlias = list[str | None]
Value: TypeAlias = "str | List | None"
Fields: TypeAlias = dict[str, Value]
"""Text, lists of text, and None for whatever else an answer may hold."""


def last_answer(text: object, key: str) -> Fields | None:
    r"""Return the members of the last complete answer in a reply, None where there is none.

    An answer is an object in braces that has the key (in any case) with a string for its value, or
    a bare word or number, which stands for its text; a bare null or None is no value. Where an
    answer lies in another one that has the key itself, the outer one counts. Where no complete
    answer is found, a reply in which every quote is escaped (`{\"key\": ...}`, as in the arguments
    of a tool call) is read without the backslashes.

    Nothing that a reply may be raises.

    Args:
        text: the reply. Anything but a string has no answer. Only the last 65,536 characters count.
        key: in lower case.
    """
    if not isinstance(text, str):
        return None
    text = text[-MAX_CHARACTERS:]
    if key not in text.lower():
        return None
    if not text.isascii():
        for mark, plain in _LOOK_ALIKES:
            text = text.replace(mark, plain)
    text = text[: text.rfind("}") + 1]
    fields = _Scan(text, key).last_answer()
    if fields is None and '\\"' in text:
        fields = _Scan(text.replace('\\"', '"').replace("\\n", "\n"), key).last_answer()
    return fields


class _Scan:
    """One pass over a text for the last complete object in it that has the wanted key."""

    def __init__(self, text: str, key: str) -> None:
        self._text = text
        self._key = key
        self._at = 0
        self._open: list[Fields | List] = []  # the brackets that are open, outermost first
        self._keys: list[str | None] = []  # what each awaits a value for; None: a key comes first
        self._answer: Fields | None = None
        self._ends = dict.fromkeys("\"'", (0, -1))  # of each kind of string: start, end last found

    def last_answer(self) -> Fields | None:
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
        if isinstance(closed, dict) and isinstance(closed.get(self._key), str):
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
            value = self._text[start:end]
            is_bare = end == after
            self._put(None if is_bare and value.strip().lower() in _NOTHING else value)
        elif colon is not None:
            if self._text.find("{", start, end) >= 0:
                return False
            self._keys[-1] = self._text[start:end].strip("\"'`* ").lower()
        self._at = after if colon is None else colon.end()
        return True

    def _put(self, value: Value) -> None:
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
