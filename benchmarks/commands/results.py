"""The commands that read the runs of evaluations: tables, comparisons, a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.commands.arguments import names
from benchmarks.consoles import reported_errors


def report(
    runs: Annotated[
        list[Path], typer.Argument(help="Folder of a run, finished or not; or of several studies.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the page of studies; by default that of the first one."),
    ] = None,
    check: Annotated[
        int, typer.Option(min=0, help="Replay so many rows, spread over the run, first.")
    ] = 0,
) -> None:
    """Make the tables of a run again from its rows; of studies a page that says which to use."""
    from benchmarks.report import check_rows, report_all

    console = Console()
    with reported_errors():
        for folder in runs if check else ():
            console.print(f"{check_rows(folder, check)} rows replayed to the same rewards.")
        report_all(runs, console, out)


def compare(
    runs: Annotated[list[Path], typer.Argument(help="Folders of two or more evaluations.")],
    columns: Annotated[
        str | None,
        typer.Option(help="Split by commas; by default all but controls and single severities."),
    ] = None,
    metric: Annotated[
        str, typer.Option(help="success, or on streets step_accuracy or turn_accuracy.")
    ] = "success",
    out: Annotated[
        Path | None, typer.Option(help="Folder for compare.md and compare.csv; made if missing.")
    ] = None,
) -> None:
    """Compare runs of one suite on the same episodes: differences, ties and OOD gaps."""
    from benchmarks.comparison.command import compare as compare_runs

    with reported_errors():
        compare_runs(runs, columns=names(columns), metric=metric, out=out, console=Console())


def show(
    folder: Annotated[Path, typer.Argument(help="Folder of an evaluation, finished or not.")],
    out: Annotated[
        Path | None, typer.Option(help="The page; by default show.html in the run's folder.")
    ] = None,
    episodes: Annotated[int, typer.Option(min=1, help="Episodes on the page, at most.")] = 200,
    megabytes: Annotated[
        int, typer.Option(min=1, help="Of the page, at most; pictures take up to one half.")
    ] = 20,
    pictures: Annotated[bool, typer.Option(help="Draw what there was to see.")] = True,
) -> None:
    """Write a run as one HTML page: its episodes step by step, by column and outcome."""
    from benchmarks.show.command import show as show_run

    with reported_errors():
        show_run(
            folder,
            out or folder / "show.html",
            episodes=episodes,
            megabytes=megabytes,
            pictures=pictures,
            console=Console(),
        )
