"""Reading the runs that are compared, and refusing those that cannot be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.completeness import Missing, missing_of_evaluation
from benchmarks.records import Episode, RunRecord
from benchmarks.runs import EPISODES_FILE, RunError, read_episodes, read_record
from benchmarks.suites import SUITES
from benchmarks.tasks import task_of
from benchmarks.tasks.task import EvaluatedTask

MOST_RUNS = 26
"""That are compared at once; of more, a table has hundreds of pairs."""

# Keywords that follow from who plays; all others should be the same.
_OF_THE_PLAYER = ("images", "image_size", "split", "fold")


@dataclass(frozen=True)
class Played:
    """What came of one episode.

    Attributes:
        digest: of the hand or route.
        cluster: the unit that intervals resample.
        value: of the metric that is compared, in [0, 1].
    """

    digest: str
    cluster: str
    value: float


Column = Mapping[int, Played]
"""What was played in a column, by episode seed."""


@dataclass(frozen=True)
class LoadedRun:
    """A run of `evaluate`.

    Attributes:
        label: who played; the folder's name too, where several runs are of one player.
        columns: by name; of runs of ids the ids.
        keywords: of each column.
    """

    folder: Path
    label: str
    record: RunRecord
    task: EvaluatedTask
    columns: Mapping[str, Column]
    keywords: Mapping[str, Mapping[str, Any]]
    missing: Missing


def load_runs(folders: Sequence[Path], metric: str) -> list[LoadedRun]:
    """Return runs that can be compared.

    Args:
        metric: of the episodes, "success" or another of their task.

    Raises:
        RunError: one of them is no run of `evaluate`, or is damaged.
        ValueError: there are fewer than two or too many of them, one is named twice, or they are of
            different suites, digests or tasks.
    """
    if not 2 <= len(folders) <= MOST_RUNS:
        raise ValueError(f"2 to {MOST_RUNS} runs are compared at once; got {len(folders)}.")
    twice = [path for path, count in Counter(map(Path.resolve, folders)).items() if count > 1]
    if twice:
        raise ValueError(f"{twice[0]} is named twice; a run is compared with other runs.")
    runs = [_load(folder, metric) for folder in folders]
    first = runs[0]
    for other in runs[1:]:
        _check_same(first, other)
    names = Counter(run.label for run in runs)
    return [
        run if names[run.label] == 1 else replace(run, label=f"{run.label} ({run.folder.name})")
        for run in runs
    ]


def headline_columns(run: LoadedRun) -> list[str]:
    """Return the columns that are compared unless others are asked for.

    Of a suite of ours, controls and single severities of the look are left out: the more columns,
    the less is called a difference in any of them.
    """
    of = SUITES.get(next(iter(run.record.suites), ""))
    if of is None:
        return list(run.columns)
    return [
        name
        for name in run.columns
        if name not in of.columns
        or not (of.columns[name].control or of.columns[name].severity is not None)
    ]


def common_episodes(runs: Sequence[LoadedRun], column: str) -> list[int]:
    """Return the episode seeds of a column that all runs have played.

    Raises:
        ValueError: an episode seed dealt different hands or routes.
    """
    played = [run.columns.get(column, {}) for run in runs]
    seeds = sorted(set.intersection(*map(set, played)))
    for run, other in zip(runs[1:], played[1:]):
        for seed in seeds:
            if other[seed].digest != played[0][seed].digest:
                raise ValueError(
                    f"Episode seed {seed} of {column} dealt {played[0][seed].digest} in "
                    f"{runs[0].folder} and {other[seed].digest} in {run.folder}: the runs are of "
                    f"different versions of the environment. Play one of them again."
                )
    return seeds


def different_settings(runs: Sequence[LoadedRun], columns: Sequence[str]) -> list[str]:
    """Return a line for each run whose keywords differ from those of the first."""
    lines = []
    for run in runs[1:]:
        found: dict[str, None] = {}
        for column in columns:
            mine, theirs = (one.keywords.get(column, {}) for one in (run, runs[0]))
            for name in sorted(mine.keys() | theirs.keys()):
                if name not in _OF_THE_PLAYER and mine.get(name) != theirs.get(name):
                    told = f"{name}={mine.get(name)!r} and not {theirs.get(name)!r}"
                    found.setdefault(told)
        if found:
            lines.append(f"{run.label} played with {', '.join(found)}, as {runs[0].label} did.")
    return lines


def _load(folder: Path, metric: str) -> LoadedRun:
    record = read_record(folder)
    if record.kind != "evaluate":
        raise RunError(f"{folder} is a run of {record.kind}; only runs of evaluate are compared.")
    who: dict[str, None] = {}
    columns: dict[str, dict[int, Played]] = {}
    task, rows = None, []
    for row in read_episodes(folder):
        name, _, column = row.cell.rpartition("/")
        who.setdefault(name)
        task = task or task_of(row.id)
        value = _value(folder, row, metric, task)
        columns.setdefault(column, {})[row.episode_seed] = Played(row.digest, row.cluster, value)
        rows.append(row.model_copy(update={"replies": None, "actions": None}))
    if task is None:
        raise RunError(f"{folder} has no finished episode in {EPISODES_FILE}; nothing to compare.")
    keywords = {
        cell.rpartition("/")[2]: {name: value for name, value in told.items() if name != "id"}
        for cell, told in (record.config.get("cells") or {}).items()
    }
    missing = missing_of_evaluation(record, rows)
    return LoadedRun(folder, next(iter(who)), record, task, columns, keywords, missing)


def _value(folder: Path, row: Episode, metric: str, task: EvaluatedTask) -> float:
    if metric not in task.metrics:
        raise ValueError(
            f"{folder}: {task.name} has no metric {metric!r}: expected {', '.join(task.metrics)}."
        )
    try:
        return row.value(metric)
    except ValueError as error:
        raise RunError(f"{folder / EPISODES_FILE}: {error}") from error


def _check_same(first: LoadedRun, other: LoadedRun) -> None:
    """Raise a ValueError where two runs are not of the same suite and task."""
    if first.record.suites != other.record.suites:
        mine, theirs = (_suites(run.record) for run in (first, other))
        raise ValueError(
            f"{first.folder} is of {mine} and {other.folder} of {theirs}. Only runs of the same "
            f"suite and digest are compared: play one of them again."
        )
    if first.task.name != other.task.name:
        raise ValueError(
            f"{first.folder} is of {first.task.name} and {other.folder} of {other.task.name}. Only "
            f"runs of the same task are compared."
        )


def _suites(record: RunRecord) -> str:
    told = [f"suite {name} (digest {digest})" for name, digest in record.suites.items()]
    return ", ".join(told) or "single ids"
