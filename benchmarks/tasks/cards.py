"""The card game as a task of the study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import gp_env
from benchmarks.tasks.task import (
    MAX_ATTEMPTS,
    SUCCESS,
    Dealt,
    MakeAgent,
    Metric,
    TrainOverlap,
    config_of,
    interface_named,
)
from gp_env.arithmetic import TOKENS
from gp_env.variants import TASK
from gp_env.verifier import Outcome

if TYPE_CHECKING:
    from agents.gp.demonstrations import Demonstrations
    from benchmarks.suites.distinct import Deals

# Agents, pictures and replies are imported where they are asked for.

MEMORISED = 20_000
"""Demonstrations that the nearest-neighbour baseline knows: nearly every training hand."""

_MALFORMED = (Outcome.UNREADABLE.value, Outcome.ILLEGAL_FORMULA.value)


class Cards:
    """GeneralPoints: hands under a rule that says what J, Q and K count."""

    name = TASK
    noun = "hands"
    metrics: Mapping[str, Metric] = MappingProxyType({SUCCESS: Metric("Success")})
    metric, shift = SUCCESS, "rule_ood"
    axis = "episode success"
    chance = 0.0
    competence = SUCCESS
    rule, random = "ten", "random"
    train_overlap = TrainOverlap(
        "By whether the pool of the init's demonstrations holds a hand with these values",
        "values seen",
        "values new",
        "The cards of a test hand are in no demonstration, but other cards may have had its values "
        "under another rule, and then its solution was shown. An init that stops early saw a part "
        "of the pool.",
    )
    beside_success = ""
    malformed = (
        "the last attempt was unreadable or an illegal formula. Hands are counted as sets of ranks "
        "with J, Q and K as 10."
    )
    one_action_an_attempt = False
    recognition = "Of each hand the share of ranks that are read right."
    references = ("random", "nearest-neighbour", "expert")
    max_attempts = MAX_ATTEMPTS

    def variants(self) -> Mapping[str, Mapping[str, Any]]:
        return gp_env.variants()

    def interface(self, id: str, keywords: Mapping[str, Any]) -> str:
        return interface_named(id)

    def held_out(self, id: str, fold: Sequence[int]) -> dict[str, Any]:
        return {"split": "test", "fold": list(fold)}

    def game(self, rule: str, fold: Sequence[int], split: str = "train") -> dict[str, Any]:
        return {"rule": rule, "split": split, "fold": tuple(fold), "max_attempts": MAX_ATTEMPTS}

    def demonstrate(
        self, count: int, *, seed: int, rules: Sequence[str], fold: Sequence[int], **settings: Any
    ) -> Demonstrations:
        if len(rules) != 1:
            raise ValueError(f"Hands are demonstrated under one rule at a time; got {rules!r}.")
        from agents.gp.demonstrations import demonstrate

        return demonstrate(count, seed=seed, **settings, **self.game(rules[0], fold))

    def likenesses(self, demonstrations: Demonstrations) -> Collection[Hashable]:
        from gp_env.deal import sorted_values

        values = np.unique(sorted_values(demonstrations.ranks, demonstrations.rule), axis=0)
        return {tuple(value for value in hand if value) for hand in values.tolist()}

    def deals(self, env: Any) -> Deals:
        from benchmarks.suites.distinct import Deals
        from gp_env.deal import Dealer, sorted_values

        config = config_of(env)
        dealer = Dealer(config)
        others = {config.stated_rule, *config.solvable_under} - {None, config.rule}

        def key(ranks: NDArray[np.uint8], rules: NDArray[np.uint8]) -> NDArray[np.int64]:
            # Hands of equal values are one hand, unless another rule tells them apart.
            told = np.sort(ranks, axis=1) if others else sorted_values(ranks, rules)
            if config.rule is None:
                told = np.concatenate([told, rules], axis=1)
            total = np.zeros(len(told), dtype=np.int64)
            for column in told.T:
                total = (total << 5) | column
            return total

        total, ranks = None, dealer.ranks
        if ranks is not None:
            rules = np.broadcast_to(np.array(config.rule, dtype=np.uint8), (len(ranks), 3))
            total = len(np.unique(key(ranks, rules)))

        def keys(seeds: NDArray[np.int64]) -> NDArray[np.int64]:
            dealt = dealer.deal(seeds)
            return key(dealt.ranks, dealt.rules)

        return Deals(keys, total)

    def reference(
        self,
        name: str,
        *,
        seed: int,
        fold: Sequence[int],
        max_attempts: int,
        game: Mapping[str, Any] = MappingProxyType({}),
    ) -> MakeAgent:
        from agents.scripted import ExpertAgent, RandomAgent

        if name == "random":
            return lambda _: RandomAgent(len(TOKENS), seed=seed)
        if name == "expert":
            return ExpertAgent
        from agents.gp.demonstrations import demonstrate
        from agents.gp.nearest_neighbour import NearestNeighbourAgent

        training = {**self.game(self.rule, fold), "max_attempts": max_attempts, **game}
        nearest = NearestNeighbourAgent(demonstrate(MEMORISED, seed=seed, **training))
        return lambda _: nearest

    def dealt(self, env: Any, copy: int | None = None, *, shown: Any = None) -> Dealt:
        hand, rule = (env.hand, env.rule) if copy is None else (env.hand(copy), env.rule(copy))
        return Dealt(
            hand.digest,
            hand_cluster(hand.ranks),
            tuple(sorted(hand.values(rule))),
            list(hand.ranks),
        )

    def recognised(
        self, symbols: NDArray[np.uint8], read: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        from agents.gp.images import facts

        ranks = facts(symbols)
        held = ranks > 0
        return ((read == ranks) & held).sum(axis=1), held.sum(axis=1)

    def reported(self, env: Any, reply: str) -> tuple[int, int]:
        from gp_env.spoken import read_rank

        cards = gp_env.parse_reply(reply).cards
        if cards is None:
            return 0, 0
        named, held = Counter(map(read_rank, cards)), Counter(env.hand.ranks)
        return (named & held).total(), max(named.total(), held.total())

    def share_malformed(self, outcomes: Sequence[str]) -> float:
        return float(any(outcome in _MALFORMED for outcome in outcomes[-1:]))


def hand_cluster(ranks: Sequence[int]) -> str:
    """Return the multiset of ranks with J, Q and K as 10: the unit that splits keep together."""
    return "-".join(map(str, sorted(10 if 11 <= rank <= 13 else rank for rank in ranks)))
