"""The keywords that decide what is dealt and what wins, checked once for every shell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gp_env.deck import LARGE_RANKS, MAX_CARDS, MIN_CARDS, STANDARD_RANKS, SUIT_COLOURS, Hand
from gp_env.rules import RANDOM_RULES, Rule
from shiftgym import checks
from shiftgym.keywords import (
    Keywords,
    fold_keyword,
    keyword,
    rule_keyword,
    split_keyword,
    stated_keyword,
)

MAX_TARGET = 100
MAX_ATTEMPTS = 10

DECKS = {"standard": STANDARD_RANKS, "large": LARGE_RANKS}
DEALS = ("independent", "deck")
SPLIT_BY = ("ranks", "numbers")
DEFAULT_CARDS = 4


def check_target(target: int) -> int:
    """Return a target as int.

    Raises:
        ValueError: where it is not an integer from 1 to 100.
    """
    return checks.in_range("target", target, 1, MAX_TARGET)


def _rules(name: str, rules: Any) -> tuple[Rule, ...]:
    if isinstance(rules, (str, bytes)) or not np.iterable(rules):
        told = checks.shown(rules)
        raise ValueError(f"{name} is a sequence of rules; got {told}. Pass [{told}].")
    return tuple(checks.parsed(name, rule, Rule.parse) for rule in rules)


@dataclass(frozen=True)
class GameConfig(Keywords):
    """What is dealt and what wins; `GeneralPointsEnv` documents each keyword.

    Attributes:
        rule: the rule that scores, or None for a fresh random rule in each episode.
        stated_rule: the rule that is shown, or None for the one that scores.
    """

    rule: Rule | None = rule_keyword("ten", Rule.parse)
    stated_rule: Rule | None = stated_keyword(Rule.parse, "rule")
    random_rules: str = keyword("strict", checks.one_of, RANDOM_RULES)
    target: int = keyword(24, checks.in_range, 1, MAX_TARGET)
    num_cards: int = keyword(None, checks.in_range, MIN_CARDS, MAX_CARDS)
    deck: str = keyword("standard", checks.one_of, DECKS)
    deals: str = keyword("independent", checks.one_of, DEALS)
    suits: str = keyword("black", checks.one_of, SUIT_COLOURS)
    face_cards: bool = keyword(False, checks.flag)
    face_share: float | None = keyword(None, checks.number, 0, 1)
    solvable_under: tuple[Rule, ...] = keyword((), _rules)
    hand: Hand | None = keyword(None, checks.parsed, Hand.parse)
    split: str | None = split_keyword()
    fold: tuple[int, ...] = fold_keyword()
    split_by: str = keyword("ranks", checks.one_of, SPLIT_BY)
    max_attempts: int = keyword(5, checks.in_range, 1, MAX_ATTEMPTS)

    @classmethod
    def check_together(cls, values: dict[str, Any]) -> None:
        """Count the cards of a hand, and refuse keywords that mean nothing beside others."""
        hand, count = values["hand"], values["num_cards"]
        if values["rule"] is not None:
            drawn = {"random_rules": (values["random_rules"], cls.defaults()["random_rules"])}
            checks.only_with("rule='random'", "no rule is drawn", **drawn)
        if hand is not None and values["face_share"] is not None:
            raise ValueError(
                f"face_share={values['face_share']} is a chance of cards that are drawn, and hand= "
                f"deals {hand} in every episode. Leave one of the two out."
            )
        if count is None:
            values["num_cards"] = DEFAULT_CARDS if hand is None else len(hand.ranks)
        elif hand is not None and count != len(hand.ranks):
            raise ValueError(
                f"num_cards={count} does not fit the hand {hand}. Leave num_cards out."
            )
