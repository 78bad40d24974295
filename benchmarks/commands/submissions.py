"""The commands that verify runs and handle submissions to the leaderboard."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.commands.arguments import SuiteFile
from benchmarks.consoles import reported_errors


def verify(
    folder: Annotated[Path, typer.Argument(help="Folder of a run or of a submission.")],
    suite_file: SuiteFile = None,
) -> None:
    """Recompute every figure of a run or a submission; exit code 2 if anything does not hold."""
    with reported_errors():
        from benchmarks.submissions.commands import print_verified

        print_verified(folder, suite_file, Console())


def submit(
    run: Annotated[Path, typer.Argument(help="Folder of a run of a whole suite.")],
    track: Annotated[
        str,
        typer.Option(
            help="stock (a model as it is served), scaffold (a program around one), trained (on "
            "the task), reference (a scripted agent of shiftgym)."
        ),
    ],
    licence: Annotated[str, typer.Option(help="Of the replies, an SPDX identifier.")],
    name: Annotated[
        str | None, typer.Option(help="Of the entry; by default that of the run's folder.")
    ] = None,
    link: Annotated[str, typer.Option(help="To a page about it, https://...")] = "",
    out: Annotated[
        Path | None, typer.Option(help="New folder; by default in submissions/.")
    ] = None,
    suite_file: SuiteFile = None,
) -> None:
    """Write the submission of a run, and verify it."""
    with reported_errors():
        from benchmarks.submissions.commands import write_submission

        write_submission(
            run,
            out,
            name=name,
            track=track,
            licence=licence,
            link=link,
            suite_file=suite_file,
            console=Console(),
        )


def rejudge(
    folder: Annotated[Path, typer.Argument(help="Folder of a submission.")],
    suite_file: SuiteFile = None,
) -> None:
    """Judge a submission by a new version of its suite; what the old one made of it is kept."""
    with reported_errors():
        from benchmarks.submissions.commands import rejudge_submission

        rejudge_submission(folder, suite_file, Console())


def retract(
    folder: Annotated[Path, typer.Argument(help="Folder of a submission.")],
    reason: Annotated[str, typer.Option(help="A line that anybody may read.")],
) -> None:
    """Remove a submission, and leave its name, the date and the reason."""
    with reported_errors():
        from benchmarks.submissions.commands import retract_submission

        retract_submission(folder, reason, Console())
