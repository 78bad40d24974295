"""Reads a long list in a file of JSON element by element, in the memory of its longest element.

Decoded as a whole, a file of JSON takes up to thirty times its size.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

LONGEST = 2_000_000
"""Characters of an element, or of another member of the object, at most."""

_PIECE = 500_000
"""Characters that are read at once."""

_MOST_MEMBERS = 1_000
"""Of the object; formats such as GeoJSON have some five."""

_decode = json.JSONDecoder().raw_decode
_blanks = re.compile(r"[ \t\n\r]*").match


def elements(path: Path, key: str) -> Iterator[tuple[Any, str]]:
    """Yield the elements of a list, which is a member of the object that a file holds.

    Args:
        path: of the file.
        key: of the member.

    Yields:
        Each element, and the text that it was decoded from.

    Raises:
        ValueError: without the file's name, where it is no JSON in UTF-8, nested too deeply, not
            such an object, or where an element has more than 2,000,000 characters.
        OSError: where it cannot be read.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        text = _Text(file)
        text.take("{", "an object")
        found = False
        for number in range(_MOST_MEMBERS):
            if number == 0 and text.has("}"):
                break
            name, _ = text.value()
            if not isinstance(name, str):
                raise ValueError(f"{text.place()} is no name of a member")
            text.take(":", "a colon")
            if name == key:
                found = True
                text.take("[", f"a list of {key}")
                yield from _items(text)
            else:
                text.value()
            if not text.has(","):
                text.take("}", "the end of the object")
                break
        else:
            raise ValueError(f"its object has more than {_MOST_MEMBERS:,} members")
        if text.next():
            raise ValueError(f"{text.place()} follows its object")
    if not found:
        raise ValueError(f"it has no {key!r}")


def _items(text: _Text) -> Iterator[tuple[Any, str]]:
    if text.has("]"):
        return
    yield text.value()
    while text.has(","):
        yield text.value()
    text.take("]", "the end of the list")


class _Text:
    """Goes through a file, of which it holds what follows up to a few million characters."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._held = ""
        self._at = 0
        self._before = 0  # characters that are held no longer

    def next(self) -> str:
        """Return the next character that is no blank, "" at the end of the file."""
        while True:
            found = _blanks(self._held, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._held) or not self._hold_more():
                return self._held[self._at : self._at + 1]

    def has(self, sign: str) -> bool:
        """Return whether a sign comes next, and go on behind it."""
        is_next = self.next() == sign
        self._at += is_next
        return is_next

    def take(self, sign: str, what: str) -> None:
        """Go on behind a sign that has to come next."""
        if not self.has(sign):
            raise ValueError(f"{self.place()} is not {what}")

    def value(self) -> tuple[Any, str]:
        """Return the value that comes next and its text, and go on behind it."""
        self.next()
        while len(self._held) - self._at <= LONGEST and self._hold_more():
            pass
        start = self._at
        try:
            content, end = _decode(self._held, start)
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
        except json.JSONDecodeError as error:
            # What is cut is an error at the end of what is held, or in a text without end.
            is_whole = len(self._held) - start <= LONGEST
            if is_whole or (error.pos < start + LONGEST and "Unterminated" not in error.msg):
                at = self._before + error.pos
                raise ValueError(f"{error.msg} at character {at:,}") from None
            raise ValueError(self._too_long()) from None
        if end - start > LONGEST:
            raise ValueError(self._too_long())
        self._at = end
        return content, self._held[start:end]

    def place(self) -> str:
        """Return what comes next, for an error."""
        shown = self._held[self._at : self._at + 20]
        return f"{shown!r} at character {self._before + self._at:,}"

    def _too_long(self) -> str:
        return f"what begins with {self.place()} has more than {LONGEST:,} characters"

    def _hold_more(self) -> bool:
        """Let go of what is behind, and return whether there was more of the file."""
        more = self._file.read(_PIECE)
        if more:
            self._before += self._at
            self._held, self._at = self._held[self._at :] + more, 0
        return bool(more)
