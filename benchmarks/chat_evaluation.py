"""The command `evaluate --model`: a model behind an endpoint on a suite or on some Text ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from agents.chat import ChatPolicy
from benchmarks.chats import play_chats
from benchmarks.evaluation import cells_of_ids, cells_of_suite, chosen_suite, folder_name
from benchmarks.players import Player
from benchmarks.records import RunRecord
from benchmarks.report import report
from benchmarks.runs import Run


def run_chat_evaluation(
    policy: ChatPolicy,
    *,
    suite_name: str | None,
    columns: Sequence[str] = (),
    ids: Sequence[str],
    episodes: int,
    seed: int,
    max_attempts: int,
    at_once: int,
    images: bool,
    image_size: int | None,
    strict: bool = False,
    folder: Path | None,
    default_folder: Path,
    console: Console,
) -> int:
    """Play what is left of an evaluation, report it, and return how many episodes are owed.

    The arguments are those of `evaluation.run_evaluation`. What decides replies (model, endpoint,
    sampling, pictures) belongs to the run; retries, time-outs and `at_once` may change between
    sittings.

    Args:
        images: whether the cards, or what is in sight, are shown and not told; the suites of
            agents that see always show them.
        image_size: keyword of the environments, None for their own.
        strict: whether a reply that is not in the asked format is unreadable.

    Raises:
        ValueError: an unknown suite or id, one that is not of the Text interface, or an
            `image_size` without images.
        RunError: the folder holds another run.
    """
    of = chosen_suite(suite_name, ids)
    images = images or (bool(of.axes) and not ids)
    who = Player(policy.model, lambda _: policy, interface="-Text")
    keywords: dict[str, Any] = {"max_attempts": max_attempts, **_shown(images, image_size)}
    if strict:
        keywords["strict"] = True
    if ids:
        cells = cells_of_ids(who, of, ids, keywords, episodes, seed)
    else:
        cells = cells_of_suite(who, of, columns, keywords, episodes, seed)
    record = RunRecord(
        kind="evaluate",
        config={
            "model": policy.model,
            "base_url": policy.base_url,
            "sampling": policy.sampling.plain(),
            "cells": {cell.name: {"id": cell.id, **cell.keywords} for cell in cells},
            "episodes": episodes,
        },
        seeds=[seed],
        suites={} if ids else {of.name: of.digest},
    )
    what = "-".join([*ids] or [of.name, *columns]) + "-images" * images + "-strict" * strict
    folder = folder or default_folder / folder_name(who, what, seed, episodes, max_attempts)
    with Run(folder, record) as run, Progress(console=console, transient=True) as progress:
        total = episodes * len(cells)
        known = sum(run.done(cell.name, index) for cell in cells for index in range(episodes))
        task = progress.add_task("episodes", total=total, completed=known)
        owed = play_chats(
            run, cells, policy, at_once=at_once, on_episode=lambda: progress.advance(task)
        )
    if owed.total() < total:
        report(folder, console)
    if owed:
        console.print(_debt(owed, total), markup=False, highlight=False, soft_wrap=True)
    return owed.total()


def _shown(images: bool, size: int | None) -> dict[str, Any]:
    """Return the keywords of environments that show pictures, none for the others."""
    if not images:
        if size is not None:
            raise ValueError("--image-size is of pictures, which are shown with --images only.")
        return {}
    return {"images": True} if size is None else {"images": True, "image_size": size}


def _debt(owed: Counter[str], total: int) -> str:
    """Return what is owed and why, the commonest reasons first."""
    reasons = [f"{count} x {reason}" for reason, count in owed.most_common(5)]
    if len(owed) > len(reasons):
        reasons.append("other reasons in faults.jsonl")
    return (
        f"{owed.total()} of {total} episodes are owed: {'; '.join(reasons)}. They are not scored; "
        f"the same command goes on with them and asks for no reply twice."
    )
