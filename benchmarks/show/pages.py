"""The HTML page of a run, from its rows and what they show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from benchmarks.pages import templates
from benchmarks.records import Episode
from benchmarks.show.choice import SOLVED
from benchmarks.show.steps import Shown
from benchmarks.summary import CellSummary
from benchmarks.tables import percent
from shiftgym.recordings.page import COLOURS, STEPS

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Entry:
    """An episode on a page.

    Attributes:
        outcome: see `choice.outcome_of`.
        shown: its steps; HTML that is safe.
    """

    row: Episode
    outcome: str
    shown: Shown

    @property
    def column(self) -> str:
        """The name of its column, or id."""
        return column_of(self.row)


def column_of(row: Episode) -> str:
    """Return the column of a row, of a run of ids the id."""
    return row.cell.rpartition("/")[2]


def render(
    title: str,
    facts: Sequence[str],
    headline: str,
    cells: Sequence[CellSummary],
    outcomes: Mapping[tuple[str, int], str],
    entries: Sequence[Entry],
    left_out: str,
) -> str:
    """Return a page that needs no other file.

    Args:
        title, facts, headline: text that stands above.
        cells: of the whole run.
        outcomes: of all its episodes, by cell and index.
        entries: the episodes to show.
        left_out: what is not on the page, a sentence.
    """
    order = {cell.cell: number for number, cell in enumerate(cells)}
    ordered = sorted(entries, key=lambda one: (order[one.row.cell], one.row.index))
    here = Counter(one.row.cell for one in ordered)
    return (
        page_templates(HERE)
        .get_template("page.html.j2")
        .render(
            title=title,
            facts=facts,
            headline=headline,
            columns=[_column(cell, outcomes, here[cell.cell]) for cell in cells],
            left_out=left_out,
            **with_episodes([(one.column, one) for one in ordered]),
        )
    )


def page_templates(*folders: Path) -> Environment:
    """Return templates that share the skeleton of a page, and its viewer of episodes."""
    environment = templates(*folders, HERE)
    environment.filters["words"] = lambda name: str(name).replace("_", " ")
    return environment


def with_episodes(named: Sequence[tuple[str, Entry]], style: str = "") -> dict[str, Any]:
    """Return what the skeleton and the viewer of episodes are filled with.

    Args:
        named: episodes, each under the name that it is listed and filtered by.
        style: CSS of the page itself.
    """
    styles = dict.fromkeys(one.shown.style for _, one in named)
    found = {one.outcome for _, one in named}
    return {
        "style": Markup("\n".join([COLOURS, STEPS, _file("page.css"), *styles, style])),
        "script": Markup(_file("page.js")),
        "names": list(dict.fromkeys(name for name, _ in named)),
        "outcomes": sorted(found, key=lambda name: (name == SOLVED, name)),
        "episodes": [
            {
                "column": name,
                "index": one.row.index,
                "outcome": one.outcome,
                "kind": _kind(one.outcome),
                "about": _about(one.row),
                "shown": _safe(one.shown),
            }
            for name, one in named
        ],
    }


def _safe(shown: Shown) -> dict[str, Any]:
    return {
        "steps": [Markup(step) for step in shown.steps],
        "outcomes": shown.outcomes,
        "above": Markup(shown.above),
        "below": Markup(shown.below),
    }


def _column(
    cell: CellSummary, outcomes: Mapping[tuple[str, int], str], here: int
) -> dict[str, Any]:
    counts = Counter(name for (of, _), name in outcomes.items() if of == cell.cell)
    ranked = sorted(counts.items(), key=lambda item: (item[0] != SOLVED, -item[1], item[0]))
    return {
        "name": cell.cell.rpartition("/")[2],
        "success": percent(cell.success),
        "interval": f"{percent(cell.low)} to {percent(cell.high)}",
        "parts": [{"kind": _kind(name), "count": count} for name, count in ranked],
        "told": ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in ranked),
        "episodes": cell.episodes,
        "here": here,
    }


def _kind(outcome: str) -> str:
    """Return the CSS class of an outcome."""
    name = outcome.partition(":")[0]
    return name if name in (SOLVED, "unreadable") else "failed"


def _about(row: Episode) -> list[tuple[str, str]]:
    told = {"id": row.id, "episode seed": str(row.episode_seed), "cluster": row.cluster}
    told |= {name: str(value) for name, value in row.keywords.items()}
    told |= {name: percent(value) + " %" for name, value in (row.metrics or {}).items()}
    return [*told.items(), ("return", f"{sum(row.rewards):+g}"), ("tokens", str(row.tokens))]


def _file(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
