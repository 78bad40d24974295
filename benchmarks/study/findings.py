"""What published results say, for README and docs: `python -m benchmarks.study.findings`.

It reads every study in `results/`, writes `results/quoted.json`, the numbers that pages may quote,
and from these alone the page `docs/findings.md` and the table in README and on the first page of
the docs. The figure is drawn from the rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

from benchmarks.plot_style import write_figure
from benchmarks.runs import RUN_FILE, read_json, write_json
from benchmarks.study.cells import described
from benchmarks.study.in_words import paragraph, settings
from benchmarks.study.publish import RESULTS, command_of
from benchmarks.study.report import figures
from benchmarks.study.report.advice import Advice, advice
from benchmarks.study.report.contrast_tables import (
    compared_table,
    endpoints_table,
    settings_table,
)
from benchmarks.study.report.contrasts import Contrast
from benchmarks.study.report.figures import ENDPOINT_NAMES
from benchmarks.study.report.summary import Summary, summarise_studies
from benchmarks.study.report.tables import overturned_table
from benchmarks.suites import SUITES
from benchmarks.tables import Table, interval
from shiftgym.atomic import write_atomically

QUOTED = RESULTS / "quoted.json"
PAGE = Path("docs/findings.md")
TABLED = (Path("README.md"), Path("docs/index.md"))
FIGURE = Path("docs/images/findings.png")

TABLE = re.compile("(<!-- findings -->).*?(<!-- end of findings -->)", re.DOTALL)


class Run(BaseModel):
    """A published study: its folder, what it was asked, and what it lacks, "" for nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: str
    command: str
    seeds: int
    lacks: str


class Quote(BaseModel):
    """What an arm, the init or a reference reaches on a column, in percent: "29.8 [21.9, 39.2]"."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: str
    policy: str
    arm: str
    column: str
    metric: str
    told: str


class Quoted(BaseModel):
    """The numbers that pages quote; and what controls do to the headline, where they were run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    runs: tuple[Run, ...] = ()
    rates: tuple[Quote, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    controls: Table | None = None


def published(results: Path = RESULTS) -> list[Path]:
    """Return the folders of published studies, arms chosen from a grid behind all grids.

    Of two studies that have an endpoint the later one counts.
    """
    folders = sorted(path.parent for path in results.glob(f"*/{RUN_FILE}"))
    return sorted(folders, key=lambda folder: described(folder)[1].is_chosen)


def quoted(summary: Summary | None) -> Quoted:
    """Return the numbers of published studies."""
    if summary is None:
        return Quoted()
    runs = {
        one.study.folder.name: Run(
            folder=one.study.folder.name,
            command=command_of(one.study.record, one.study.preset),
            seeds=len(one.study.record.seeds),
            lacks=one.results.missing.headline(),
        )
        for one in summary.settings
    }
    rates = [
        Quote(
            folder=folder.name,
            policy=rate.policy,
            arm=rate.arm,
            column=rate.column,
            metric=rate.metric,
            told=interval(rate.estimate.value, rate.estimate.low, rate.estimate.high),
        )
        for folder, results in {one.study.folder: one.results for one in summary.settings}.items()
        for rate in results.rates
    ]
    return Quoted(
        runs=tuple(runs.values()),
        rates=tuple(rates),
        contrasts=tuple(summary.contrasts),
        controls=overturned_table(summary),
    )


def page(found: Quoted) -> str:
    """Return docs/findings.md."""
    said = advice(found.contrasts)
    parts = [
        "# What was found",
        "Does an agent that imitates memorise its rule, and one that learns by reinforcement "
        "generalise? `python -m benchmarks.study.findings` writes this page from the rows in "
        "`results/`; no number on it is typed by hand.",
        "## In one paragraph",
        paragraph(said),
    ]
    if found.runs:
        parts += [
            "## Setting by setting",
            "\n".join(f"- {told}" for told in settings(said)),
            "## In one table",
            settings_table(found.contrasts).markdown().rstrip(),
            "## In one figure",
            f"![What each point of training reaches under another rule, against the trained "
            f"rule](images/{FIGURE.name})",
            "The diamond is the init from which both methods start. Up is better under the other "
            "rule, right is better under the trained one; large marks are the last points. Thin "
            "crosses are 95 % intervals; of many arms only the last points have them.",
            "## Every endpoint",
            endpoints_table(found.contrasts).markdown().rstrip(),
            "Points on the way are measured on fewer episodes than the init and the end, so an "
            "init's rate may differ from row to row.",
        ]
    if found.controls is not None:
        parts += [
            "## Controls",
            "Each trains another way from the same init, at one learning rate. Could one of them "
            "explain the difference, or turn it round?",
            found.controls.markdown().rstrip(),
        ]
    if others := [one for one in said if _is_further(one)]:
        parts += [
            "## What else was compared",
            "Not declared beforehand; corrected together with all other such comparisons.",
            *_tables(others),
        ]
    parts += [
        "## Where the rows are",
        "\n".join(
            f"- `results/{run.folder}`: `{run.command}`, {run.seeds} "
            f"seed{'s' if run.seeds > 1 else ''}." + (f" {run.lacks}." if run.lacks else "")
            for run in found.runs
        )
        or "No study is published yet.",
        *_absent(found),
        "`python -m benchmarks report results/*/ --out FOLDER` makes the whole "
        "[report](study.md#the-report) of them: advice by shift, budget and data, controls and "
        "episodes. [The protocol](protocol.md) declares what is tested; [older runs](results.md), "
        "whose rows are gone, stand apart.",
    ]
    return "\n\n".join(parts) + "\n"


def with_table(text: str, found: Quoted) -> str:
    """Return a page with its table of settings written anew."""
    table = settings_table(found.contrasts).markdown()
    return TABLE.sub(lambda marks: f"{marks[1]}\n\n{table}\n{marks[2]}", text)


def _is_further(one: Advice) -> bool:
    """Return whether it is out of distribution and no endpoint, which have a table of their own."""
    contrast = one.contrast
    return contrast.shift != "" and not (
        contrast.topic in ENDPOINT_NAMES and contrast.shift == "rule"
    )


def _absent(found: Quoted) -> list[str]:
    known = {one.suite for one in found.contrasts}
    absent = [name for name in SUITES if name not in known]
    return [f"Nothing is published of {', '.join(absent)}."] if absent else []


def _tables(others: Sequence[Advice]) -> list[str]:
    """Return what was found of comparisons, and what was not."""
    parts = {
        "What was found": [one for one in others if one.contrast.is_found],
        "What is not decided": [one for one in others if not one.contrast.is_found],
    }
    return [compared_table(title, own).markdown().rstrip() for title, own in parts.items() if own]


def read_quoted(path: Path = QUOTED) -> Quoted:
    """Return the numbers that were written last; none where there is no file."""
    told: Any = read_json(path)
    return Quoted() if told is None else TypeAdapter(Quoted).validate_python(told)


def main() -> None:
    """Write the numbers, the page and the figure."""
    folders = published()
    summary = summarise_studies(folders, splits=False) if folders else None
    found = quoted(summary)
    write_json(QUOTED, found.model_dump(mode="json"))
    write_atomically(PAGE, page(found).encode())
    for path in TABLED:
        write_atomically(path, with_table(path.read_text("utf-8"), found).encode())
    if summary is not None:
        write_figure(lambda theme: figures.frontier(summary, theme), FIGURE)
    print(f"{len(folders)} studies; written: {', '.join(map(str, (QUOTED, PAGE, *TABLED)))}")


if __name__ == "__main__":
    main()
