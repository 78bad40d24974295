"""leaderboard.json: all figures of the site, for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import Any

from benchmarks.leaderboard import paper
from benchmarks.leaderboard.figures import Figures
from benchmarks.leaderboard.standings import Board, Standing
from benchmarks.statistics import Estimate
from benchmarks.submissions.retraction import Tombstone

SCHEMA = 1
"""Raised when a field changes its meaning."""

ABOUT = (
    "Shares are in [0, 1], gaps in [-1, 1] as [value, low, high]; low and high are the 95 % "
    "interval over clusters, which are different hands or routes. Of each column there are the "
    "fields of its suite, and gaps are in the order of its shifts. What is under reported is of "
    "the paper and cannot be verified."
)


def published(boards: Sequence[Board], retracted: Mapping[str, Tombstone]) -> str:
    """Return the file, the same bytes for the same boards."""
    told = {
        "schema_version": SCHEMA,
        "shiftgym": metadata.version("shiftgym"),
        "about": ABOUT,
        "suites": [_suite(board) for board in boards],
        "retracted": {
            name: one.model_dump(mode="json", exclude={"schema_version"})
            for name, one in retracted.items()
        },
    }
    return json.dumps(told, separators=(",", ":"), sort_keys=False) + "\n"


def _suite(board: Board) -> dict[str, Any]:
    reported = [line._asdict() for line in paper.REPORTED.get(board.of.name, ())]
    return {
        "name": board.of.name,
        "digest": board.digest,
        "current": board.is_current,
        "metric": board.metric,
        "tests": board.tests,
        "shifts": [
            {"shift": one.name, "in": one.within, "ood": one.out, "paired": one.paired}
            for one in board.standings[0].figures.shifts[board.metric]
        ],
        "fields": _fields(board),
        "entries": [_entry(standing) for standing in board.standings],
        "reported": {"source": paper.LINK, "verified": False, "lines": reported},
    }


def _entry(standing: Standing) -> dict[str, Any]:
    figures, entry = standing.figures, standing.figures.entry
    skipped = {"schema_version", "suites", "files", "versions"}
    told = entry.submission.model_dump(mode="json", exclude=skipped, exclude_none=True)
    replies = {name: getattr(figures, name) for name in ("tokens", "cut", "empty")}
    return {
        "id": entry.slug,
        **told,
        "labels": entry.labels,
        "ties": standing.ties,
        "gaps": {
            metric: [_estimate(shift.gap) for shift in shifts]
            for metric, shifts in figures.shifts.items()
        },
        "columns": {name: _column(figures, name) for name in figures.rates},
        **{name: _rounded(value) for name, value in replies.items() if value is not None},
        "unreadable": _rounded(figures.unreadable),
    }


def _fields(board: Board) -> list[str]:
    """Return the names of what `_column` returns."""
    metrics = board.standings[0].figures.entry.task.metrics
    rates = [f"{metric}{end}" for metric in metrics for end in ("", "_low", "_high")]
    return ["episodes", "clusters", *rates, "malformed", "in_format"]


def _column(figures: Figures, name: str) -> list[float | None]:
    rates = figures.rates[name]
    first, formats = next(iter(rates.values())), figures.in_format.get(name)
    return [
        first.episodes,
        first.clusters,
        *(part for one in rates.values() for part in _estimate(one)),
        _rounded(figures.malformed[name]),
        None if formats is None else _rounded(formats),
    ]


def _estimate(one: Estimate) -> list[float]:
    return [_rounded(part) for part in (one.value, one.low, one.high)]


def _rounded(value: float) -> float:
    return round(value, 4)
