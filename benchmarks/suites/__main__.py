"""`python -m benchmarks.suites`: what a suite is, how surely it tells models apart, its floor."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.consoles import reported_errors
from benchmarks.suites import STANDARD, SUITES
from benchmarks.suites.files import suite_or_file
from benchmarks.tables import Table, interval, percent
from shiftgym.sanitize import for_terminal

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Show a suite, simulate its power, play those who know nothing.",
)

Names = Annotated[
    list[str] | None, typer.Argument(help="Suites or JSON files; none for those of shiftgym.")
]
SizeOption = Annotated[str, typer.Option(help="Of the suite: smoke, standard or paper.")]


@app.command()
def show(names: Names = None) -> None:
    """Print version, digest and columns of suites, and how many hands or routes each has."""
    from benchmarks.cells import column_count
    from benchmarks.tasks import task_named

    console = Console()
    with reported_errors():
        for name in names or SUITES:
            of = suite_or_file(name)
            console.print(
                for_terminal(
                    f"{of.name}, version {of.version}, digest {of.digest}. "
                    + _folds(of.folds)
                    + (f" In every column: {json.dumps(of.game)}." if of.game else "")
                ),
                soft_wrap=True,
                markup=False,
                highlight=False,
            )
            header = ["column", "split", task_named(of.task).noun, *of.sizes, "id and keywords"]
            lines = [header]
            for column, about in of.columns.items():
                sizes = [str(of.size(column, size) or "all") for size in of.sizes]
                given = [f"{name}={json.dumps(value)}" for name, value in about.keywords.items()]
                count = str(column_count(of, column) or "many")
                played = " ".join([about.id, *given])
                lines.append([column, about.split or "all", count, *sizes, played])
            widths = [max(map(len, column)) for column in zip(*lines)]
            for line in lines:
                *cells, played = line
                told = "  ".join([*(c.ljust(width) for c, width in zip(cells, widths)), played])
                console.print(for_terminal(told), soft_wrap=True, markup=False, highlight=False)


@app.command()
def power(
    names: Names = None,
    column: Annotated[str, typer.Option(help="That two models are compared in.")] = "rule_ood",
    size: SizeOption = STANDARD,
    difference: Annotated[
        float, typer.Option(min=0.1, max=100, help="Of the two models, in points.")
    ] = 10.0,
    discordant: Annotated[
        float, typer.Option(min=0.1, max=100, help="Percent of episodes that come out differently.")
    ] = 30.0,
    correlation: Annotated[
        float, typer.Option(min=0, max=1, help="Of hands of one cluster.")
    ] = 0.0,
    simulations: Annotated[int, typer.Option(min=1, max=100_000)] = 200,
) -> None:
    """Simulate how surely a difference of two models that nobody trained here is found."""
    from benchmarks.suites.power import power as simulated

    lines = []
    with reported_errors():
        for name in names or SUITES:
            of = suite_or_file(name)
            found = simulated(
                of,
                column,
                size=size,
                difference=difference / 100,
                discordant=discordant / 100,
                correlation=correlation,
                simulations=simulations,
            )
            lines.append(
                [
                    of.name,
                    str(found.episodes),
                    str(found.clusters),
                    interval(found.found, found.low, found.high),
                    percent(found.false_alarms),
                ]
            )
    title = (
        f"Power in percent: {difference:g} points between two models, {discordant:g} % of episodes "
        f"discordant, column {column}, size {size}, {simulations} simulations"
    )
    header = ["suite", "episodes", "clusters", "found", "found where there is none"]
    Console().print(Table(title, header, lines).rich())


@app.command()
def floor(
    names: Names = None,
    size: SizeOption = "smoke",
) -> None:
    """Play those who know nothing, and baselines; exit code 1 where one is above chance."""
    from benchmarks.suites.floor import floors
    from benchmarks.tasks import TASKS

    console, too_high = Console(), False
    with reported_errors():
        for name in names or SUITES:
            of = suite_or_file(name)
            rows: dict[str, dict[str, str]] = {}
            for one in floors(of, size=size, others=True):
                estimate = one.estimate
                told = interval(estimate.value, estimate.low, estimate.high)
                rows.setdefault(one.agent, {})[one.column] = told + " !" * one.too_high
                too_high |= one.too_high
            columns = list(dict.fromkeys(column for row in rows.values() for column in row))
            lines = [
                [column, *(row.get(column, "") for row in rows.values())] for column in columns
            ]
            task = TASKS[of.task]
            note = f"Chance is {percent(task.chance)}; what is above it is marked with !."
            title = f"{of.name}, {task.axis} in percent, size {size}"
            console.print(Table(title, ["column", *rows], lines, note=note).rich())
    if too_high:
        raise typer.Exit(1)


def _folds(folds: int) -> str:
    """Return what is to be said of the parts that are held out."""
    if folds == 1:
        return "It is not split."
    return (
        f"{folds} parts: seed i of a study is tested on part i (mod {folds - 1}), and part "
        f"{folds - 1} is the validation part of all."
    )


if __name__ == "__main__":
    app(prog_name="python -m benchmarks.suites")
