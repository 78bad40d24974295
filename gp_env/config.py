"""The keywords that decide what is dealt and what wins, checked once for every shell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import TypedDict

import numpy as np

from gp_env.deck import (
    LARGE_RANKS,
    MAX_CARDS,
    MIN_CARDS,
    STANDARD_RANKS,
    SUIT_COLOURS,
    Hand,
    HandLike,
)
from gp_env.rules import RANDOM, Rule, RuleLike
from shiftgym import checks

MAX_TARGET = 100
MAX_ATTEMPTS = 10

DECKS = {"standard": STANDARD_RANKS, "large": LARGE_RANKS}
DEALS = ("independent", "deck")
SPLITS = ("train", "validation", "test")
DEFAULT_CARDS = 4
DEFAULT_FOLD = (0, 5)


def check_target(target: int) -> int:
    """Return a target as int.

    Raises:
        ValueError: where it is not an integer from 1 to 100.
    """
    return checks.in_range("target", target, 1, MAX_TARGET)


class GameKeywords(TypedDict, total=False):
    """The keywords of `GameConfig.make`, for the signatures of the shells."""

    rule: RuleLike
    stated_rule: RuleLike | None
    target: int
    num_cards: int | None
    deck: str
    deals: str
    suits: str
    face_cards: bool
    solvable_under: Iterable[RuleLike]
    hand: HandLike | None
    split: str | None
    fold: tuple[int, int]
    max_attempts: int


@dataclass(frozen=True)
class GameConfig:
    """What is dealt and what wins; `GeneralPointsEnv` documents each keyword.

    Attributes:
        rule: the rule that scores, or None for a fresh random rule in each episode.
        stated_rule: the rule that is shown, or None for the one that scores.
    """

    rule: Rule | None
    stated_rule: Rule | None
    target: int
    num_cards: int
    deck: str
    deals: str
    suits: str
    face_cards: bool
    solvable_under: tuple[Rule, ...]
    hand: Hand | None
    split: str | None
    fold: tuple[int, int]
    max_attempts: int

    @classmethod
    def make(
        cls,
        rule: RuleLike = "ten",
        stated_rule: RuleLike | None = None,
        target: int = 24,
        num_cards: int | None = None,
        deck: str = "standard",
        deals: str = "independent",
        suits: str = "black",
        face_cards: bool = False,
        solvable_under: Iterable[RuleLike] = (),
        hand: HandLike | None = None,
        split: str | None = None,
        fold: tuple[int, int] = DEFAULT_FOLD,
        max_attempts: int = 5,
    ) -> GameConfig:
        """Return a checked configuration.

        Raises:
            ValueError: naming the keyword, what came and what was expected.
        """
        checks.one_of("deck", deck, DECKS)
        checks.one_of("deals", deals, DEALS)
        checks.one_of("suits", suits, SUIT_COLOURS)
        checks.one_of("split", split, (*SPLITS, None))
        if isinstance(solvable_under, (str, bytes)) or not np.iterable(solvable_under):
            told = checks.shown(solvable_under)
            raise ValueError(f"solvable_under is a sequence of rules; got {told}. Pass [{told}].")
        checks.no_random(stated_rule, RANDOM, "stated_rule", "rule")
        fixed = None if hand is None else checks.parsed("hand", Hand.parse, hand)
        if num_cards is None:
            num_cards = DEFAULT_CARDS if fixed is None else len(fixed.ranks)
        num_cards = checks.in_range("num_cards", num_cards, MIN_CARDS, MAX_CARDS)
        if fixed is not None and num_cards != len(fixed.ranks):
            raise ValueError(
                f"num_cards={num_cards} does not fit the hand {fixed}. Leave num_cards out."
            )
        return cls(
            rule=None if checks.is_same(rule, RANDOM) else checks.parsed("rule", Rule.parse, rule),
            stated_rule=(
                None
                if stated_rule is None
                else checks.parsed("stated_rule", Rule.parse, stated_rule)
            ),
            target=check_target(target),
            num_cards=num_cards,
            deck=deck,
            deals=deals,
            suits=suits,
            face_cards=checks.flag("face_cards", face_cards),
            solvable_under=tuple(
                checks.parsed("solvable_under", Rule.parse, other) for other in solvable_under
            ),
            hand=fixed,
            split=split,
            fold=checks.fold(fold),
            max_attempts=checks.in_range("max_attempts", max_attempts, 1, MAX_ATTEMPTS),
        )

    def __str__(self) -> str:
        parts = ((field.name, getattr(self, field.name)) for field in fields(self))
        return ", ".join(f"{name}={value}" for name, value in parts)
