"""The commands that draw pictures of what agents see."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.commands.arguments import RUNS
from benchmarks.consoles import reported_errors, say


def contact_sheet(
    out: Annotated[Path, typer.Option(help="Folder for the sheets.")] = RUNS / "contact-sheets",
) -> None:
    """Draw streets of all named cities by day and by night, a sheet for each of three sizes."""
    from benchmarks.contact_sheet import write_contact_sheets

    for path in write_contact_sheets(out):
        Console().print(f"Written to {path}")


def strips(
    out: Annotated[Path, typer.Option(help="Folder for the pictures.")] = RUNS / "strips",
) -> None:
    """Write a strip of pictures for each thing that a look changes, severities 0 to 5."""
    from benchmarks.strips import write_strips

    console = Console()
    with reported_errors():
        for path in write_strips(out):
            say(console, path)
