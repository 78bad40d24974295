"""Hands as small data: the cards, the target and the rule, and what each attempt made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.leaderboard.episodes.scripts import shortened
from gp_env.deck import RANK_NAMES, SUITS
from gp_env.worth import what_it_makes

_LONGEST_FORMULA = 200


class Cards:
    """Shows hands."""

    files: Mapping[str, Any] = {}
    actions: Sequence[str] = ()

    def scene(self, env: Any) -> dict[str, Any]:
        """Return cards, target, the rule that is stated and, where it is another, that scores."""
        hand, stated, scoring = env.hand, env.stated_rule, env.rule
        suits = hand.suits or (1,) * len(hand.ranks)
        names = [
            f"{RANK_NAMES[rank]} of {SUITS[suit - 1]}" for rank, suit in zip(hand.ranks, suits)
        ]
        told = {"cards": names, "target": env.config.target, "rule": list(stated)}
        return told if scoring == stated else {**told, "scoring": list(scoring)}

    def before(self, env: Any) -> None:
        """Return nothing: an attempt is told by what was written."""

    def done(self, env: Any, before: None, action: Any) -> str:
        """Return what an attempt that was just judged has made."""
        formula = env.scene().previous
        made = what_it_makes(formula)
        return shortened(formula, _LONGEST_FORMULA) if made is None else str(made)
