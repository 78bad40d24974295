"""The tables: who stands where in a suite, and who cannot be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from benchmarks.comparison.pairs import ALPHA, tie_groups, tie_names
from benchmarks.leaderboard.figures import Figures, Shift, metrics_of, observations
from benchmarks.significance import holm
from benchmarks.statistics import paired_test
from benchmarks.suites import Suite


@dataclass(frozen=True)
class Standing:
    """An entry in the table of its suite.

    Attributes:
        ties: letters of its groups; two entries that share none differ out of distribution.
        shift: of the headline, in the metric of the task's primary endpoint.
    """

    figures: Figures
    shift: Shift
    ties: str


@dataclass(frozen=True)
class Board:
    """A suite and its entries, the best out of distribution first.

    Attributes:
        digest: of the version that has judged them.
        metric: of the primary endpoint.
        metrics: that, and success.
        tests: pairs of entries that have episodes in common, all of which were tested.
    """

    of: Suite
    digest: str
    metric: str
    metrics: Sequence[str]
    standings: Sequence[Standing]
    tests: int

    @property
    def is_current(self) -> bool:
        """Whether the installed version has judged them."""
        return self.digest == self.of.digest


def boards(entries: Sequence[Figures]) -> list[Board]:
    """Return a board for each suite and version, by name, the installed version first."""
    suites: dict[tuple[str, str], list[Figures]] = {}
    for one in entries:
        suites.setdefault((one.entry.of.name, one.entry.digest), []).append(one)
    made = [_board(suites[key]) for key in sorted(suites)]
    return sorted(made, key=lambda board: (board.of.name, not board.is_current))


def _board(entries: Sequence[Figures]) -> Board:
    first = entries[0].entry
    metric = first.task.metric
    ranked = sorted(
        ((one, one.shifts[metric][0]) for one in entries),
        key=lambda pair: (-pair[1].rates[0].value, pair[0].entry.slug),
    )
    played = [observations(one.entry.columns[shift.out], metric) for one, shift in ranked]
    pairs = [
        (i, j)
        for i, j in combinations(range(len(ranked)), 2)
        if played[i].keys() & played[j].keys()
    ]
    adjusted = holm([paired_test(played[i], played[j]).p_value for i, j in pairs])
    differ = [pair for pair, p_value in zip(pairs, adjusted) if p_value < ALPHA]
    ties = tie_names(tie_groups([shift.rates[0].value for _, shift in ranked], differ))
    return Board(
        of=first.of,
        digest=first.digest,
        metric=metric,
        metrics=metrics_of(first),
        standings=[Standing(one, shift, names) for (one, shift), names in zip(ranked, ties)],
        tests=len(pairs),
    )
