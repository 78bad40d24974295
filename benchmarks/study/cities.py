"""What a study with `--cv` found, city by city: `python -m benchmarks.study.cities RUN`.

Each seed held out one city. The means over all cities have intervals over cities and routes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.consoles import reported_errors
from benchmarks.runs import RunError
from benchmarks.statistics import Estimate
from benchmarks.study.cells import REFERENCE
from benchmarks.study.folder import described
from benchmarks.study.names import arm_name
from benchmarks.study.presets import Preset
from benchmarks.study.results import Results, study_and_results
from benchmarks.tables import Table, interval, percent


def leaves_out(preset: Preset) -> bool:
    """Return whether a study leaves one city out for each seed."""
    return (preset.game or {}).get("split_by") == "city"


def tables(preset: Preset, results: Results) -> Iterator[Table]:
    """Yield a table for each column: rows are arms, and differences of arms; columns are cities.

    Args:
        preset: that leaves cities out, see `leaves_out`.
    """
    assert preset.game is not None
    cities: list[str] = preset.game["city"]
    metric = results.task.competence
    for column in preset.columns or ():
        rates = [
            (_who(one.policy, arm_name(one.arm)), one.estimate, False)
            for one in results.rates
            if (one.column, one.metric) == (column, metric)
        ]
        told = rates + [
            (
                _who(one.policy, f"{arm_name(one.first)} \u2212 {arm_name(one.second)}"),
                one.estimate,
                True,
            )
            for one in results.differences
            if (one.column, one.metric) == (column, metric)
        ]
        held_out = sorted({seed for _, estimate, _ in told for seed in estimate.by_seed})
        yield Table(
            f"{column}: {results.task.metrics[metric].title.lower()} (%), by the city left out",
            # The last city validates; seeds beyond the others begin again.
            ["", *(cities[seed % (len(cities) - 1)] for seed in held_out), "all [95 %]"],
            [_row(*row, held_out) for row in told],
        )


def _who(policy: str, arm: str) -> str:
    """Return an arm as a row calls it; agents that need no learning have no policy."""
    return arm if policy == REFERENCE else f"{policy} {arm}"


def _row(name: str, estimate: Estimate, signed: bool, held_out: list[int]) -> list[str]:
    """Return a row: the value in each city, and that over all with its interval."""
    sign, known = "+" if signed else "", estimate.by_seed
    each = [percent(known[seed], sign) if seed in known else "" for seed in held_out]
    overall = interval(estimate.value, estimate.low, estimate.high, signed=signed)
    return [name, *each, overall]


def main(
    folder: Annotated[Path, typer.Argument(help="Folder of a study with one city left out.")],
) -> None:
    """Print what each city tells."""
    with reported_errors():
        _, preset, _ = described(folder)
        if not leaves_out(preset):
            raise RunError(f"{folder}: this study left no city out. Start one with study --cv.")
        study, results = study_and_results(folder, splits=False)
        for note in study.notes:
            print(note)
        for table in results.missing.marked(tables(preset, results)):
            print(table.markdown())


if __name__ == "__main__":
    typer.run(main)
