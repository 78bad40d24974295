"""What commands print: lines in which there may be text of others, and errors."""

from __future__ import annotations

import os
from typing import Any, cast

import typer
from rich.console import Console

from shiftgym.sanitize import for_terminal


def say(console: Console, text: str) -> None:
    """Print a line in which there may be text of others."""
    console.print(for_terminal(text), markup=False, highlight=False, soft_wrap=True)


def say_reading(folder: object) -> None:
    """Say, beside what a command prints, that it reads a folder: that takes its time."""
    say(Console(stderr=True), f"Reading {folder} ...")


class reported_errors:
    """Turns errors that were made for people into a message and exit code 2."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, _: Any) -> None:
        if isinstance(error, KeyboardInterrupt):
            Console(stderr=True).print("Interrupted. Start the same command again to go on.")
            raise typer.Exit(130) from None
        from benchmarks.runs import RunError

        if isinstance(error, (ImportError, OSError, RunError, ValueError)):
            told = for_terminal(f"Error: {_words(error)}", multiline=True)
            Console(stderr=True).print(told, markup=False, highlight=False, soft_wrap=True)
            raise typer.Exit(2) from None


def _words(error: BaseException) -> str:
    """Return what an error says; of one of the system the file and the reason, not its number."""
    if isinstance(error, ImportError):
        from shiftgym.extras import missing

        return str(missing(error))
    if type(error).__name__ == "ValidationError":
        from benchmarks.records import first_of

        return first_of(cast(Any, error))
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{os.fspath(error.filename)}: {error.strerror}."
    return str(error)
