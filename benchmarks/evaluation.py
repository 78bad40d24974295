"""The command `evaluate`: from what is asked to the rows of a run's folder, and a report."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.cells import DEFAULT_EPISODES, cells_of_ids, cells_of_suite
from benchmarks.consoles import say
from benchmarks.live import LiveTable
from benchmarks.options import EvaluationOptions
from benchmarks.players import Player, scripted_player
from benchmarks.records import RunRecord
from benchmarks.runs import Run
from benchmarks.suites import NOTICE, STANDARD, Suite, suite, suite_of
from benchmarks.tasks import bare, task_of
from benchmarks.tasks.task import MAX_ATTEMPTS

MOST_CHARACTERS = 120
"""Of a folder's name; file systems take 255 bytes."""

DEFAULT_TASK = "GeneralPoints"
"""Played where neither a suite, nor ids, nor weights say which."""


def run_evaluation(asked: EvaluationOptions, console: Console) -> int:
    """Play what is left of an evaluation, report it, and return how many episodes are pending.

    Raises:
        ValueError: an unknown agent, suite or id, an agent that cannot play an id, or weights of
            which nobody says what they have not trained on.
        RunError: the folder holds another run.
    """
    of = chosen_suite(asked)
    with closing(player_for(asked, of)) as who:
        if asked.suite is None and who.task is not None:
            of = suite_of(who.task, seen=who.sees)
        seed = _fold_seed(asked, who, of)
        told: list[str] = []
        if asked.ids:
            cells = cells_of_ids(who, of, asked, seed or 0)
        else:
            cells, told = cells_of_suite(who, of, asked, seed)
        record = RunRecord(
            kind="evaluate",
            config={
                **who.recorded(asked.agent),
                "cells": {cell.name: {"id": cell.id, **cell.keywords} for cell in cells},
                "episodes": {cell.name: len(cell.episode_seeds) for cell in cells},
            },
            seeds=[] if seed is None else [seed],
            suites={} if asked.ids else {of.name: of.digest},
        )
        what = "-".join(asked.ids or [of.name, *asked.columns]) + who.suffix
        folder = asked.out or asked.runs / folder_name(who, what, seed, asked)
        if notice := who.notice():
            told.append(notice)
        if of.key and not asked.ids:
            told.append(NOTICE)
        for line in told:
            say(console, line)
        totals = {cell.name: len(cell.episode_seeds) for cell in cells}
        pending: Counter[str] = Counter()
        passes = [folder]
        if asked.repeat > 1:
            passes = [folder / f"pass-{number + 1}" for number in range(asked.repeat)]
        who.resume(passes)
        for part in passes:
            live = LiveTable(console, totals, who.progress)
            with Run(part, record, on_rows=live.add) as run, live:
                pending += who.play(run, cells, live.end)
    # Tables are made of rows, and imported once there are some.
    from benchmarks.report import report

    prices = asked.endpoint.prices if asked.endpoint else None
    for part in passes:
        report(part, console, prices)
    if len(passes) > 1:
        from benchmarks.passes import report_passes

        report_passes(folder, passes, console)
    if pending:
        say(console, _pending(pending, len(passes) * sum(totals.values())))
    return pending.total()


def player_for(asked: EvaluationOptions, of: Suite) -> Player:
    """Return who is asked for: a model, an agent of a module, saved weights or a scripted agent.

    Args:
        of: the suite; scripted agents are those of its task, and models see where its agents do.

    Raises:
        ValueError: there is nobody of this name.
    """
    # Each kind is imported where it plays: a scripted agent needs no torch.
    shown: dict[str, Any] = {
        "images": asked.images or (bool(of.axes) and not asked.ids),
        "image_size": asked.image_size,
        "strict": asked.strict,
    }
    if asked.endpoint is not None:
        from benchmarks.model_player import model_player

        return model_player(asked.endpoint, **shown)
    if asked.local is not None:
        from benchmarks.local_models import local_player

        return local_player(asked.local, **shown)
    agent = str(asked.agent)
    if Path(agent).is_file():
        from benchmarks.weights import saved_player

        return saved_player(Path(agent))
    if ":" in agent:
        from benchmarks.imported_agents import IMPORT_PATH, imported_player

        if IMPORT_PATH.fullmatch(agent):
            return imported_player(agent)
    return scripted_player(
        agent,
        of,
        seed=asked.seed or 0,
        max_attempts=asked.max_attempts or MAX_ATTEMPTS,
    )


def chosen_suite(asked: EvaluationOptions) -> Suite:
    """Return the suite that is asked for, or else the one of the first id or of the card game.

    Raises:
        ValueError: for an unknown suite or id, or a file that is no suite.
    """
    if asked.suite is not None:
        if asked.suite.endswith(".json"):
            from benchmarks.suites.files import read_suite

            return read_suite(Path(asked.suite))
        return suite(asked.suite)
    return suite_of(task_of(bare(asked.ids[0])).name if asked.ids else DEFAULT_TASK)


def folder_name(who: Player, what: str, seed: int | None, asked: EvaluationOptions) -> str:
    """Return a name for a run's folder where none is given, of no odd characters and not long."""
    default = DEFAULT_EPISODES if asked.ids else STANDARD
    size = asked.episodes or asked.size or default
    part = "all" if seed is None else f"seed{seed}"
    name = f"evaluate-{who.name}-{what}-{part}-{size}x{asked.max_attempts or MAX_ATTEMPTS}"
    name = re.sub(r"[^\w.-]+", "_", name)
    if len(name) <= MOST_CHARACTERS:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:12]
    return f"{name[: MOST_CHARACTERS - 13]}-{digest}"


def _fold_seed(asked: EvaluationOptions, who: Player, of: Suite) -> int | None:
    """Return the seed whose fold is played, None for all hands or routes.

    Those that have trained play the fold that their training left out; for others, who have not
    trained here, there is nothing to leave out. Ids are played on a fold in any case.
    """
    seed = asked.seed
    if seed is None and who.digest and who.seed is None:
        raise ValueError(
            f"{asked.agent} lies in no folder of a study, so nobody says which fold it was not "
            f"trained on, and others hold what it knows by heart. Name the seed of its study "
            f"by --seed."
        )
    if seed is None:
        return 0 if asked.ids and who.seed is None else who.seed
    if who.seed is not None and of.fold(who.seed) != of.fold(seed):
        raise ValueError(
            f"{asked.agent} was trained by seed {who.seed} of a study; --seed {seed} would test it "
            f"on episodes like those that it was trained on. Leave --seed out."
        )
    return seed


def _pending(pending: Counter[str], total: int) -> str:
    """Return what is pending and why, the commonest reasons first."""
    reasons = [f"{count} x {reason}" for reason, count in pending.most_common(5)]
    if len(pending) > len(reasons):
        reasons.append("other reasons in faults.jsonl")
    return (
        f"{pending.total()} of {total} episodes are pending: {'; '.join(reasons)}. They are not "
        f"scored; the same command goes on with them and asks for no reply twice."
    )
