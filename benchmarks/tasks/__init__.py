"""The tasks that suites, evaluation and the study know."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.tasks.cards import Cards
from benchmarks.tasks.streets import Streets
from benchmarks.tasks.task import Task

TASKS: Mapping[str, Task] = {task.name: task for task in (Cards(), Streets())}
"""Tasks by the first part of their ids."""


def task_of(id: str) -> Task:
    """Return the task of an id.

    Raises:
        ValueError: no task has this id.
    """
    for task in TASKS.values():
        if id in task.variants():
            return task
    known = ", ".join(id for task in TASKS.values() for id in task.variants())
    raise ValueError(f"Unknown id {id!r}: expected one of {known}.")
