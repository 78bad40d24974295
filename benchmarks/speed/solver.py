"""How long the solver takes: `python -m benchmarks.speed.solver`."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import partial
from itertools import combinations_with_replacement
from statistics import quantiles
from typing import Any

from benchmarks.speed.rows import row, show, with_ratios
from gp_env.deck import STANDARD_RANKS
from gp_env.solver import difficulty, solvable, solvable_table, solve

BAR_SECONDS = 10.0
"""For all 1,820 hands of four under one rule, the first time in a process."""

RULE = "rank"
"""Under it no two hands share their values, so that nothing is remembered from one to the next."""

FIVE_CARD_HANDS = 200
SIX_CARD_HANDS = 10
DRAWN_HANDS = 1_000


def measure() -> list[dict[str, Any]]:
    """Time the solver on one core, each thing the first time in this process."""
    hands = list(combinations_with_replacement(range(1, STANDARD_RANKS + 1), 4))
    first = _seconds(lambda: [(solve(hand, RULE), difficulty(hand, RULE)) for hand in hands])
    again = _seconds(lambda: [solve(hand, RULE) for hand in hands])
    table = _seconds(lambda: solvable_table(4, 24))
    rng = random.Random(0)
    rows = [
        row(f"solve all {len(hands):,} hands of four", first, "s", BAR_SECONDS, at_most=True),
        row("the same from memory", again, "s"),
        row("table of solvable hands of four", table, "s"),
    ]
    for cards, count in ((5, FIVE_CARD_HANDS), (6, SIX_CARD_HANDS)):
        drawn = _draw(rng, cards, count)
        rows.append(row(f"solve {cards} cards, mean", _mean(solve, drawn), "s"))
    for cards in (5, 6):
        drawn = _draw(rng, cards, DRAWN_HANDS)
        seconds = [_seconds(partial(solvable, hand)) for hand in drawn]
        cuts = quantiles(seconds, n=100)
        rows.append(row(f"solvable with {cards} cards, median", cuts[49] * 1e3, "ms"))
        rows.append(row(f"solvable with {cards} cards, 99th percentile", cuts[98] * 1e3, "ms"))
    return rows


def _draw(rng: random.Random, cards: int, count: int) -> list[tuple[int, ...]]:
    return [tuple(rng.choices(range(1, STANDARD_RANKS + 1), k=cards)) for _ in range(count)]


def _mean(function: Callable[[tuple[int, ...], str], Any], hands: list[tuple[int, ...]]) -> float:
    return _seconds(lambda: [function(hand, RULE) for hand in hands]) / len(hands)


def _seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    show(with_ratios(measure()))
