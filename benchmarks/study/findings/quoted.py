"""The numbers of published results that pages may quote: `results/quoted.json`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from benchmarks.runs import read_json
from benchmarks.study import cities
from benchmarks.study.names import SUITE_NAMES
from benchmarks.study.presets import Preset
from benchmarks.study.publish import RESULTS, command_of
from benchmarks.study.report.compute import compute_table
from benchmarks.study.report.contrasts import Contrast
from benchmarks.study.report.measures import measured_tables
from benchmarks.study.report.summary import Setting, Summary
from benchmarks.study.report.tables import choices_table, overturned_table, trained_on_table
from benchmarks.study.results import Results
from benchmarks.study.tables import main_tables, rates_tables, recognition_table, severities_table
from benchmarks.tables import Table, interval

QUOTED = RESULTS / "quoted.json"

DIGITS = 6
"""Of shares and p-values, behind the point."""

LINE = 1_000
"""Characters of a line in the file, which a change is seen in, at the most."""


class PublishedRun(BaseModel):
    """A published study: its folder, and what it was asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: str
    command: str
    seeds: int


class Quoted(BaseModel):
    """The numbers that pages quote.

    Attributes:
        rates: of a folder what arms, the init and references reach on a column in the metric that
            is compared, in percent:
            {"lm/sft-5e-5/in/success": "29.8 [21.9, 39.2]"}.
        choices: what validation chose, of the grids.
        compute: what methods had spent at points, of the grids.
        controls: what they do to the headline, where they were run.
        cities: what each city tells that was left out, where one was.
        trained_on: what arms reach on hands that they could be taught, beside new ones.
        columns: what arms reach on each column, and what they read right in pictures, by the folder
            of the study; not of grids, but of their chosen arms.
        measured: what was measured beside success on the way, by the folder of the study.
        looks: success by severity of the look, by the folder of the study.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    runs: tuple[PublishedRun, ...] = ()
    rates: dict[str, dict[str, str]] = Field(default_factory=dict)
    contrasts: tuple[Contrast, ...] = ()
    choices: Table | None = None
    compute: Table | None = None
    controls: Table | None = None
    cities: tuple[Table, ...] = ()
    trained_on: Table | None = None
    columns: dict[str, tuple[Table, ...]] = Field(default_factory=dict)
    measured: dict[str, tuple[Table, ...]] = Field(default_factory=dict)
    looks: dict[str, Table] = Field(default_factory=dict)


def quoted(summary: Summary) -> Quoted:
    """Return the numbers of published studies."""
    runs = {
        one.study.folder.name: PublishedRun(
            folder=one.study.folder.name,
            command=command_of(one.study.record, one.study.preset),
            seeds=len(one.study.record.seeds),
        )
        for one in summary.settings
    }
    rates = {
        one.study.folder.name: {
            f"{rate.policy}/{rate.arm}/{rate.column}/{rate.metric}": interval(
                rate.estimate.value, rate.estimate.low, rate.estimate.high
            )
            for rate in one.results.rates
            if rate.metric == one.results.task.metric
        }
        for one in summary.settings
    }
    found = Quoted(
        runs=tuple(runs.values()),
        rates=rates,
        contrasts=tuple(summary.contrasts),
        choices=choices_table(summary),
        compute=compute_table(summary.settings),
        controls=overturned_table(summary),
        cities=tuple(
            table
            for one in summary.one_each
            if cities.leaves_out(one.study.preset)
            for table in cities.tables(one.study.preset, one.results)
            if table.title.partition(":")[0] in one.study.preset.curve_columns
        ),
        trained_on=trained_on_table(summary.settings),
        columns={
            one.study.folder.name: tuple(_titled(one, table) for table in _rates(one.results))
            for one in summary.one_each
            if _has_columns_shown(one.study.preset)
        },
        measured={
            one.study.folder.name: tuple(tables)
            for one in summary.settings
            if (tables := measured_tables(one))
        },
        looks={
            one.study.folder.name: _titled(one, severities_table(one.results))
            for one in summary.one_each
            if one.results.severities
        },
    )
    return Quoted.model_validate(_rounded(found.model_dump(mode="json")))


def _has_columns_shown(preset: Preset) -> bool:
    """Return whether a study is neither a whole grid, nor its other half, nor leaves cities out."""
    return not cities.leaves_out(preset) and (preset.is_chosen or not preset.is_grid)


def _rates(results: Results) -> list[Table]:
    """Return tables of the primary metric, of that which ends the init, and of recognition."""
    primary, competence = results.task.metric, results.task.competence
    tables = main_tables(results)
    if competence != primary:
        tables += rates_tables(results, competence)
    return [table for table in (*tables, recognition_table(results)) if table.rows]


def _titled(one: Setting, table: Table) -> Table:
    """Return a table that says which study it is of."""
    preset = one.study.preset.name
    return replace(table, title=f"{SUITE_NAMES[one.suite]}, preset {preset}. {table.title}")


def _rounded(value: Any) -> Any:
    """Return plain data with its floats at `DIGITS`: what is quoted is told in tenths of points."""
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return [*map(_rounded, value)] if isinstance(value, list) else value


def text_of(found: Quoted) -> str:
    """Return the numbers as JSON with a line for each rate and each contrast."""
    return _lines(found.model_dump(mode="json"), "\n") + "\n"


def _lines(value: Any, end: str) -> str:
    """Return JSON in which what is longer than `LINE` is broken into its parts."""
    flat = json.dumps(value, separators=(",", ":"))
    if len(flat) <= LINE or not isinstance(value, dict | list):
        return flat
    inner = end + " "
    if isinstance(value, dict):
        parts = [f"{json.dumps(key)}:{_lines(one, inner)}" for key, one in value.items()]
        return "{" + inner + f",{inner}".join(parts) + end + "}"
    return "[" + inner + f",{inner}".join(_lines(one, inner) for one in value) + end + "]"


def read_quoted(path: Path = QUOTED) -> Quoted:
    """Return the numbers that were written last; none where there is no file."""
    told: Any = read_json(path)
    return Quoted() if told is None else TypeAdapter(Quoted).validate_python(told)
