"""The pages of the site, from figures to HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from jinja2 import Environment

from benchmarks.leaderboard import charts, paper
from benchmarks.leaderboard.charts import Chart, Point, costs, shares
from benchmarks.leaderboard.described import described
from benchmarks.leaderboard.entries import LABELS, TRACKS
from benchmarks.leaderboard.entry_page import entry_page
from benchmarks.leaderboard.published import published
from benchmarks.leaderboard.standings import Board, Standing
from benchmarks.pages import templates
from benchmarks.statistics import Estimate
from benchmarks.submissions.retraction import Tombstone
from benchmarks.tables import percent, signed

HERE = Path(__file__).parent / "templates"

FILES = ("site.css", "table.js", "entry.js")
"""That are copied as they are."""

_SHARES: Mapping[str, str] = {
    "cut": "Share of replies cut by length.",
    "empty": "Share of replies without text.",
    "unreadable": "Share of what was malformed, the mean over all episodes.",
    "in_format": "Share of replies in the asked format.",
}
"""Columns of a table that are shares, and what they are."""

ABOUT: Mapping[str, str] = {
    "gp-l": "the card game in symbols or text",
    "virl-l": "street navigation in symbols or text",
    "gp-vl": "the card game in pictures",
    "virl-vl": "street navigation in pictures",
}


def pages(boards: Sequence[Board], retracted: Mapping[str, Tombstone]) -> dict[str, str]:
    """Return the text of each page by its path in the site."""
    environment = templates(HERE)
    environment.filters |= {
        "pct": percent,
        "span": lambda one: f"{percent(one.low)}\u2013{percent(one.high)}",
        "points": signed,
        "signed_span": lambda one: f"{signed(one.low)} to {signed(one.high)}",
        "words": lambda name: str(name).replace("_", " "),
    }
    environment.globals |= {
        "side": charts.SIDE,
        "left": charts.LEFT,
        "above": charts.ABOVE,
        "below": charts.BELOW,
        "wide": charts.WIDE,
        "high": charts.HIGH,
    }
    files = {name: (HERE / name).read_text(encoding="utf-8") for name in FILES}
    files |= {"index.html": _index(environment, boards, retracted)}
    files["leaderboard.json"] = published(boards, retracted)
    for board in filter(_is_current, boards):
        for standing in board.standings:
            path = f"entries/{standing.figures.entry.slug}.html"
            files[path] = entry_page(environment, board, standing)
    return files


def _is_current(board: Board) -> bool:
    return board.is_current


def _index(
    environment: Environment, boards: Sequence[Board], retracted: Mapping[str, Tombstone]
) -> str:
    current = [board for board in boards if board.is_current]
    return environment.get_template("index.html.j2").render(
        root="",
        boards=[
            {
                **_board(board),
                "earlier": [
                    _board(other)
                    for other in boards
                    if other.of.name == board.of.name and not other.is_current
                ],
            }
            for board in current
        ],
        retracted=retracted,
        tracks=TRACKS,
        labels={label.value: about for label, about in LABELS.items()},
        paper=paper,
        version=metadata.version("shiftgym"),
        count=sum(len(board.standings) for board in current),
    )


def _board(board: Board) -> dict[str, Any]:
    first = board.standings[0]
    task = first.figures.entry.task
    rows = [_row(standing) for standing in board.standings]
    return {
        "of": board.of,
        "digest": board.digest,
        "about": ABOUT.get(board.of.name, ""),
        "shift": first.shift,
        "noun": task.noun,
        "metric": board.metric,
        "metrics": board.metrics,
        "columns": {name: of.about for name, of in board.of.columns.items()},
        "rows": rows,
        # Where no entry has a response log there is nothing to say of replies.
        "shares": [
            (name, title)
            for name, title in _SHARES.items()
            if any(row[name] is not None for row in rows)
        ],
        "has_tokens": any(row["tokens"] is not None for row in rows),
        "charts": _charts(board),
        "reported": paper.REPORTED.get(board.of.name, ()),
    }


def _row(standing: Standing) -> dict[str, Any]:
    figures, entry = standing.figures, standing.figures.entry
    formats = figures.in_format.values()
    return {
        "slug": entry.slug,
        "name": entry.submission.name,
        "track": entry.submission.track,
        "told": described(entry),
        "ties": standing.ties,
        "shifts": figures.shifts,
        "rates": figures.rates,
        "clusters": standing.shift.rates[0].clusters,
        "tokens": figures.tokens,
        "cut": figures.cut,
        "empty": figures.empty,
        "unreadable": figures.unreadable,
        "in_format": sum(formats) / len(formats) if formats else None,
    }


def _charts(board: Board) -> list[Chart]:
    metric = board.metric.replace("_", " ")
    points = [
        _point(one, one.shift.rates[1], f"in {percent(one.shift.rates[1].value)}")
        for one in board.standings
    ]
    found = [shares(f"In and out of distribution: {metric}", "in, %", "OOD, %", points)]
    paid = [
        _point(one, one.figures.tokens, f"{one.figures.tokens:,.0f} tokens")
        for one in board.standings
        if one.figures.tokens
    ]
    if paid:
        found.append(costs(f"Cost against {metric}", "tokens an episode", "OOD, %", paid))
    return found


def _point(standing: Standing, x: Estimate | float, told: str) -> Point:
    entry = standing.figures.entry
    rate = standing.shift.rates[0]
    told = f"{told}, OOD {percent(rate.value)}"
    return Point(entry.slug, entry.submission.name, entry.submission.track, x, rate, told)
