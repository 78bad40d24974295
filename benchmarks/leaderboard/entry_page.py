"""The page of an entry."""

from __future__ import annotations

import json
from collections import Counter

from jinja2 import Environment

from agents.no_answer import NoAnswer
from benchmarks.leaderboard.charts import Curve, curve
from benchmarks.leaderboard.described import described
from benchmarks.leaderboard.entries import Entry
from benchmarks.leaderboard.episodes.scripts import shortened
from benchmarks.leaderboard.figures import Figures
from benchmarks.leaderboard.standings import Board, Standing
from benchmarks.tables import percent

_METRICS = 3
"""Of a column, on a page; leaderboard.json has all."""

_NOT_KNOWN = "Not known:"
"""How lines of a verdict begin that are shown apart."""

_LONGEST = 2_000
"""Characters of what a submission says of itself."""


def entry_page(environment: Environment, board: Board, standing: Standing) -> str:
    """Return the page as HTML."""
    figures, entry = standing.figures, standing.figures.entry
    verdict = entry.verdict
    return environment.get_template("entry.html.j2").render(
        root="../",
        of=board.of,
        slug=entry.slug,
        secret=entry.secret,
        name=entry.submission.name,
        told=described(entry),
        figures=figures,
        metrics=list(dict.fromkeys([*board.metrics, *entry.task.metrics]))[:_METRICS],
        noun=entry.task.noun,
        facts=_facts(entry),
        curves=_curves(board, standing),
        lines=[line for line in verdict.lines() if not line.startswith(_NOT_KNOWN)],
        unknown=verdict.unknown(),
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
        "judged again": "" if told.rejudged is None else told.rejudged.isoformat(),
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
