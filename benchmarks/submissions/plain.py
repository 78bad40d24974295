"""Names that no medium takes for anything but a name."""

from __future__ import annotations

import re
import unicodedata

from shiftgym.sanitize import for_terminal

_MOST_MARKS = 3
"""Marks on one letter. No script needs more, and many grow over the lines above."""

_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0") | {
    chr(code) for code in range(0xFE00, 0xFE10)
}
"""Characters of scripts that are drawn as nothing: fillers, an empty pattern, variant selectors."""

_of_markup = re.compile(r"[<>|`\"\\{}$*&]").search


def plain_line(text: str) -> str:
    """Return a text of one line that no medium takes for anything but text.

    Raises:
        ValueError: it holds control characters or markup, or begins like a formula.
    """
    if text != text.strip() or for_terminal(text) != text:
        raise ValueError("expected one line of visible characters without spaces around it")
    if hidden := next(filter(_is_hidden, text), ""):
        raise ValueError(f"expected visible characters; it holds U+{ord(hidden):04X}")
    marks = "".join("m" if unicodedata.category(one)[0] == "M" else " " for one in text)
    if "m" * (_MOST_MARKS + 1) in marks:
        raise ValueError(f"expected at most {_MOST_MARKS} accents on one letter")
    if unicodedata.normalize("NFC", text) != text:
        raise ValueError("expected accents composed with their letters (Unicode's form NFC)")
    if found := _of_markup(text):
        raise ValueError(f"expected no markup; it holds {found[0]}")
    if text.startswith(("=", "+", "-", "@")):
        raise ValueError(f"expected no formula; it begins with {text[:1]}")
    return text


def _is_hidden(character: str) -> bool:
    """Whether nobody sees a character, so that two names that differ would look alike.

    The joiners stay, of which words of some scripts and many emoji need one.
    """
    return character not in "\u200c\u200d" and (not character.isprintable() or character in _BLANKS)
