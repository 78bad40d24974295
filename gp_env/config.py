"""The keywords that decide what is dealt and what wins, checked once for every shell."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from gp_env.deck import LARGE_RANKS, MAX_CARDS, MIN_CARDS, STANDARD_RANKS, SUIT_COLOURS, Hand
from gp_env.rules import Rule
from shiftgym import checks
from shiftgym.keywords import (
    checked,
    fold_keyword,
    in_range,
    keyword,
    one_of,
    optional,
    parsed,
    split_keyword,
    stated,
    unless_random,
)

MAX_TARGET = 100
MAX_ATTEMPTS = 10

DECKS = {"standard": STANDARD_RANKS, "large": LARGE_RANKS}
DEALS = ("independent", "deck")
DEFAULT_CARDS = 4


def check_target(target: int) -> int:
    """Return a target as int.

    Raises:
        ValueError: where it is not an integer from 1 to 100.
    """
    return checks.in_range("target", target, 1, MAX_TARGET)


_rule = parsed(Rule.parse)


def _rules(name: str, rules: Any) -> tuple[Rule, ...]:
    if isinstance(rules, (str, bytes)) or not np.iterable(rules):
        told = checks.shown(rules)
        raise ValueError(f"{name} is a sequence of rules; got {told}. Pass [{told}].")
    return tuple(_rule(name, rule) for rule in rules)


@dataclass(frozen=True)
class GameConfig:
    """What is dealt and what wins; `GeneralPointsEnv` documents each keyword.

    Attributes:
        rule: the rule that scores, or None for a fresh random rule in each episode.
        stated_rule: the rule that is shown, or None for the one that scores.
    """

    rule: Rule | None = keyword("ten", unless_random(_rule))
    stated_rule: Rule | None = keyword(None, stated(_rule, "rule"))
    target: int = keyword(24, in_range(1, MAX_TARGET))
    num_cards: int = keyword(None, optional(in_range(MIN_CARDS, MAX_CARDS)))
    deck: str = keyword("standard", one_of(DECKS))
    deals: str = keyword("independent", one_of(DEALS))
    suits: str = keyword("black", one_of(SUIT_COLOURS))
    face_cards: bool = keyword(False, checks.flag)
    solvable_under: tuple[Rule, ...] = keyword((), _rules)
    hand: Hand | None = keyword(None, optional(parsed(Hand.parse)))
    split: str | None = split_keyword()
    fold: tuple[int, ...] = fold_keyword()
    max_attempts: int = keyword(5, in_range(1, MAX_ATTEMPTS))

    @classmethod
    def make(cls, **keywords: Any) -> GameConfig:
        """Return a checked configuration.

        Raises:
            TypeError: for an unknown keyword, naming the nearest right one.
            ValueError: naming the keyword, what came and what was expected.
        """
        values = checked(cls, keywords)
        hand, count = values["hand"], values["num_cards"]
        if count is None:
            values["num_cards"] = DEFAULT_CARDS if hand is None else len(hand.ranks)
        elif hand is not None and count != len(hand.ranks):
            raise ValueError(
                f"num_cards={count} does not fit the hand {hand}. Leave num_cards out."
            )
        return cls(**values)

    def __str__(self) -> str:
        parts = ((field.name, getattr(self, field.name)) for field in fields(self))
        return ", ".join(f"{name}={value}" for name, value in parts)
