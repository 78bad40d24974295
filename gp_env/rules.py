"""What the face cards count: the rule of the game, and the one thing a rule shift changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from shiftgym.checks import shown
from shiftgym.keywords import RANDOM
from shiftgym.once import once

JACK, QUEEN, KING = 11, 12, 13
"""The three face ranks; every other rank counts itself."""

MAX_VALUE = 19
"""The highest value that a card or a rule may give: numbers from 1 to 19 are tokens of the game."""


class Rule(NamedTuple):
    """The values of jack, queen and king, each an integer in [1, 19]."""

    jack: int
    queen: int
    king: int

    @classmethod
    def parse(cls, rule: RuleLike) -> Rule:
        """Return the rule given by its name, such as "ten" or "all-5", or by a triple.

        Raises:
            ValueError: for an unknown name, or a triple that is not three integers in [1, 19].
        """
        if isinstance(rule, str):
            if rule in NAMED:
                return NAMED[rule]
            raise ValueError(
                f"Unknown rule {shown(rule)}: expected one of {', '.join(NAMED)}, the values of "
                f"J, Q and K as a triple such as (11, 12, 13), or, for an environment, {RANDOM!r}."
            )
        try:
            given = tuple(islice(rule, 4))
            values = tuple(int(value) for value in given)
            exact = values == given and not any(
                isinstance(value, (bool, np.bool_)) for value in given
            )
        except (TypeError, ValueError, OverflowError):
            values, exact = (), False
        if not exact or len(values) != 3 or not all(1 <= value <= MAX_VALUE for value in values):
            raise ValueError(
                f"A rule is the values of J, Q and K, three integers from 1 to {MAX_VALUE}; "
                f"got {shown(rule)}. Pass a triple such as (11, 12, 13), or a name: "
                f"{', '.join(NAMED)}."
            )
        return cls(*values)

    @property
    def name(self) -> str:
        """The rule's name, or its three values joined by hyphens where it has none."""
        return _NAMES.get(self, "-".join(map(str, self)))

    def value(self, rank: int) -> int:
        """Return what a card of this rank (1-19) counts."""
        return self[rank - JACK] if JACK <= rank <= KING else rank

    def values(self, ranks: Iterable[int]) -> tuple[int, ...]:
        """Return what each card counts, in the order of the ranks."""
        return tuple(self.value(rank) for rank in ranks)


RuleLike: TypeAlias = str | Iterable[int] | Rule
"""A rule's name, its (J, Q, K) values, or a Rule."""

NAMED: Mapping[str, Rule] = MappingProxyType(
    {
        "ten": Rule(10, 10, 10),
        "rank": Rule(11, 12, 13),
        "all-5": Rule(5, 5, 5),
        "all-7": Rule(7, 7, 7),
        "all-12": Rule(12, 12, 12),
    }
)
"""The rules of the literature: "ten" and "rank" are the two of arXiv 2501.17161."""

_NAMES = {rule: name for name, rule in NAMED.items()}

_RANK = Rule(11, 12, 13)

HELD_OUT: frozenset[Rule] = frozenset(
    {Rule(10, 10, 10), _RANK, Rule(5, 5, 5), Rule(7, 7, 7), Rule(12, 12, 12)}
)
"""Rules that `rule="random"` never deals, so that each of them is new to whoever trained on it.

This list is frozen: another entry would change the hands of every recorded episode with a random
rule. A rule that is named from now on is dealt like any other triple.
"""


RANDOM_RULES = ("strict", "pair")
"""What `rule="random"` may draw from: `random_rules` or `pair_rules`."""


@once()
def random_rules() -> NDArray[np.uint8]:
    """Return every rule that `rule="random"` may deal: uint8 of shape (n, 3), columns J, Q, K.

    A triple of HELD_OUT is left out, and so is every triple that gives a face card its value under
    "rank" (J 11, Q 12 or K 13): leaving out only the named triples would still teach those.
    """
    grid = np.stack(np.meshgrid(*[np.arange(1, MAX_VALUE + 1)] * 3, indexing="ij"), axis=-1)
    triples = grid.reshape(-1, 3).astype(np.uint8)
    allowed = (triples != np.array(_RANK)).all(axis=1)
    for held_out in HELD_OUT:
        allowed &= (triples != np.array(held_out)).any(axis=1)
    rules: NDArray[np.uint8] = triples[allowed]
    rules.flags.writeable = False
    return rules


_PAIR_VALUES = range(1, KING + 1)
_PAIR_ODDS = np.array([20 if value >= JACK else 7 for value in _PAIR_VALUES], dtype=np.int64)
"""Of the values 1 to 13, of 130: three tenths for 11-13, evenly, on top of seven for all 13."""


@once()
def pair_rules() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return every rule that `random_rules="pair"` may deal, and how often.

    J, Q and K count 1-13, each 11-13 more often than other numbers. A triple of HELD_OUT is left
    out, and so is every triple that agrees with "ten" or with "rank" in two of its values: the two
    rules are treated alike, and of each no more than a single value is shown at a time.

    Returns:
        Triples, uint8 of shape (n, 3), and the running sums of their odds, int64 of shape (n,).
    """
    grid = np.stack(np.meshgrid(*[np.arange(len(_PAIR_VALUES))] * 3, indexing="ij"), axis=-1)
    places = grid.reshape(-1, 3)
    triples, odds = (places + 1).astype(np.uint8), _PAIR_ODDS[places].prod(axis=1)
    allowed = np.ones(len(triples), dtype=bool)
    for held_out in HELD_OUT:
        allowed &= (triples != np.array(held_out)).any(axis=1)
    for compared in (NAMED["ten"], _RANK):
        allowed &= (triples == np.array(compared)).sum(axis=1) < 2
    rules, sums = triples[allowed], odds[allowed].cumsum()
    for part in (rules, sums):
        part.flags.writeable = False
    return rules, sums
