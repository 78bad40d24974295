"""Tables of a comparison, for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.comparison.pairs import ComparedColumn, Pair, tie_names
from benchmarks.statistics import Estimate
from benchmarks.tables import Table, interval

MANY = 100_000
"""Episodes; above it no number is told."""


def rate_table(
    columns: Sequence[ComparedColumn], labels: Sequence[str], metric: str, noun: str
) -> Table:
    """Return a table of what each run came to, the best run of each column first."""
    rows = []
    for column in columns:
        ranked = sorted(range(len(labels)), key=lambda run: -column.rates[run].value)
        ties = tie_names(column.ties)
        for place, run in enumerate(ranked):
            one = column.rates[run]
            counts = [str(one.episodes), str(one.clusters)] if place == 0 else ["", ""]
            name = "" if place else column.name
            rows.append([name, f"{run + 1}\u00a0{labels[run]}", _told(one), ties[run], *counts])
    return Table(
        f"{metric.replace('_', ' ').capitalize()} in percent on common episodes, 95 % intervals",
        ["column", "run", metric, "ties", "episodes", noun],
        rows,
        numbers_from=2,
        note="Runs of a column that share a letter (ties) are not told apart.",
    )


def pair_table(columns: Sequence[ComparedColumn], tests: int) -> Table:
    """Return a table of all pairs of all columns; `tests` is how many there are."""
    return Table(
        "Differences in points on the same episodes, 95 % interval of each pair alone",
        ["column", "runs", "difference", "p", "verdict"],
        [
            [
                column.name if number == 0 else "",
                f"{pair.first + 1} - {pair.second + 1}",
                _told(pair.estimate, signed=True),
                p_value(pair.p_value),
                _verdict(pair),
            ]
            for column in columns
            for number, pair in enumerate(column.pairs)
        ],
        numbers_from=2,
        note=f"A difference is called where p is below 0.05, with Holm's correction over all tests "
        f"({tests}). In brackets: how many episodes would find a difference as large as this "
        f"one with a probability of 80 %.",
    )


def gap_table(gaps: Sequence[tuple[str, str, Estimate]], metric: str, noun: str) -> Table:
    """Return a table of OOD gaps: of each run its label, the two columns and the gap."""
    return Table(
        f"OOD gap: {metric} in points on the same {noun}, 95 % intervals",
        ["run", "columns", "gap", "episodes"],
        [
            [label, columns, _told(estimate, signed=True), str(estimate.episodes)]
            for label, columns, estimate in gaps
        ],
        numbers_from=2,
    )


def lines(columns: Sequence[ComparedColumn], labels: Sequence[str]) -> list[dict[str, Any]]:
    """Return the pairs as rows of CSV; rates are shares."""
    return [
        {
            "column": column.name,
            "first": labels[pair.first],
            "second": labels[pair.second],
            "first_rate": column.rates[pair.first].value,
            "second_rate": column.rates[pair.second].value,
            "difference": pair.estimate.value,
            "low": pair.estimate.low,
            "high": pair.estimate.high,
            "p_holm": pair.p_value,
            "verdict": verdict(pair),
            "episodes": pair.estimate.episodes,
            "clusters": pair.estimate.clusters,
            "episodes_to_decide": pair.needed,
        }
        for column in columns
        for pair in column.pairs
    ]


def verdict(pair: Pair) -> str:
    """Return which of the two is better, by number, or "undecided"."""
    if not pair.differs:
        return "undecided"
    return f"{(pair.first if pair.estimate.value > 0 else pair.second) + 1} better"


def p_value(value: float) -> str:
    """Return a p-value in three decimals."""
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def _verdict(pair: Pair) -> str:
    if pair.needed is None:
        return verdict(pair)
    many = f"{pair.needed:,}" if pair.needed <= MANY else f">{MANY:,}"
    return f"{verdict(pair)} ({many})"


def _told(estimate: Estimate, *, signed: bool = False) -> str:
    return interval(estimate.value, estimate.low, estimate.high, signed=signed)
