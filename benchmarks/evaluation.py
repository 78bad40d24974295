"""The command `evaluate`: one agent on a suite or on some ids, in a run folder of its own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from benchmarks.evaluate import Cell, evaluate, interface_of
from benchmarks.players import Player, saved_player, scripted_player
from benchmarks.records import RunRecord
from benchmarks.report import report
from benchmarks.runs import Run
from benchmarks.suites import Suite, sees_pictures, suite, suite_of, test_seeds
from benchmarks.tasks import task_of

MOST_CHARACTERS = 120
"""Of a folder's name; file systems take 255 bytes."""

DEFAULT_TASK = "GeneralPoints"
"""Played where neither a suite, nor ids, nor weights say which."""


def run_evaluation(
    agent: str,
    *,
    suite_name: str | None,
    columns: Sequence[str] = (),
    ids: Sequence[str],
    episodes: int,
    seed: int | None,
    max_attempts: int,
    folder: Path | None,
    default_folder: Path,
    console: Console,
) -> None:
    """Play what is left of an evaluation and report it.

    Args:
        agent: name of a scripted agent, or path of weights.
        suite_name: None for that of the task that the weights or the ids are of.
        columns: of the suite, none for all that the agent plays.
        ids: registered ids to play with their own keywords; none for the suite.
        seed: of the test fold; None for that of the study that trained the agent, or 0 for one that
            was not trained.
        folder: of the run; None names one under `default_folder` after what is asked.

    Raises:
        ValueError: an unknown agent, suite or id, an agent that cannot play an id, or weights of
            which nobody says what they have not trained on.
        RunError: the folder holds another run.
    """
    saved = saved_player(Path(agent)) if Path(agent).is_file() else None
    of = chosen_suite(suite_name, ids, saved)
    if saved is None:
        seed = seed or 0
        who = scripted_player(agent, of, seed=seed, max_attempts=max_attempts)
    else:
        who = saved
        seed = _fold_of(agent, who) if seed is None else seed
    if who.seed is not None and of.fold(who.seed) != of.fold(seed):
        raise ValueError(
            f"{agent} was trained by seed {who.seed} of a study; --seed {seed} would test it on "
            f"episodes like those that it was trained on. Leave --seed out."
        )
    keywords = {"max_attempts": max_attempts, **who.keywords}
    if ids:
        cells = cells_of_ids(who, of, ids, keywords, episodes, seed)
    else:
        cells = cells_of_suite(who, of, columns, keywords, episodes, seed)
    record = RunRecord(
        kind="evaluate",
        config={
            "agent": agent,
            "weights": who.digest,
            "cells": {cell.name: {"id": cell.id, **cell.keywords} for cell in cells},
            "episodes": episodes,
        },
        seeds=[seed],
        suites={} if ids else {of.name: of.digest},
    )
    what = "-".join([*ids] or [of.name, *columns])
    folder = folder or default_folder / folder_name(who, what, seed, episodes, max_attempts)
    with Run(folder, record) as run, Progress(console=console, transient=True) as progress:
        task = progress.add_task("episodes", total=episodes * len(cells))
        for cell in cells:
            known = sum(run.done(cell.name, index) for index in range(episodes))
            progress.advance(task, known)
            evaluate(run, cell, who.make, on_rows=lambda rows: progress.advance(task, len(rows)))
    report(folder, console)


def _fold_of(agent: str, who: Player) -> int:
    """Return the seed of the fold that weights have not trained on."""
    if who.seed is None:
        raise ValueError(
            f"{agent} lies in no folder of a study, so nobody says which fold it was not trained "
            f"on, and others hold what it knows by heart. Name the seed of its study by --seed."
        )
    return who.seed


def chosen_suite(name: str | None, ids: Sequence[str], who: Player | None = None) -> Suite:
    """Return the suite that is asked for, or else the one of the task that is played.

    Args:
        ids: that are played, if any.
        who: plays, None for somebody who plays any task and sees nothing.

    Raises:
        ValueError: for an unknown suite or id.
    """
    if name is not None:
        return suite(name)
    task = who.task if who is not None else None
    if task is None:
        task = task_of(ids[0]).name if ids else DEFAULT_TASK
    return suite_of(task, seen=who is not None and who.sees)


def folder_name(who: Player, what: str, seed: int, episodes: int, max_attempts: int) -> str:
    """Return a name for a run's folder where none is given, of no odd characters and not long."""
    name = f"evaluate-{who.name}-{what}-seed{seed}-{episodes}x{max_attempts}"
    name = re.sub(r"[^\w.-]+", "_", name)
    if len(name) <= MOST_CHARACTERS:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:12]
    return f"{name[: MOST_CHARACTERS - 13]}-{digest}"


def cells_of_suite(
    who: Player,
    of: Suite,
    columns: Sequence[str],
    keywords: dict[str, Any],
    episodes: int,
    seed: int,
) -> list[Cell]:
    """Return a cell for each column; all columns share their seeds.

    Args:
        columns: none for all that the player plays.

    Raises:
        ValueError: the player plays another task, or none of these columns.
    """
    _check_task(who, of.task, f"--suite {of.name}")
    interface = who.interface or ""
    seen = sees_pictures(interface, keywords)
    played = of.columns_for(seen=seen)
    if unknown := set(columns) - set(played):
        raise ValueError(
            f"{who.name} plays no column {', '.join(sorted(unknown))} of {of.name}: expected some "
            f"of {', '.join(played)}."
        )
    seeds = of.episode_seeds(seed, episodes)
    return [
        Cell(
            f"{who.name}/{column}",
            of.id(column, interface),
            {**of.keywords(column, seed, seen=seen), **keywords},
            seeds,
        )
        for column in (columns or played)
    ]


def cells_of_ids(
    who: Player, of: Suite, ids: Sequence[str], keywords: dict[str, Any], episodes: int, seed: int
) -> list[Cell]:
    """Return a cell for each id, with test seeds of the id's own.

    Raises:
        ValueError: an unknown id, or one that the player cannot play.
    """
    cells = []
    for id in ids:
        task = task_of(id)
        _check_task(who, task.name, id)
        if interface_of(id) not in who.interfaces:
            kinds = " or ".join(name[1:] or "symbolic" for name in who.interfaces)
            raise ValueError(f"{who.name} plays {kinds} ids only; got {id}.")
        seeds = test_seeds(f"{id}/{seed}", episodes)
        asked = {**keywords, **task.held_out(id, of.fold(seed))}
        cells.append(Cell(f"{who.name}/{id}", id, asked, seeds))
    return cells


def _check_task(who: Player, task: str, what: str) -> None:
    if who.task not in (None, task):
        raise ValueError(f"{who.name} plays {who.task}; {what} is of {task}.")
