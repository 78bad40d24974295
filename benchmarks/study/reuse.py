"""Stages that another study has finished, taken over where this one would train the same.

The controls of a grid start from its init, and so do the chosen rates on more seeds.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.records import EXPECTED_MINUTES, RunRecord
from benchmarks.runs import (
    EPISODES_FILE,
    RUN_FILE,
    RunError,
    line_of,
    read_episodes,
    read_record,
    write_json,
)
from benchmarks.study.cells import place_of
from benchmarks.study.folder import described, job_folder
from benchmarks.study.job import Job
from benchmarks.study.points import POINTS_FILE, WEIGHTS, read_book, tells_of
from benchmarks.study.presets import PolicyPreset, Preset
from benchmarks.study.timing import TIMING_FILE, read_times
from benchmarks.suites import Suite
from shiftgym.atomic import write_atomically

_FREE = {"name", "seeds", "columns", "policies"}
"""Fields of a preset that do not change how a stage is trained and measured on a column."""

_FREE_OF_POLICY = {"arms", EXPECTED_MINUTES}


def reuse(job: Job, other: Path) -> list[str]:
    """Begin a job with what another study has finished of it.

    A stage is taken over whole, with its weights, rows and times, where its settings, and those of
    all that comes before it, are equal. Columns that the other study did not measure are measured
    when the job runs.

    Args:
        job: not begun yet; one that has begun stays as it is.
        other: the study's folder.

    Returns:
        The stages that were taken over: none, or the init and perhaps arms.

    Raises:
        RunError: it is not a study's folder, or of another suite.
    """
    preset = check_source(job.suite, other)
    source = replace(job, preset=preset, folder=job_folder(other, job.policy, job.seed))
    if job.folder.exists() or job.policy not in preset.policies:
        return []
    book = read_book(source.folder)
    stages = {} if book is None or not alike(source, job) else _finished(source, job, book)
    if book is not None and stages:
        _take_over(source, job, book, stages)
    return list(stages.values())


def check_source(suite: Suite, other: Path) -> Preset:
    """Return the preset of a study that stages can be taken over from.

    Raises:
        RunError: it is not a study's folder, or of another suite.
    """
    record, preset, _ = described(other)
    if record.suites != {suite.name: suite.digest}:
        raise RunError(
            f"{other} is a study of {', '.join(record.suites)}, and this one is of {suite.name}, "
            f"or the suite has changed since. Name a study of the same suite."
        )
    return preset


def alike(source: Job, job: Job) -> bool:
    """Return whether two jobs train the same init, and measure it alike where both measure it."""
    columns = [one.played.columns for one in (source, job)]
    return (
        source.preset.plain(_FREE) == job.preset.plain(_FREE)
        and _plain(source.settings) == _plain(job.settings)
        and columns[0].items() <= columns[1].items()
    )


def _plain(settings: PolicyPreset) -> dict[str, Any]:
    # As JSON, for that is what the other study's are read from: a pair is a list there.
    return settings.model_dump(mode="json", exclude=_FREE_OF_POLICY)


def _finished(source: Job, job: Job, book: Mapping[str, Any]) -> dict[str, str]:
    """Return the stages that are finished, by their names there, with those that they have here."""
    last = source.preset.points
    done = {
        stage
        for stage, point in source.settings.ends(last).items()
        if f"{stage}/{point}" in book["points"]
        and tells_of(book, stage, last)
        and (source.folder / f"{stage}.pt").exists()
        # Published folders lack these, by which further columns are measured.
        and (source.folder / WEIGHTS / f"{stage}-{point}.pt").exists()
    }
    if "init" not in done:
        return {}
    found = {"init": "init"}
    for name, arm in job.settings.all_arms.items():
        for there, like in source.settings.all_arms.items():
            start = like.start if like.start is None else found.get(like.start, like.start)
            same = like.model_copy(update={"start": start})
            if there in done and same.model_dump(mode="json") == arm.model_dump(mode="json"):
                found.setdefault(there, name)
    return found


def _take_over(source: Job, job: Job, book: Mapping[str, Any], stages: Mapping[str, str]) -> None:
    """Write the folder of a job from that of another one, whole or not at all."""
    partial = job.folder.with_name(f".{job.folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        _write(source, job, partial, book, stages)
        partial.replace(job.folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write(
    source: Job, job: Job, out: Path, book: Mapping[str, Any], stages: Mapping[str, str]
) -> None:
    """Write into a new folder what is taken over."""
    (out / WEIGHTS).mkdir(parents=True)
    points = {
        f"{stages[told['stage']]}/{told['point']}": {**told, "stage": stages[told["stage"]]}
        for told in book["points"].values()
        if told["stage"] in stages
    }
    times, rows = {}, []
    for name, spent in read_times(source.folder).items():
        stage, *at = name.split("/")
        if stage in stages:
            times["/".join([stages[stage], *at])] = spent.model_dump()
    for row in read_episodes(source.folder):
        policy, seed, stage, point, column = place_of(source.folder, row, {job.seed: job.policy})
        if stage in stages and f"{stages[stage]}/{point}" in points:
            cell = f"{policy}/{seed}/{stages[stage]}/{point}/{column}"
            rows.append(line_of(row.model_copy(update={"cell": cell})))
    for there, here in stages.items():
        shutil.copyfile(source.folder / f"{there}.pt", out / f"{here}.pt")
        for file in (source.folder / WEIGHTS).glob(f"{there}-*.pt"):
            point = file.stem.removeprefix(f"{there}-")
            if f"{here}/{point}" in points:
                shutil.copyfile(file, out / WEIGHTS / f"{here}-{point}.pt")
    write_json(out / TIMING_FILE, times)
    write_atomically(out / EPISODES_FILE, b"".join(rows))
    write_json(out / POINTS_FILE, {**book, "points": points})
    # The sessions say which machines and versions the stages are of.
    sessions = read_record(source.folder).sessions
    record: RunRecord = job.record().model_copy(update={"sessions": sessions})
    write_json(out / RUN_FILE, record.model_dump(mode="json"))
