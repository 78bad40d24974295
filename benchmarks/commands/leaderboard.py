"""The commands `shiftgym leaderboard`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.consoles import reported_errors

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Build the leaderboard, a static site of verified submissions.",
)


@app.callback()
def _begin() -> None:
    """Make `build` a command of its own, though it is the only one."""


@app.command()
def build(
    submissions: Annotated[
        Path, typer.Argument(help="Folder with a folder for each submission.")
    ] = Path("submissions"),
    out: Annotated[
        Path, typer.Option(help="Folder of the site; one that was built before is replaced.")
    ] = Path("site"),
    suite_files: Annotated[
        list[Path] | None,
        typer.Option("--suite-file", help="JSON file of a suite of one's own; may be repeated."),
    ] = None,
) -> None:
    """Verify all submissions and write a static site of them, the same bytes each time."""
    from benchmarks.leaderboard.command import build as build_site

    with reported_errors():
        build_site(submissions, out, suite_files=suite_files or [], console=Console())
