"""The report as one HTML page that needs nothing else, and as Markdown and CSV."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from markupsafe import Markup
from matplotlib.figure import Figure

from benchmarks.leaderboard import paper
from benchmarks.plot_style import DARK, LIGHT, Theme, drawn_as_svg, write_figure
from benchmarks.show.pages import page_templates, with_episodes
from benchmarks.statistics import conditional
from benchmarks.study.plots import severities_figure
from benchmarks.study.report import figures
from benchmarks.study.report.advice import FINDINGS, TOPICS, Advice, advice
from benchmarks.study.report.compute import compute_table
from benchmarks.study.report.examples import examples
from benchmarks.study.report.measures import measured_on_the_way, tables_beside_success
from benchmarks.study.report.summary import Summary
from benchmarks.study.report.tables import (
    choices_table,
    controls_table,
    headline_table,
    overturned_table,
    paper_table,
    rates_table,
)
from benchmarks.study.tables import study_tables
from benchmarks.tables import Table
from shiftgym.sanitize import for_markdown

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Drawing:
    """A figure of a report.

    Attributes:
        name: of its files.
        says: what it shows, for people who do not see it.
        draw: makes it.
    """

    name: str
    title: str
    says: str
    draw: Callable[[Theme], Figure]


def drawings(summary: Summary) -> list[Drawing]:
    """Return the figures that a report has."""
    found = []
    if figures.forest_rows(summary):
        says = "RL minus SFT of each setting and endpoint with its 95 % interval"
        found.append(Drawing("forest", "The headline", says, partial(figures.forest, summary)))
    if any(figures.has_frontier(one) for one in summary.settings):
        drawn = [one for one in summary.settings if figures.has_frontier(one)]
        compared = " or ".join(dict.fromkeys(one.study.task.axis for one in drawn))
        says = (
            f"{compared.capitalize()} under another rule against the same under the trained one, "
            "at all points and rates of both methods, with 95 % intervals; the init is a diamond"
        )
        found.append(Drawing("frontier", "The frontier", says, partial(figures.frontier, summary)))
    for one in summary.settings:
        if one.frontier and not one.study.preset.is_half:
            name = f"compute-{one.suite}-{one.study.preset.name}-{one.policy}"
            says = f"{one.title}: each column against training compute"
            draw = partial(figures.curves, one)
            found.append(Drawing(name, f"Against compute: {one.title}", says, draw))
    for one in summary.settings:
        if measured := measured_on_the_way(one):
            name = f"measures-{one.suite}-{one.study.preset.name}-{one.policy}"
            says = f"{one.title}: samples, attempts, the reading given and the divergence"
            draw = partial(figures.measures, one, measured)
            found.append(Drawing(name, f"Measured beside success: {one.title}", says, draw))
    for one in summary.one_each:
        if one.results.severities:
            suite, preset = one.suite, one.study.preset.name
            title = f"By severity of the look: {suite}, preset {preset}"
            compared = one.study.task.axis
            says = f"{suite}, preset {preset}: {compared} by severity of the look, for each axis"
            draw = partial(severities_figure, one.results)
            found.append(Drawing(f"severity-{suite}-{preset}", title, says, draw))
    return found


def tables(summary: Summary) -> list[Table]:
    """Return the tables of a report in order, but for those that are folded up."""
    made = [
        headline_table(summary),
        choices_table(summary),
        compute_table(summary.settings),
        *(rates_table(one) for one in summary.settings),
        controls_table(summary),
        overturned_table(summary),
        *tables_beside_success(summary),
        paper_table(summary),
    ]
    return [table for table in made if table is not None and table.rows]


def more_tables(summary: Summary) -> list[Table]:
    """Return all tables of each run, which have other metrics too."""
    return [table for one in summary.one_each for table in study_tables(one.results)]


def html(summary: Summary, drawn: Sequence[Drawing]) -> str:
    """Return the page."""
    shown, says = examples(summary)
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    page = page_templates(TEMPLATES).get_template("report.html.j2")
    return page.render(
        title="Imitation or reinforcement?",
        facts=facts(summary),
        headline=summary.headline,
        topics=_topics(summary),
        figures=[
            {
                "title": one.title,
                "says": one.says,
                "light": _data(one.draw, LIGHT),
                "dark": _data(one.draw, DARK),
            }
            for one in drawn
        ],
        tables=tables(summary),
        more=more_tables(summary),
        paper=paper,
        left_out=says,
        **with_episodes(shown, style),
    )


def facts(summary: Summary) -> list[str]:
    """Return what stands below the title."""
    told = []
    for one in summary.settings:
        record = one.study.record
        seeds = f"{len(record.seeds)} seed{'s' if len(record.seeds) > 1 else ''}"
        told.append(f"{one.suite}, preset {one.study.preset.name}, {seeds}")
    versions = {
        session.versions.get("shiftgym", "")
        for one in summary.settings
        for session in one.study.record.sessions
    }
    told += [f"shiftgym {version}" for version in sorted(filter(None, versions))]
    return list(dict.fromkeys(told))


def markdown(summary: Summary, drawn: Sequence[Drawing]) -> str:
    """Return the report as Markdown; its pictures are the files beside it."""
    parts = ["# Imitation or reinforcement?", ", ".join(map(for_markdown, facts(summary))) + "."]
    if summary.headline:
        parts.append(f"**{for_markdown(summary.headline)}**")
    parts.append("## Which should I use?")
    for topic in _topics(summary):
        parts.append(f"### {topic['title']}")
        for setting in topic["settings"]:
            told = [
                f"- **{for_markdown(one.says)}** {for_markdown(one.because)}"
                for one in setting["advice"]
            ]
            about = f"{setting['name']}. {setting['few']}".strip()
            parts.append(for_markdown(about) + "\n\n" + "\n".join(told))
    for one in drawn:
        parts.append(f"## {for_markdown(one.title)}\n\n![{for_markdown(one.says)}]({one.name}.png)")
    parts.append("## Tables")
    parts += [table.markdown().rstrip() for table in tables(summary)]
    return "\n\n".join(parts) + "\n"


def csv_rows(summary: Summary) -> list[dict[str, Any]]:
    """Return every number of the report: rates of all points, and all contrasts; in shares."""
    rows = []
    for one in summary.settings:
        status = one.results.missing.status
        for at in one.frontier:
            for column, estimate in at.values.items():
                rows.append(
                    {
                        "what": "rate", "suite": one.suite, "preset": one.study.preset.name,
                        "policy": one.policy, "first": at.arm, "second": "", "point": at.point,
                        "column": column, "value": estimate.value, "low": estimate.low,
                        "high": estimate.high, "p": "", "p_holm": "", "family": "",
                        "seeds": estimate.seeds, "episodes": estimate.episodes,
                        "flops": at.flops, "run": status,
                    }
                )  # fmt: skip
        for c in one.contrasts:
            rows.append(
                {
                    "what": c.topic, "suite": c.suite, "preset": c.preset, "policy": c.policy,
                    "first": c.first, "second": c.second, "point": "", "column": c.column,
                    "value": c.estimate.value, "low": c.estimate.low, "high": c.estimate.high,
                    "p": c.test.p_value if c.is_tested else "",
                    "p_holm": "" if c.p is None else c.p, "family": c.family,
                    "seeds": c.estimate.seeds, "episodes": c.estimate.episodes, "flops": "",
                    "run": status,
                }
            )  # fmt: skip
    return rows


def write_drawings(drawn: Sequence[Drawing], folder: Path) -> None:
    """Write the figures as the files of `write_figure`."""
    for one in drawn:
        write_figure(one.draw, folder / f"{one.name}.png")


def _topics(summary: Summary) -> list[dict[str, Any]]:
    """Return the advice by topic and setting."""
    said = advice(summary.contrasts)
    found = []
    for topic, title in TOPICS.items():
        settings = []
        for one in summary.settings:
            own = [a for a in said if a.topic == topic and a.contrast.setting == one.name]
            known = any(setting["name"] == one.name for setting in settings)
            if own and not known:
                few = conditional(min(a.contrast.estimate.seeds for a in own))
                settings.append({"name": one.name, "few": few, "advice": sorted(own, key=_first)})
        if settings:
            found.append({"title": title, "settings": settings})
    return found


def _first(one: Advice) -> int:
    """Return the place of an advice: the declared ones first, then what was found."""
    declared = one.contrast.family == "declared"
    return 0 if declared else 1 if one.verdict in FINDINGS else 2


def _data(draw: Callable[[Theme], Figure], theme: Theme) -> Markup:
    picture = base64.b64encode(drawn_as_svg(draw, theme)).decode("ascii")
    return Markup(f"data:image/svg+xml;base64,{picture}")
