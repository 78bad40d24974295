"""The tasks that suites, evaluation and the study know; each is loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module

from benchmarks.tasks.task import EvaluatedTask, Task

CLASSES: Mapping[str, tuple[str, str]] = {
    "GeneralPoints": (".cards", "Cards"),
    "VIRLNavigation": (".streets", "Streets"),
}
"""The module in this package and the class of each task, by the first part of its ids."""


class _Tasks(Mapping[str, Task]):
    """The tasks of `CLASSES`; looking one up imports its packages, listing the names does not."""

    def __getitem__(self, name: str) -> Task:
        return _load(*CLASSES[name])

    def __contains__(self, name: object) -> bool:
        return name in CLASSES

    def __iter__(self) -> Iterator[str]:
        return iter(CLASSES)

    def __len__(self) -> int:
        return len(CLASSES)


TASKS: Mapping[str, Task] = _Tasks()
"""Tasks by the first part of their ids."""


def bare(id: str) -> str:
    """Return an id without its package where that is one of ours."""
    package, _, rest = id.rpartition(":")
    return rest if package in ("gp_env", "virl_env") else id


def task_of(id: str) -> EvaluatedTask:
    """Return the task of an id, without importing the package of "package:Id-v0".

    Raises:
        ValueError: no task here has this id, and it names no package of its own.
    """
    name = id.partition("-")[0]
    if (id in _ids(name)) if name in TASKS else (":" in name):
        return task_named(name)
    known = ", ".join(id for task in TASKS.values() for id in task.variants())
    raise ValueError(
        f'Unknown id {id!r}: expected one of {known}; or "package:Id-v0", an id that importing the '
        f"package registers."
    )


def task_named(name: str) -> EvaluatedTask:
    """Return a task by the first part of its ids: a key of `TASKS`, or "package:Name"."""
    if name in TASKS:
        return TASKS[name]
    from benchmarks.tasks.registered import RegisteredTask

    return RegisteredTask(name)


@cache
def _ids(name: str) -> frozenset[str]:
    return frozenset(TASKS[name].variants())


@cache
def _load(module: str, name: str) -> Task:
    task: Task = getattr(import_module(module, __package__), name)()
    return task
