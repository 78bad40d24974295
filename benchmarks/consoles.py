"""Lines printed to a console."""

from __future__ import annotations

from rich.console import Console

from shiftgym.sanitize import for_terminal


def say(console: Console, text: str) -> None:
    """Print a line in which there may be text of others."""
    console.print(for_terminal(text), markup=False, highlight=False, soft_wrap=True)
