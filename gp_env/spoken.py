"""Cards and numbers as a reply names them: "10♥", "T", "two of clubs", "Q = 10"."""

from __future__ import annotations

import re

from gp_env.deck import RANK_NAMES, SUITS
from gp_env.rules import JACK, KING, QUEEN

MAX_DIGITS = 40
"""A number with more digits counts as none."""

_NUMBERS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_WORDS = {word: number for number, word in enumerate(_NUMBERS, 1)}
_RANKS = {
    **{name.lower(): rank for rank, name in enumerate(RANK_NAMES) if name},
    **{str(rank): rank for rank in (1, JACK, QUEEN, KING)},
    **{word: number for word, number in _WORDS.items() if number <= 10},
    "ace": 1,
    "t": 10,
    "jack": JACK,
    "queen": QUEEN,
    "king": KING,
}
_SUIT_LETTERS = tuple(suit[0] for suit in SUITS)
_WITHOUT_SUIT = str.maketrans("", "", "♠♥♦♣♤♡♢♧\ufe0e\ufe0f")

_whole = re.compile(rf"([+-]?[0-9]{{1,{MAX_DIGITS}}})(?:\.0*)?").fullmatch
_with_brackets = re.compile(r"([^()]{1,40}?)\s{0,9}\(\s{0,9}([^()]{1,40})\)").fullmatch
_named = re.compile(r"([^=:→]{1,40}?)\s{0,9}(?:=|:|→|->)\s{0,9}([^=:→]{1,60})").fullmatch


def read_rank(card: str) -> int | None:
    """Return the rank of a card such as "K", "10♥", "T", "ace", "queen of hearts", or None."""
    name = card[:60].lower().translate(_WITHOUT_SUIT).split(" of ")[0].strip()
    if name not in _RANKS and name.endswith(_SUIT_LETTERS):
        name = name[:-1].strip()
    return _RANKS.get(name)


def read_count(text: str) -> int | None:
    """Return what a card counts by "10", "10.0", "ten", "Q = 10", "Q (10)" or "10 (Q)", or None."""
    text = text.strip()
    if named := _named(text):
        return _count(named[2]) if read_rank(named[1]) is not None else None
    beside = _with_brackets(text)
    if not beside:
        return _count(text)
    card, count = beside.groups()
    own, other = _count(card), _count(count)
    if own is not None and other is not None:
        return own if own == other else None
    if own is not None:
        card, other = count, own
    return other if read_rank(card) is not None else None


def _count(text: str) -> int | None:
    match = _whole(text.strip())
    return int(match[1]) if match else _WORDS.get(text[:20].strip().lower())
