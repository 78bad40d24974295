"""The pages of the site, from figures to HTML."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from jinja2 import Environment

from agents.no_answer import NoAnswer
from benchmarks.leaderboard import charts, paper
from benchmarks.leaderboard.charts import Chart, Curve, Point, costs, curve, shares
from benchmarks.leaderboard.entries import LABELS, TRACKS, Entry
from benchmarks.leaderboard.episodes.scripts import shortened
from benchmarks.leaderboard.figures import Figures
from benchmarks.leaderboard.published import published
from benchmarks.leaderboard.standings import Board, Standing
from benchmarks.pages import templates
from benchmarks.statistics import Estimate
from benchmarks.tables import percent

HERE = Path(__file__).parent / "templates"

FILES = ("site.css", "table.js", "entry.js")
"""That are copied as they are."""

_METRICS = 3
"""Of a column, on a page; leaderboard.json has all."""

_LONGEST = 2_000
"""Characters of what a submission says of itself."""

ABOUT: Mapping[str, str] = {
    "gp-l": "the card game in symbols or text",
    "virl-l": "street navigation in symbols or text",
    "gp-vl": "the card game in pictures",
    "virl-vl": "street navigation in pictures",
}


def pages(boards: Sequence[Board]) -> dict[str, str]:
    """Return the text of each page by its path in the site."""
    environment = templates(HERE)
    environment.filters |= {
        "pct": percent,
        "span": lambda one: f"{percent(one.low)}\u2013{percent(one.high)}",
        "points": lambda value: _signed(value),
        "signed_span": lambda one: f"{_signed(one.low)} to {_signed(one.high)}",
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
    files |= {"index.html": _index(environment, boards), "leaderboard.json": published(boards)}
    for board in boards:
        for standing in board.standings:
            path = f"entries/{standing.figures.entry.slug}.html"
            files[path] = _entry(environment, board, standing)
    return files


def _signed(value: float) -> str:
    return f"{100 * value:+.1f}".replace("-", "\u2212")


def _index(environment: Environment, boards: Sequence[Board]) -> str:
    count = sum(len(board.standings) for board in boards)
    return environment.get_template("index.html.j2").render(
        root="",
        boards=[_board(board) for board in boards],
        tracks=TRACKS,
        labels=LABELS,
        paper=paper,
        version=metadata.version("shiftgym"),
        count=count,
    )


def _board(board: Board) -> dict[str, Any]:
    first = board.standings[0]
    task = first.figures.entry.task
    return {
        "of": board.of,
        "about": ABOUT.get(board.of.name, ""),
        "shift": first.shift,
        "noun": task.noun,
        "malformed": task.malformed,
        "metric": board.metric,
        "metrics": board.metrics,
        "columns": {name: of.about for name, of in board.of.columns.items()},
        "rows": [_row(standing) for standing in board.standings],
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
        "labels": entry.labels,
        "told": _told(entry),
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


def _told(entry: Entry) -> str:
    """Return in a few words who played and how."""
    submission = entry.submission
    parts = [submission.model] if submission.model != submission.name else []
    return " \u00b7 ".join([*parts, entry.track, setting(entry), *entry.labels])


def setting(entry: Entry) -> str:
    """Return in a few words how a suite was played."""
    settings = entry.submission.settings
    interface = {"": "symbols", "-Image": "pictures", "-Text": "text"}[settings.interface]
    if settings.images:
        interface = "text and pictures"
    attempts = settings.max_attempts
    told = [interface, settings.size, f"{attempts} attempt{'s' * (attempts > 1)}"]
    return ", ".join([*told, "strict"] if settings.strict else told)


def _entry(environment: Environment, board: Board, standing: Standing) -> str:
    figures, entry = standing.figures, standing.figures.entry
    verdict = entry.verdict
    unknown = verdict.unknown()
    return environment.get_template("entry.html.j2").render(
        root="../",
        of=board.of,
        slug=entry.slug,
        name=entry.submission.name,
        told=_told(entry),
        figures=figures,
        metrics=list(dict.fromkeys([*board.metrics, *entry.task.metrics]))[:_METRICS],
        noun=entry.task.noun,
        facts=_facts(entry),
        curves=_curves(board, standing),
        lines=verdict.lines()[: -len(unknown) or None],
        unknown=unknown,
        replies=_replies(figures),
    )


def _replies(figures: Figures) -> str:
    """Return what there is to say of the replies of a model, "" for other players."""
    replies = figures.entry.replies
    if replies is None:
        return ""
    reasons: Counter[NoAnswer] = sum(replies.no_answer.values(), Counter())
    shares = [
        f"{reason.value.replace('_', ' ')} {percent(count / replies.replies.total())} %"
        for reason, count in sorted(reasons.items())
    ]
    return (
        f"{replies.replies.total():,} replies, {replies.prompt_tokens:,} tokens in. Without an "
        f"answer: {', '.join(shares) or 'none'}."
    )


def _facts(entry: Entry) -> list[tuple[str, str]]:
    told = entry.submission
    facts = {
        "model": told.model,
        "date": told.date.isoformat(),
        "link": told.link,
        "licence": told.licence,
        "weights": told.weights or "",
        "sampling": "" if told.sampling is None else json.dumps(told.sampling),
        "versions": "; ".join(
            ", ".join(f"{name} {version}" for name, version in one.items()) for one in told.versions
        ),
    }
    return [(name, shortened(value, _LONGEST)) for name, value in facts.items() if value]


def _curves(board: Board, standing: Standing) -> list[Curve]:
    rates = standing.figures.rates
    found = {
        axis: {at: rates[name][board.metric] for at, name in columns.items() if name in rates}
        for axis, columns in board.of.axes.items()
    }
    return [curve(axis, points) for axis, points in found.items() if len(points) > 1]


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
