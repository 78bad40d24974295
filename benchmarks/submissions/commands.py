"""What the commands `submit`, `verify`, `rejudge` and `retract` print."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from benchmarks.consoles import say
from benchmarks.submissions.folders import EARLIER, FOLDER, folder_of
from benchmarks.submissions.rejudging import rejudge
from benchmarks.submissions.retraction import TOMBSTONE_FILE, retract
from benchmarks.submissions.verify import Verdict, verify
from benchmarks.submissions.writing import submit
from benchmarks.summary import evaluation_tables


def print_verified(folder: Path, suite_file: Path | None, console: Console) -> None:
    """Verify a run or a submission, and print the tables that follow from it.

    Raises:
        Refused: it does not hold.
    """
    show(verify(folder, suite_file), console)


def write_submission(
    run: Path,
    out: Path | None,
    *,
    name: str | None,
    track: str,
    licence: str,
    link: str,
    suite_file: Path | None,
    console: Console,
) -> None:
    """Write and verify the submission of a run; print where it lies and what it says.

    Raises:
        RunError: the run cannot be submitted, or does not hold.
    """
    out = out or Path("submissions") / folder_of(run.name)
    verdict = submit(
        run,
        out,
        name=name or run.name,
        track=track,
        licence=licence,
        link=link,
        suite_file=suite_file,
    )
    show(verdict, console)
    say(console, f"The submission lies in {out.resolve()}")
    if not FOLDER(out.resolve().name):
        say(
            console,
            "Before you propose it, rename that folder: the leaderboard takes names of up to 80 "
            "lower-case letters, digits, dots, hyphens and underscores.",
        )


def rejudge_submission(folder: Path, suite_file: Path | None, console: Console) -> None:
    """Judge a submission by the installed version of its suite; print what it says now.

    Raises:
        RunError: episodes have to be played, or there is nothing to do.
    """
    show(rejudge(folder, suite_file=suite_file), console)
    say(console, f"What the earlier version made of it is kept in {(folder / EARLIER).resolve()}")


def retract_submission(folder: Path, reason: str, console: Console) -> None:
    """Replace a submission by a tombstone.

    Raises:
        RunError: there is none, or the reason is no plain line.
    """
    tombstone = retract(folder, reason)
    say(console, f"{tombstone.name} is retracted; {(folder / TOMBSTONE_FILE).resolve()} says why.")


def show(verdict: Verdict, console: Console) -> None:
    """Print a verdict."""
    for table in evaluation_tables(verdict.cells):
        console.print(table.rich())
    for line in verdict.lines():
        say(console, line)
