"""A suite of one's own: a JSON file whose columns name ids, of any package.

{
  "name": "line",
  "columns": {
    "in": {"id": "my_package:MyTask-v0"},
    "rule_ood": {"id": "my_package:MyTask-RuleOOD-v0", "keywords": {"max_attempts": 2}}
  }
}
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import gymnasium as gym
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from benchmarks.runs import first_of
from benchmarks.suites import SUITES, Column, Suite
from benchmarks.tasks import bare, task_of

MOST_BYTES = 2**20


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ColumnFile(_Part):
    """One column."""

    id: str = Field(pattern=r"^([A-Za-z_][\w.]*:)?[\w.-]+$", max_length=200)
    keywords: dict[str, Any] = Field(default_factory=dict, description="of the environment")
    split: Literal["train", "validation", "test"] | None = "test"


class SuiteFile(_Part):
    """The file.

    `game` are keywords of every column. `folds` is for tasks that are split: then each environment
    gets the keywords `split`, of its column, and `fold`.
    """

    name: str = Field(pattern=r"^[\w.-]+$", max_length=60)
    folds: int = Field(default=1, ge=1, le=1000)
    game: dict[str, Any] = Field(default_factory=dict)
    columns: dict[str, ColumnFile] = Field(min_length=1)


def read_suite(path: Path) -> Suite:
    """Return the suite of a file. Each of its ids is made once, to see that it can be.

    Raises:
        ValueError: naming the file and the field, for a file that is no suite, ids of several
            tasks, and ids that cannot be made with their keywords.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        text = file.read(MOST_BYTES + 1)
    if len(text) > MOST_BYTES:
        raise ValueError(f"{path} has more than {MOST_BYTES} bytes; a suite has a few thousand.")
    try:
        told = SuiteFile.model_validate_json(text)
    except ValidationError as error:
        raise ValueError(
            f"{path} is no suite: {first_of(error)}. Expected an object with name and columns, "
            f"each column with an id; see docs/extending.md."
        ) from error
    if told.name in SUITES:
        raise ValueError(f"{path}: name: {told.name} is a suite of shiftgym. Choose another name.")
    columns = {
        name: Column(keywords=column.keywords, split=column.split, id=bare(column.id))
        for name, column in told.columns.items()
    }
    made = Suite(told.name, "", told.folds, columns, told.game)
    tasks = {name: _task(path, made, name) for name in columns}
    first, task = next(iter(tasks.items()))
    for name, other in tasks.items():
        if other != task:
            raise ValueError(
                f"{path}: columns.{name}.id is of {other}, columns.{first}.id of {task}. A suite "
                f"is of one task; write a file for each."
            )
    return Suite(told.name, task, told.folds, columns, told.game)


def _task(path: Path, of: Suite, column: str) -> str:
    """Return the name of a column's task.

    Raises:
        ValueError: the column cannot be played.
    """
    id, keywords = of.id(column), of.keywords(column, 0)
    try:
        task = task_of(id)
        task.interface(id, keywords)
        gym.make(id, disable_env_checker=True, **keywords).close()
    except (gym.error.Error, TypeError, ValueError) as error:
        raise ValueError(f"{path}: columns.{column}: {error}") from error
    return task.name
