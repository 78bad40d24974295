"""The tables: who stands where in a suite, and who cannot be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from string import ascii_lowercase

from benchmarks.comparison.pairs import ALPHA, holm, tie_groups
from benchmarks.leaderboard.figures import Figures, Shift, metrics_of, observations
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
    shown = [one for one in entries if one.shifts[metric]]
    shown.sort(key=lambda one: (-one.shifts[metric][0].rates[0].value, one.entry.slug))
    played = [observations(one.entry.columns[one.shifts[metric][0].out], metric) for one in shown]
    pairs = [
        (i, j) for i, j in combinations(range(len(shown)), 2) if played[i].keys() & played[j].keys()
    ]
    adjusted = holm([paired_test(played[i], played[j]).p_value for i, j in pairs])
    differ = [pair for pair, p_value in zip(pairs, adjusted) if p_value < ALPHA]
    groups = tie_groups([one.shifts[metric][0].rates[0].value for one in shown], differ)
    return Board(
        of=first.of,
        digest=first.digest,
        metric=metric,
        metrics=metrics_of(first),
        standings=[
            Standing(
                one,
                one.shifts[metric][0],
                " ".join(map(_letters, of))
                if any(g > 25 for g in of)
                else "".join(map(_letters, of)),
            )
            for one, of in zip(shown, groups)
        ],
        tests=len(pairs),
    )


def _letters(number: int) -> str:
    """Return a, b, ..., z, ba, bb, ... for 0, 1, ..."""
    more, last = divmod(number, 26)
    return (_letters(more) if more else "") + ascii_lowercase[last]
