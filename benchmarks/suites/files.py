"""A suite of one's own: a JSON file like those of shiftgym, with ids of any package.

The public file of a private suite is another kind, see `benchmarks.suites.private`.

{
  "name": "line",
  "columns": {
    "in": {"id": "my_package:MyTask-v0"},
    "rule_ood": {"id": "my_package:MyTask-RuleOOD-v0", "keywords": {"max_attempts": 2}}
  }
}
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gymnasium as gym
from pydantic import ValidationError

from benchmarks.records import first_of
from benchmarks.suites import LOOK, SUITES, Suite, suite
from benchmarks.suites.private import read_private
from benchmarks.tasks import task_of

MOST_BYTES = 2**20


class _Doubled(ValueError):
    """A name stands twice in an object; JSON's readers keep the last one and say nothing."""


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise _Doubled(f"{double!r} stands twice in one object. Give each its own name.")
    return told


def suite_or_file(name: str) -> Suite:
    """Return a suite by name, or that of a file whose path ends in .json.

    Raises:
        ValueError: for an unknown name, or a file that is no suite.
        OSError: the file cannot be read.
    """
    return read_suite(Path(name)) if name.endswith(".json") else suite(name)


def read_suite(path: Path) -> Suite:
    """Return the suite of a file. Each of its ids is made once, to see that it can be.

    Raises:
        ValueError: naming the file and the field, for a file that is no suite, ids of several
            tasks, and ids that cannot be made with their keywords.
        OSError: the file cannot be read.
    """
    made = _parsed(path)
    if made.name in SUITES:
        raise ValueError(f"{path}: name: {made.name} is a suite of shiftgym. Choose another name.")
    if not made.columns:
        raise ValueError(f"{path}: columns: there are none. A suite has at least one.")
    tasks = {name: _task(path, made, name) for name in made.columns}
    first, task = next(iter(tasks.items()))
    for name, other in tasks.items():
        if other != task:
            raise ValueError(
                f"{path}: columns.{name}.id is of {other}, columns.{first}.id of {task}. A suite "
                f"is of one task; write a file for each."
            )
    return made


def _parsed(path: Path) -> Suite:
    """Return the suite that a file says or, of a private one, that its salt leads to.

    Raises:
        ValueError: naming the file, for one that is no suite, and for a salt that does not fit.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        text = file.read(MOST_BYTES + 1)
    if len(text) > MOST_BYTES:
        raise ValueError(f"{path} has more than {MOST_BYTES} bytes; a suite has a few thousand.")
    told = None
    try:
        told = json.loads(text, object_pairs_hook=_without_doubles)
    except _Doubled as error:
        raise ValueError(f"{path}: {error}") from None
    except (ValueError, RecursionError):
        pass  # no JSON at all, which is told below
    try:
        if isinstance(told, dict) and "commitment" in told:
            return read_private(path, told)
        return Suite.model_validate_json(text)
    except ValidationError as error:
        raise ValueError(
            f"{path} is no suite: {first_of(error)}. Expected an object with name and columns, "
            f"each column with an id; see docs/suites.md."
        ) from error
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _task(path: Path, of: Suite, column: str) -> str:
    """Return the name of a column's task.

    Raises:
        ValueError: the column cannot be played.
    """
    seen = LOOK in {**of.game, **of.columns[column].keywords}
    id = of.id(column, "-Image" if seen else "")
    try:
        task, keywords = task_of(id), of.keywords(column, 0, seen=seen)
        task.interface(id, keywords)
        gym.make(id, disable_env_checker=True, **keywords).close()
    except (gym.error.Error, TypeError, ValueError) as error:
        raise ValueError(f"{path}: columns.{column}: {error}") from error
    return task.name
