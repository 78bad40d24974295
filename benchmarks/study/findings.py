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

import typer
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from benchmarks.consoles import reported_errors
from benchmarks.plot_style import write_figure
from benchmarks.runs import RUN_FILE, read_json, write_json
from benchmarks.study import cities
from benchmarks.study.cells import in_order
from benchmarks.study.in_words import paragraph, settings
from benchmarks.study.presets.grid import RATES, rate_name
from benchmarks.study.publish import RESULTS, command_of
from benchmarks.study.report import figures
from benchmarks.study.report.advice import FINDINGS, Advice, advice
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


class Quoted(BaseModel):
    """The numbers that pages quote.

    Attributes:
        rates: of a folder what arms, the init and references reach on a column, in percent:
            {"lm/sft-5e-5/in/success": "29.8 [21.9, 39.2]"}.
        controls: what they do to the headline, where they were run.
        cities: what each city tells that was left out, where one was.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    runs: tuple[Run, ...] = ()
    rates: dict[str, dict[str, str]] = Field(default_factory=dict)
    contrasts: tuple[Contrast, ...] = ()
    controls: Table | None = None
    cities: tuple[Table, ...] = ()


def published(results: Path = RESULTS) -> list[Path]:
    """Return the folders of published studies, as `in_order`."""
    return in_order(sorted(path.parent for path in results.glob(f"[!.]*/{RUN_FILE}")))


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
    rates = {
        one.study.folder.name: {
            f"{rate.policy}/{rate.arm}/{rate.column}/{rate.metric}": interval(
                rate.estimate.value, rate.estimate.low, rate.estimate.high
            )
            for rate in one.results.rates
        }
        for one in summary.settings
    }
    return Quoted(
        runs=tuple(runs.values()),
        rates=rates,
        contrasts=tuple(summary.contrasts),
        controls=overturned_table(summary),
        cities=tuple(
            table
            for one in summary.settings
            if cities.leaves_out(one.study.preset)
            for table in cities.tables(one.study.preset, one.results)
            if table.title.partition(":")[0] in one.study.preset.curve_columns
        ),
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
            _at_the_edges(found.contrasts),
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
    if found.cities:
        parts += [
            "## One city left out",
            "Each seed trains in eight cities and is tested in one that nobody trained in, under "
            "the trained rule (`in`) and under the other one (`rule_ood`). The last column has "
            "intervals over cities and routes. [The protocol](protocol.md#street-navigation) calls "
            "this secondary.",
            *(table.markdown().rstrip() for table in found.cities),
        ]
    if others := [one for one in said if _is_further(one)]:
        parts += [
            "## What else was compared",
            "None of these is a declared test; all are corrected together. Learning rates and "
            "controls are compared at the last point.",
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
        "[report](study.md#the-report) of them: advice by shift, budget and data, controls, "
        "episodes, and what is [measured beside success]"
        "(study.md#what-is-measured-beside-success): the reading, pass@k, the divergence from the "
        "init. [The protocol](protocol.md) declares what is tested; [older runs](results.md), "
        "whose rows are gone, stand apart.",
    ]
    return "\n\n".join(parts) + "\n"


def with_table(text: str, found: Quoted) -> str:
    """Return a page with its table of settings written anew."""
    table = settings_table(found.contrasts).markdown()
    return TABLE.sub(lambda marks: f"{marks[1]}\n\n{table}\n{marks[2]}", text)


def _at_the_edges(contrasts: Sequence[Contrast]) -> str:
    """Return for how many methods a rate was chosen beyond which none was tried."""
    chosen = [
        name.rpartition(" ")[2]
        for one in contrasts
        if one.topic == "a" and one.shift == "rule" and one.is_of_grid
        for name in (one.first, one.second)
    ]
    edges = {rate_name(RATES[0]), rate_name(RATES[-1])}
    count = sum(rate in edges for rate in chosen)
    return (
        f"Of {len(chosen)} learning rates that validation chose {count} are the smallest or the "
        f"largest of the {len(RATES)} that were tried, so a better one may lie beyond."
    )


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
        "What was found": [one for one in others if _tells(one)],
        "What is not decided": [one for one in others if not _tells(one)],
    }
    return [compared_table(title, own).markdown().rstrip() for title, own in parts.items() if own]


def _tells(one: Advice) -> bool:
    """Return whether a difference is shown, in a setting that decides something."""
    return one.contrast.is_found and one.verdict in FINDINGS


def read_quoted(path: Path = QUOTED) -> Quoted:
    """Return the numbers that were written last; none where there is no file."""
    told: Any = read_json(path)
    return Quoted() if told is None else TypeAdapter(Quoted).validate_python(told)


def main() -> None:
    """Write the numbers, the pages and the figure."""
    with reported_errors():
        _write()


def _write() -> None:
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
    typer.run(main)
