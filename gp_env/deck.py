"""Cards: ranks, suits, hands."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from gp_env.rules import JACK, KING, QUEEN, Rule, RuleLike
from shiftgym.checks import in_range, shown

STANDARD_RANKS = 13
LARGE_RANKS = 19
"""`deck="large"` adds plain number cards 14 to 19."""

MIN_CARDS, MAX_CARDS = 3, 6

SUITS = ("spades", "hearts", "diamonds", "clubs")
"""Suit names; in arrays a suit is its index here plus one, and 0 is an empty slot."""

SUIT_SYMBOLS = "♠♥♦♣"
_SYMBOLS = tuple(SUIT_SYMBOLS)
SUIT_COLOURS = {"black": (1, 4), "red": (2, 3), "all": (1, 2, 3, 4)}
"""Suit codes that each value of the keyword `suits` deals."""

RANK_NAMES = ("", "A", *map(str, range(2, 11)), "J", "Q", "K", *map(str, range(14, 20)))
"""How a rank is written, indexed by rank (1-19)."""

_RANKS = {name: rank for rank, name in enumerate(RANK_NAMES) if name}
_RANKS |= {str(rank): rank for rank in (1, JACK, QUEEN, KING)}


def parse_rank(card: int | str) -> int:
    """Return the rank (1-19) of a card given as an integer or as "A", "7", "K", "14".

    Raises:
        ValueError: for anything else.
    """
    try:
        if isinstance(card, str):
            rank = _RANKS[card.strip().upper()]
        else:
            exact = not isinstance(card, (bool, np.bool_)) and int(card) == card
            rank = int(card) if exact else 0
    except (KeyError, TypeError, ValueError, OverflowError):
        rank = 0
    if not 1 <= rank <= LARGE_RANKS:
        raise ValueError(
            f"{shown(card)} is not a valid card: expected a rank from 1 (ace) to "
            f"{LARGE_RANKS}, 11 to 13 being jack, queen and king, or one of A, J, Q, K."
        )
    return rank


@dataclass(frozen=True)
class Hand:
    """Three to six cards.

    Attributes:
        ranks: the rank of each card, 1 (ace) to 13 (king), to 19 in the large deck.
        suits: the suit code of each card (1 spades, 2 hearts, 3 diamonds, 4 clubs), or empty where
            suits do not matter.
    """

    ranks: tuple[int, ...]
    suits: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        # A hand is a key of tables, so whatever sequences came become tuples of integers.
        object.__setattr__(self, "ranks", tuple(map(parse_rank, self.ranks)))
        if not MIN_CARDS <= len(self.ranks) <= MAX_CARDS:
            raise ValueError(
                f"A hand has {MIN_CARDS} to {MAX_CARDS} cards; got {len(self.ranks)}: "
                f"{shown(self.ranks)}."
            )
        try:
            suits = tuple(in_range("suit", suit, 1, len(SUITS)) for suit in self.suits)
            fits = len(suits) in (0, len(self.ranks))
        except (TypeError, ValueError):
            fits = False
        if not fits:
            raise ValueError(
                f"A hand's suits are one code from 1 to {len(SUITS)} a card; got "
                f"{shown(self.suits)} for {len(self.ranks)} cards."
            )
        object.__setattr__(self, "suits", suits)

    @classmethod
    def parse(cls, hand: HandLike) -> Hand:
        """Return a hand from a Hand, from its cards, or from its text.

        Cards are ranks, integers or names such as "K", or all of them names with a suit, "K♥".

        Raises:
            ValueError: for a card or a number of cards that the game does not have.
        """
        if isinstance(hand, Hand):
            return hand
        if isinstance(hand, str):
            hand = hand.replace(",", " ").split()
        try:
            cards = tuple(hand)
        except TypeError:
            raise ValueError(
                f"{shown(hand)} is not a valid hand: expected its cards, such as "
                f"(5, 11, 4, 1) or 'A K 7 2'."
            ) from None
        named = [card for card in cards if isinstance(card, str) and card[-1:] in _SYMBOLS]
        if not named:
            return cls(tuple(parse_rank(card) for card in cards))
        if len(named) < len(cards):
            raise ValueError(
                f"Some cards of {shown(cards)} have a suit and some have none. Name the suit of "
                f"every card or of none."
            )
        suits = tuple(SUIT_SYMBOLS.index(card[-1]) + 1 for card in named)
        return cls(tuple(parse_rank(card[:-1]) for card in named), suits)

    @property
    def has_face(self) -> bool:
        """Whether a jack, queen or king is among the cards."""
        return any(JACK <= rank <= KING for rank in self.ranks)

    def values(self, rule: RuleLike) -> tuple[int, ...]:
        """Return what each card counts under a rule."""
        return Rule.parse(rule).values(self.ranks)

    @property
    def digest(self) -> str:
        """16 hexadecimal digits that name this hand, cards in order, in records."""
        text = " ".join(map(str, self.ranks)) + "|" + " ".join(map(str, self.suits))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def __str__(self) -> str:
        symbols = [SUIT_SYMBOLS[suit - 1] for suit in self.suits] or [""] * len(self.ranks)
        return " ".join(RANK_NAMES[r] + s for r, s in zip(self.ranks, symbols))


HandLike: TypeAlias = Hand | Iterable[int | str] | str
"""A Hand, or its cards as ranks or names."""
