"""What several commands take: options, and how they are read from text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from shiftgym.files import brief, parse_json

RUNS = Path("runs")

Out = Annotated[Path | None, typer.Option(help="Folder of the run; made if missing, resumed.")]

SuiteFile = Annotated[
    Path | None, typer.Option("--suite-file", help="JSON file of a suite of one's own.")
]


def names(text: str | None) -> list[str]:
    """Return names that are split by commas; none for None.

    Raises:
        ValueError: there is none in the text.
    """
    if text is None:
        return []
    found = [name.strip() for name in text.split(",") if name.strip()]
    if not found:
        raise ValueError(f"Expected names split by commas; got {text!r}.")
    return found


def seeds(text: str | None, known: Sequence[int], option: str = "--only") -> list[int]:
    """Return seeds that are split by commas, in order; all that are known for None.

    Raises:
        ValueError: it is no list of these.
    """
    if text is None:
        return list(known)
    told = [name.strip() for name in text.split(",")]
    if not all(name.isdecimal() and int(name) in known for name in told):
        raise ValueError(
            f"{option} takes some of the seeds {', '.join(map(str, known))}, split by commas; got "
            f"{text!r}."
        )
    return sorted(set(map(int, told)))


def refuse(context: typer.Context, options: Sequence[str], what: str) -> None:
    """Refuse options that were given though they are for another kind of model.

    Raises:
        ValueError: one was.
    """
    for name in options:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise ValueError(f"--{name.replace('_', '-')} is {what}; leave it out.")


def json_object(text: str, option: str) -> dict[str, Any]:
    """Return the JSON object of an option.

    Raises:
        ValueError: the text is none, or holds what JSON has no word for, such as NaN.
    """
    told = f"{option} must be a JSON object like '{{\"name\": 20}}'; got {brief(text)}"
    try:
        value = parse_json(text)
        json.dumps(value, allow_nan=False)
    except ValueError as error:
        raise ValueError(f"{told}: {error}") from None
    if not isinstance(value, dict):
        raise ValueError(told)
    return value
