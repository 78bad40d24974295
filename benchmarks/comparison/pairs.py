"""Which runs differ: paired tests of all pairs, Holm's correction, groups of ties."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist
from string import ascii_lowercase

from benchmarks.comparison.loaded import Column
from benchmarks.significance import holm
from benchmarks.statistics import (
    CONFIDENCE,
    Estimate,
    Observation,
    PairedTest,
    paired_difference,
    paired_test,
    rate,
)

ALPHA = 1 - CONFIDENCE

POWER = 0.80
"""How surely the number of episodes that is named would find a difference as large as seen."""


@dataclass(frozen=True)
class Pair:
    """Two runs in a column.

    Attributes:
        first, second: their positions in the list of runs.
        estimate: `first - second` with the 95 % interval of this pair alone.
        p_value: Holm's, over all pairs of all columns.
        needed: episodes that would decide an undecided pair, see `episodes_to_decide`; None where
            it is decided, or where both came out alike.
    """

    column: str
    first: int
    second: int
    estimate: Estimate
    p_value: float
    needed: int | None

    @property
    def differs(self) -> bool:
        """Whether a difference is called."""
        return self.p_value < ALPHA


@dataclass(frozen=True)
class ComparedColumn:
    """What the runs came to on the episodes of a column that all of them played.

    Attributes:
        rates: of each run, with its interval.
        ties: for each run the numbers of its groups; two runs that share none differ.
    """

    name: str
    rates: Sequence[Estimate]
    pairs: Sequence[Pair]
    ties: Sequence[Sequence[int]]


def compare_columns(played: Mapping[str, Sequence[Column]]) -> list[ComparedColumn]:
    """Compare all pairs of runs in all columns, as one family of tests.

    Args:
        played: for each column what each run played, all of them the same episodes.

    Raises:
        ValueError: a column without episodes.
    """
    sides = {name: [_observations(one) for one in runs] for name, runs in played.items()}
    places = [
        (name, first, second)
        for name, runs in sides.items()
        for first, second in combinations(range(len(runs)), 2)
    ]
    tests = [paired_test(sides[name][i], sides[name][j]) for name, i, j in places]
    adjusted = holm([test.p_value for test in tests])
    pairs = [
        Pair(*place, test.estimate, p_value, _needed(test, p_value, len(tests)))
        for place, test, p_value in zip(places, tests, adjusted)
    ]
    return [_column(name, runs, pairs) for name, runs in sides.items()]


def gap(out: Column, within: Column) -> Estimate:
    """Return the success out of distribution minus that in distribution, on the same episodes."""
    return paired_difference(_observations(out), _observations(within))


def tie_groups(rates: Sequence[float], differ: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Return for each run the numbers of its groups, from 0, the best run's first.

    Two runs share a group where no difference between them is called, and nowhere else. A run may
    be in several groups: one that is level with two that differ.

    Args:
        rates: of each run.
        differ: pairs of positions.
    """
    groups = [frozenset(range(len(rates)))]
    for pair in differ:
        parted = [
            part
            for group in groups
            for part in ([group - {one} for one in pair] if set(pair) <= group else [group])
        ]
        distinct = list(dict.fromkeys(parted))
        groups = [one for one in distinct if not any(one < other for other in distinct)]
    ranked = sorted(range(len(rates)), key=lambda run: -rates[run])
    groups.sort(key=lambda group: sorted(ranked.index(run) for run in group))
    return [[n for n, group in enumerate(groups) if run in group] for run in range(len(rates))]


def tie_names(groups: Sequence[Sequence[int]]) -> list[str]:
    """Return what a table calls the groups of each run.

    Each group is a letter; where some runs have more groups than letters, all are numbers from 1.
    """
    if max(map(max, groups)) < len(ascii_lowercase):
        return ["".join(ascii_lowercase[group] for group in own) for own in groups]
    return [" ".join(str(group + 1) for group in own) for own in groups]


def episodes_to_decide(test: PairedTest, tests: int) -> int | None:
    """Return how many episodes would find a difference as large as the one seen.

    Found is meant with a probability of 80 %, at the level that the first of so many tests has,
    with as many episodes to a hand or route as now.

    Args:
        tests: in the family; None is returned where the two came out alike.
    """
    if test.error == 0:
        return None
    wanted = NormalDist().inv_cdf(1 - ALPHA / (2 * tests)) + NormalDist().inv_cdf(POWER)
    return math.ceil(test.estimate.episodes * (wanted / test.error) ** 2)


def _needed(test: PairedTest, p_value: float, tests: int) -> int | None:
    return None if p_value < ALPHA else episodes_to_decide(test, tests)


def _column(
    name: str, runs: Sequence[Mapping[tuple[int, int], Observation]], pairs: Sequence[Pair]
) -> ComparedColumn:
    own = [pair for pair in pairs if pair.column == name]
    rates = [rate(run.values()) for run in runs]
    differ = [(pair.first, pair.second) for pair in own if pair.differs]
    return ComparedColumn(name, rates, own, tie_groups([one.value for one in rates], differ))


def _observations(column: Column) -> dict[tuple[int, int], Observation]:
    return {
        (0, seed): Observation(0, played.cluster, played.value) for seed, played in column.items()
    }
