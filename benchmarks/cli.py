"""The program `shiftgym`, in a checkout also `python -m benchmarks`.

The module of a command is imported when the command is asked for, and by `--help`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from shiftgym.progress import show_progress

IN_CHECKOUT = "In a checkout of the repository"

COMMANDS = {
    "evaluate": "evaluate",
    "report": "results",
    "compare": "results",
    "show": "results",
    "verify": "submissions",
    "submit": "submissions",
    "rejudge": "submissions",
    "retract": "submissions",
    "leaderboard": "leaderboard",
    "suite": "suite",
    "export": "export",
    "contact-sheet": "pictures",
    "strips": "pictures",
    "study": "checkout",
    "probe": "checkout",
    "speed": "checkout",
}
"""Commands, and the module in `benchmarks.commands` that has a function, or an app, of the name."""


class Commands(TyperGroup):
    """The commands, each made when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, None where there is none of the name."""
        if cmd_name not in COMMANDS:
            return None
        name = COMMANDS[cmd_name]
        module = import_module(f"{__package__}.commands.{name}")
        if (made := getattr(module, "app", None)) is None:
            made = typer.Typer(add_completion=False)
            panel = IN_CHECKOUT if name == "checkout" else None
            function = getattr(module, cmd_name.replace("-", "_"))
            made.command(cmd_name, rich_help_panel=panel)(function)
        command = typer.main.get_command(made)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Evaluate agents, run the study, measure speed, print reports.",
)


@app.callback()
def _begin() -> None:
    show_progress()
