"""From what is asked to the cells of a run: which ids, with which keywords, from which seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.options import EvaluationOptions
from benchmarks.players import Player
from benchmarks.rollouts import Cell, side_by_side
from benchmarks.suites import STANDARD, Suite, sees_pictures, test_seeds
from benchmarks.suites.distinct import LazySeeds, choose
from benchmarks.tasks import bare, task_of
from benchmarks.tasks.task import EvaluatedTask

MAX_ATTEMPTS = "max_attempts"

DEFAULT_EPISODES = 500
"""Of an id, where no number is asked for."""


def cells_of_suite(
    who: Player, of: Suite, asked: EvaluationOptions, seed: int | None
) -> tuple[list[Cell], list[str]]:
    """Return a cell for each column, and what is to be said of columns that are too small.

    Columns that deal the same hands or routes share their seeds.

    Args:
        seed: whose fold is played; None for all hands or routes.

    Raises:
        ValueError: the player plays another task, or none of these columns, or there is no such
            size.
    """
    _check_task(who, of.task, f"--suite {of.name}")
    seen = sees_pictures(who.interface, who.keywords)
    played = of.columns_for(seen=seen, trained=seed is not None, controls=True)
    if unknown := set(asked.columns) - set(played):
        raise ValueError(
            f"{who.name} plays no column {', '.join(sorted(unknown))} of {of.name}: expected some "
            f"of {', '.join(played)}.{_training(of, unknown)}"
        )
    cells, told = [], []
    for column in asked.columns or played:
        id = of.id(column, who.interface)
        fixed = of.keywords(column, seed, seen=seen)
        keywords = {**fixed, **_keywords(who, task_of(id), asked, fixed)}
        _check_interface(who, task_of(id), id, keywords)
        wanted = asked.episodes
        if wanted is None:
            wanted = of.size(column, asked.size or STANDARD)
        seeds = _seeds(of, column, id, keywords, seed, wanted)
        if wanted is not None and len(seeds) < wanted:
            told.append(
                f"{column} has {len(seeds)} {task_of(id).noun}; {wanted} were asked for, so each "
                f"is played once."
            )
        cells.append(Cell(f"{who.name}/{column}", id, keywords, seeds))
    worded = [name for name in asked.columns or played if of.columns[name].words_alone]
    if worded and who.interface != "-Text":
        told.append(
            f"{who.name} reads no words, and {', '.join(worded)} differ from other columns in "
            f"words alone: for it they are further episodes under the same rule."
        )
    return cells, told


def _seeds(
    of: Suite,
    column: str,
    id: str,
    keywords: Mapping[str, Any],
    seed: int | None,
    count: int | None,
) -> Sequence[int]:
    """Return what `column_seeds` does, chosen later where the suite says how many there are."""
    total = of.columns[column].total if seed is None else None
    if total is None or (count is not None and count > total):
        return column_seeds(of, column, id, keywords, seed, count)
    return LazySeeds(
        total if count is None else count,
        lambda: column_seeds(of, column, id, keywords, seed, count),
        f"{of.name}, column {column}:",
    )


def column_seeds(
    of: Suite,
    column: str,
    id: str,
    keywords: Mapping[str, Any],
    seed: int | None,
    count: int | None,
) -> list[int]:
    """Return the episode seeds of a column: of each hand or route once, the first of its seeds.

    Of a task of another package nobody knows what is dealt: its seeds are taken as they come.

    Args:
        id, keywords: of the column for the interface that is played.
        seed: of the study, None for all hands or routes.
        count: how many, None for every one.

    Raises:
        ValueError: for None where nobody knows how many there are.
    """
    env = side_by_side(id, dict(keywords), 1)
    deals = task_of(id).deals(env)
    try:
        if deals is not None:
            return choose(of.stream(seed), deals, count)
        if count is None:
            raise ValueError("Nobody knows how many different episodes there are.")
    except ValueError as error:
        raise ValueError(
            f"{of.name}, column {column}: {error} Name a number by --episodes, or in the sizes of "
            f"the suite."
        ) from error
    return of.episode_seeds(seed, count)


def column_count(of: Suite, column: str) -> int | None:
    """Return how many different hands or routes a column has in all; None where nobody knows."""
    id = of.id(column)
    deals = task_of(id).deals(side_by_side(id, of.keywords(column, None), 1))
    return None if deals is None else deals.total


def check_totals(of: Suite) -> None:
    """Refuse a suite that says otherwise than is so how many hands or routes a column has.

    Raises:
        ValueError: naming the column, what its file says and what there is.
    """
    for name, column in of.columns.items():
        if column.total is not None and column.total != (found := column_count(of, name)):
            there = "nobody knows how many" if found is None else f"{found}"
            raise ValueError(
                f"{of.name}: columns.{name} has total={column.total}, and there are {there}. "
                f"Correct it, or leave it out."
            )


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
        seeds = test_seeds(f"{id}/{seed}", asked.episodes or DEFAULT_EPISODES)
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


def _training(of: Suite, columns: set[str]) -> str:
    """Return why some columns are only for agents that have trained, "" where none is."""
    shown = [name for name in sorted(columns) if name in of.columns]
    if not any(of.columns[name].split == "train" for name in shown):
        return ""
    return " Columns of training episodes are for agents that have trained: name --seed."


def _check_task(who: Player, task: str, what: str) -> None:
    if who.task not in (None, task):
        raise ValueError(f"{who.name} plays {who.task}; {what} is of {task}.")


def _check_interface(
    who: Player, task: EvaluatedTask, id: str, keywords: Mapping[str, Any]
) -> None:
    if task.interface(id, keywords) not in who.interfaces:
        kinds = " or ".join(name[1:] or "symbolic" for name in who.interfaces)
        raise ValueError(f"{who.name} plays {kinds} ids only; got {id}.")
