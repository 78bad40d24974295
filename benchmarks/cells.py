"""From what is asked to the cells of a run: which ids, with which keywords, from which seeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.options import EvaluationOptions
from benchmarks.players import Player
from benchmarks.rollouts import Cell
from benchmarks.suites import Suite, sees_pictures, test_seeds
from benchmarks.tasks import bare, task_of
from benchmarks.tasks.task import EvaluatedTask

MAX_ATTEMPTS = "max_attempts"


def cells_of_suite(who: Player, of: Suite, asked: EvaluationOptions, seed: int) -> list[Cell]:
    """Return a cell for each column; all columns share their seeds.

    Raises:
        ValueError: the player plays another task, or none of these columns.
    """
    _check_task(who, of.task, f"--suite {of.name}")
    seen = sees_pictures(who.interface, who.keywords)
    played = of.columns_for(seen=seen)
    if unknown := set(asked.columns) - set(played):
        raise ValueError(
            f"{who.name} plays no column {', '.join(sorted(unknown))} of {of.name}: expected some "
            f"of {', '.join(played)}."
        )
    seeds = of.episode_seeds(seed, asked.episodes)
    cells = []
    for column in asked.columns or played:
        id = of.id(column, who.interface)
        fixed = of.keywords(column, seed, seen=seen)
        keywords = {**fixed, **_keywords(who, task_of(id), asked, fixed)}
        _check_interface(who, task_of(id), id, keywords)
        cells.append(Cell(f"{who.name}/{column}", id, keywords, seeds))
    return cells


def cells_of_ids(who: Player, of: Suite, asked: EvaluationOptions, seed: int) -> list[Cell]:
    """Return a cell for each id, with test seeds of the id's own.

    Raises:
        ValueError: an unknown id, or one that the player cannot play.
    """
    cells = []
    for id in map(bare, asked.ids):
        task = task_of(id)
        _check_task(who, task.name, id)
        keywords = _keywords(who, task, asked, {})
        _check_interface(who, task, id, keywords)
        seeds = test_seeds(f"{id}/{seed}", asked.episodes)
        keywords |= task.held_out(id, of.fold(seed))
        cells.append(Cell(f"{who.name}/{id}", id, keywords, seeds))
    return cells


def _keywords(
    who: Player, task: EvaluatedTask, asked: EvaluationOptions, fixed: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the keywords of the evaluation, beside those that a column has fixed."""
    attempts = asked.max_attempts
    if attempts is None and MAX_ATTEMPTS not in fixed:
        attempts = task.max_attempts
    return {**({} if attempts is None else {MAX_ATTEMPTS: attempts}), **who.keywords}


def _check_task(who: Player, task: str, what: str) -> None:
    if who.task not in (None, task):
        raise ValueError(f"{who.name} plays {who.task}; {what} is of {task}.")


def _check_interface(
    who: Player, task: EvaluatedTask, id: str, keywords: Mapping[str, Any]
) -> None:
    if task.interface(id, keywords) not in who.interfaces:
        kinds = " or ".join(name[1:] or "symbolic" for name in who.interfaces)
        raise ValueError(f"{who.name} plays {kinds} ids only; got {id}.")
