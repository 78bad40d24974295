"""Text in words: what TinyLM reads and writes.

A word-level vocabulary keeps a hand and its answer to some forty words, so that a laptop can train
on them. The frame of the reply is fused into four words; nothing stops the model from putting them
in the wrong place, and then the reader of replies sees what any broken reply looks like.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

CARDS, NUMBER, FORMULA, END = '{"cards": [', '], "number": [', '], "formula": "', '"}'
"""The frame of a reply; END also ends it."""

PAD, UNKNOWN = "", "?"
_LETTERS = ("A", "J", "Q", "K")
_ITEMS = (*_LETTERS, *map(str, range(1, 101)))
_PROSE = (
    *("Cards", "Make", "pictured", "left", "correct", "unreadable", "misread", "cards"),
    *("illegal", "formula", "wrong", "numbers", "value"),
)

VOCABULARY: tuple[str, ...] = (
    PAD, UNKNOWN, CARDS, NUMBER, FORMULA, END, *"+-*/()", *_ITEMS, *_PROSE
)  # fmt: skip
"""Every word; a word's id is its index, and PAD is 0."""

ID = {word: index for index, word in enumerate(VOCABULARY)}
END_ID = ID[END]
_UNKNOWN_ID = ID[UNKNOWN]

_FRAME = {CARDS, NUMBER, FORMULA, END}
_SPACED = frozenset(_ITEMS)
_SCAN = re.compile("|".join([*map(re.escape, (CARDS, NUMBER, FORMULA, END)), r"\w+|[-+*/()]"]))


def encode(text: str) -> list[int]:
    """Return the word ids of a prompt, a feedback or a reply, in one scan from left to right.

    Punctuation outside the frame of a reply is skipped; a word that is not in VOCABULARY becomes
    UNKNOWN.
    """
    return [ID.get(word, _UNKNOWN_ID) for word in _SCAN.findall(text)]


def decode(ids: Iterable[int]) -> str:
    """Return the text of a reply, as it would be written.

    Neighbouring items are parted by a comma inside the lists and by a space in the formula, so
    that "5" before "10" never reads as 510. Cards are quoted.
    """
    parts: list[str] = []
    previous, frame = "", ""
    for index in ids:
        word = VOCABULARY[index]
        if word in _FRAME:
            frame = word
        elif word in _SPACED:
            if previous in _SPACED:
                parts.append(" " if frame == FORMULA else ", ")
            previous = word
            parts.append(f'"{word}"' if frame == CARDS else word)
            continue
        previous = word
        parts.append(word)
    return "".join(parts)
