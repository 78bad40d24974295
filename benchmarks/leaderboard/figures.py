"""The figures of an entry: its columns, what shifts cost it, what its replies were like."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from agents.no_answer import NoAnswer
from benchmarks.leaderboard.entries import Entry
from benchmarks.leaderboard.shifts import shifts_of
from benchmarks.records import Episode
from benchmarks.statistics import Estimate, Observation, paired_difference, rate
from benchmarks.summary import IN_FORMAT
from benchmarks.tasks.task import SUCCESS

PairKey = tuple[int, str]
"""Of an episode: 0, the number of the study's seed, and what was dealt."""


@dataclass(frozen=True)
class Shift:
    """What a shift costs in one metric.

    Attributes:
        name: what changes.
        out, within: the columns.
        paired: whether both are of the same hands or routes.
    """

    name: str
    out: str
    within: str
    paired: bool
    rates: tuple[Estimate, Estimate]
    gap: Estimate


@dataclass(frozen=True)
class Figures:
    """What an entry came to.

    Attributes:
        rates: of each column, by metric.
        malformed, in_format: shares of each column; the latter where it is known.
        shifts: by metric, the headline first.
        tokens: that the endpoint counted, of an episode, None without a count.
        cut, empty: shares of the replies, None without a response log.
    """

    entry: Entry
    rates: Mapping[str, Mapping[str, Estimate]]
    malformed: Mapping[str, float]
    in_format: Mapping[str, float]
    shifts: Mapping[str, Sequence[Shift]]
    tokens: float | None
    cut: float | None
    empty: float | None

    @property
    def unreadable(self) -> float:
        """Share of malformed attempts or episodes, the mean over all episodes."""
        sizes = {name: len(rows) for name, rows in self.entry.columns.items()}
        return sum(self.malformed[name] * size for name, size in sizes.items()) / sum(
            sizes.values()
        )


def metrics_of(entry: Entry) -> list[str]:
    """Return the metrics of a leaderboard: that of the task's primary endpoint, and success."""
    return list(dict.fromkeys([entry.task.metric, SUCCESS]))


def figures(entry: Entry) -> Figures:
    """Return the figures of an entry."""
    metrics = list(entry.task.metrics)
    observed = {
        (name, metric): observations(rows, metric)
        for name, rows in entry.columns.items()
        for metric in metrics
    }
    rates = {
        name: {metric: rate(observed[name, metric].values()) for metric in metrics}
        for name in entry.columns
    }
    shifts = {
        metric: [
            _shift(name, out, within, observed[out, metric], observed[within, metric])
            for name, out, within in shifts_of(entry.of)
            if out in entry.columns and within in entry.columns
        ]
        for metric in metrics_of(entry)
    }
    cells = {cell.cell.rpartition("/")[2]: cell for cell in entry.verdict.cells}
    replies, episodes = entry.replies, len(entry.verdict.rows)
    counted = None if replies is None else replies.completion_tokens
    return Figures(
        entry=entry,
        rates=rates,
        malformed={name: cell.malformed for name, cell in cells.items()},
        in_format={
            name: cell.metrics[IN_FORMAT]
            for name, cell in cells.items()
            if IN_FORMAT in cell.metrics
        },
        shifts=shifts,
        tokens=counted / episodes if counted else None,
        cut=_share(entry, NoAnswer.CUT),
        empty=_share(entry, NoAnswer.EMPTY),
    )


def observations(rows: Sequence[Episode], metric: str) -> dict[PairKey, Observation]:
    """Return what came of each hand or route.

    A column deals each one once, so two entries are paired by what was dealt, whichever seed and
    size they played.
    """
    return {(0, _dealt(row)): Observation(0, row.cluster, row.value(metric)) for row in rows}


def _dealt(row: Episode) -> str:
    return row.digest if row.hand is None else "-".join(map(str, sorted(row.hand)))


def _shift(
    name: str,
    out: str,
    within: str,
    outside: Mapping[PairKey, Observation],
    inside: Mapping[PairKey, Observation],
) -> Shift:
    rates = rate(outside.values()), rate(inside.values())
    paired = outside.keys() == inside.keys()
    gap = paired_difference(outside, inside) if paired else independent_difference(*rates)
    return Shift(name, out, within, paired, rates, gap)


def independent_difference(first: Estimate, second: Estimate) -> Estimate:
    """Return `first - second` of different episodes, with Newcombe's interval of their intervals.

    Newcombe, Interval estimation for the difference between independent proportions, Statistics in
    Medicine 17 (1998), method 10.
    """
    value = first.value - second.value
    below = math.hypot(first.value - first.low, second.high - second.value)
    above = math.hypot(first.high - first.value, second.value - second.low)
    return replace(
        first,
        value=value,
        low=value - below,
        high=value + above,
        episodes=first.episodes + second.episodes,
        clusters=first.clusters + second.clusters,
        by_seed={0: value},
    )


def _share(entry: Entry, reason: NoAnswer) -> float | None:
    if entry.replies is None:
        return None
    count = sum(reasons[reason] for reasons in entry.replies.no_answer.values())
    return count / max(1, entry.replies.replies.total())
