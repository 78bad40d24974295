"""What commands print: lines in which there may be text of others, and errors."""

from __future__ import annotations

from typing import Any

import typer
from rich.console import Console

from shiftgym.sanitize import for_terminal


def say(console: Console, text: str) -> None:
    """Print a line in which there may be text of others."""
    console.print(for_terminal(text), markup=False, highlight=False, soft_wrap=True)


class reported_errors:
    """Turns errors that were made for people into a message and exit code 2."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, _: Any) -> None:
        if isinstance(error, KeyboardInterrupt):
            Console(stderr=True).print("Interrupted. The same command resumes.")
            raise typer.Exit(130) from None
        from benchmarks.runs import RunError
        from shiftgym.extras import missing

        if isinstance(error, (ImportError, OSError, RunError, ValueError)):
            words = missing(error) if isinstance(error, ImportError) else error
            told = for_terminal(f"Error: {words}", multiline=True)
            Console(stderr=True).print(told, markup=False, highlight=False, soft_wrap=True)
            raise typer.Exit(2) from None
