"""The numbers of published results that pages may quote: `results/quoted.json`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from benchmarks.runs import read_json
from benchmarks.study import cities
from benchmarks.study.publish import RESULTS, command_of
from benchmarks.study.report.contrasts import Contrast
from benchmarks.study.report.summary import Summary
from benchmarks.study.report.tables import overturned_table
from benchmarks.tables import Table, interval

QUOTED = RESULTS / "quoted.json"


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


def read_quoted(path: Path = QUOTED) -> Quoted:
    """Return the numbers that were written last; none where there is no file."""
    told: Any = read_json(path)
    return Quoted() if told is None else TypeAdapter(Quoted).validate_python(told)
