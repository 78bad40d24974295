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
from benchmarks.study.cells import described
from benchmarks.study.results import load_results
from benchmarks.tables import Table, interval


def tables(folder: Path) -> Iterator[Table]:
    """Yield a table for each column: rows are arms, and differences of arms; columns are cities.

    Raises:
        RunError: it is not the folder of a study that left cities out.
    """
    _, preset, _ = described(folder)
    if (preset.game or {}).get("split_by") != "city":
        raise RunError(f"{folder}: this study left no city out. Start one with study --cv.")
    assert preset.game is not None
    cities: list[str] = preset.game["city"]
    results = load_results(folder)
    metric = results.task.competence
    for column in preset.columns or ():
        rates = [
            (f"{one.policy} {one.arm}", one.estimate, False)
            for one in results.rates
            if (one.column, one.metric) == (column, metric)
        ]
        told = rates + [
            (f"{one.policy} {one.first} - {one.second}", one.estimate, True)
            for one in results.differences
            if (one.column, one.metric) == (column, metric)
        ]
        held_out = sorted({seed for _, estimate, _ in told for seed in estimate.by_seed})
        yield Table(
            f"{column}: {results.task.metrics[metric].title.lower()} (%), by the city left out",
            ["", *(cities[seed] for seed in held_out), "all"],
            [_row(*row, held_out) for row in told],
        )


def _row(name: str, estimate: Estimate, signed: bool, held_out: list[int]) -> list[str]:
    """Return a row: the value in each city, and that over all with its interval."""
    sign, known = "+" if signed else "", estimate.by_seed
    each = [f"{100 * known[seed]:{sign}.1f}" if seed in known else "" for seed in held_out]
    overall = interval(estimate.value, estimate.low, estimate.high, signed=signed)
    return [name, *each, overall]


def main(
    folder: Annotated[Path, typer.Argument(help="Folder of a study with one city left out.")],
) -> None:
    """Print what each city tells."""
    with reported_errors():
        for table in tables(folder):
            print(table.markdown())


if __name__ == "__main__":
    typer.run(main)
