"""Text in words: what TinyLM reads and writes.

A hand and its answer have some forty words, so that a laptop can train on them. The frame of a
reply is fused into four; nothing stops the model from writing them in the wrong place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

CARDS, NUMBER, FORMULA, END = '{"cards": [', '], "number": [', '], "formula": "', '"}'
"""The frame of a reply; END also ends it."""

UNKNOWN = "?"
_ITEMS = ("A", "J", "Q", "K", *map(str, range(101)))
_PROSE = "Cards Make pictured left correct unreadable misread cards illegal formula wrong numbers"

VOCABULARY = (
    *("", UNKNOWN, CARDS, NUMBER, FORMULA, END),
    *"+-*/()",
    *_ITEMS,
    *_PROSE.split(),
    "value",
)
"""Every word; a word's id is its index, and 0 is padding."""

ID = {word: index for index, word in enumerate(VOCABULARY)}
END_ID = ID[END]
_scan = re.compile("|".join([*map(re.escape, (CARDS, NUMBER, FORMULA, END)), r"\w+|[-+*/()?]"]))


def encode(text: str) -> list[int]:
    """Return the word ids of a prompt, a feedback or a reply, in one scan from left to right.

    Punctuation outside the frame of a reply is skipped; another word than those of VOCABULARY
    becomes UNKNOWN.
    """
    return [ID.get(word, ID[UNKNOWN]) for word in _scan.findall(text)]


def decode(ids: Iterable[int]) -> str:
    """Return the text of a reply.

    Neighbouring numbers are parted, by a comma in the lists and by a space in the formula, so that
    5 before 10 never reads as 510. Cards are quoted.
    """
    text, frame, previous = "", "", ""
    for word in map(VOCABULARY.__getitem__, ids):
        if word in (CARDS, NUMBER, FORMULA, END):
            frame = word
        elif word.isalnum() and previous.isalnum():
            listed = frame != FORMULA and word in _ITEMS and previous in _ITEMS
            text += ", " if listed else " "
        text += f'"{word}"' if frame == CARDS and word in _ITEMS else word
        previous = word or previous
    return text
