"""What came of an evaluation: a line for each of its cells, a table for each of its tasks."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.records import Episode
from benchmarks.statistics import Observation, rate
from benchmarks.tables import Table, interval, percent
from benchmarks.tasks import task_named, task_of
from benchmarks.tasks.task import RECOGNITION, SUCCESS, EvaluatedTask

IN_FORMAT = "in_format"
"""The share of replies that kept to the asked format, where text was played."""

MISREAD = "misread"
"""The share of attempts of a model that sees whose reply reports what is not in the picture."""


@dataclass(frozen=True)
class CellSummary:
    """What came of one cell of an evaluation.

    Attributes:
        success, low, high: share of episodes with its 95 % interval over clusters, see
            `statistics.rate`.
        malformed: mean over episodes, see `Task.malformed`.
        mean_return: sum of rewards, the mean over episodes.
        clusters: number of distinct hands or routes.
        metrics: means over episodes of what the task measures beside success, and of what was
            seen and of replies in the asked format, where they are known.
        intervals: 95 % intervals of the task's metrics among these, made as that of success.
    """

    task: str
    cell: str
    success: float
    low: float
    high: float
    malformed: float
    mean_return: float
    episodes: int
    clusters: int
    metrics: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]


def summarise(rows: Iterable[Episode]) -> list[CellSummary]:
    """Return a summary of each cell, in order of appearance."""
    cells: dict[str, list[Episode]] = defaultdict(list)
    for row in rows:
        cells[row.cell].append(row)
    summaries = []
    for name, episodes in cells.items():
        count = len(episodes)
        task = task_of(episodes[0].id)
        rates = {
            metric: rate(Observation(0, row.cluster, row.value(metric)) for row in episodes)
            for metric in task.metrics
        }
        success = rates.pop(SUCCESS)
        malformed = sum(task.share_malformed(row.outcomes) for row in episodes)
        summaries.append(
            CellSummary(
                task=task.name,
                cell=name,
                success=success.value,
                low=success.low,
                high=success.high,
                malformed=malformed / count,
                mean_return=sum(sum(row.rewards) for row in episodes) / count,
                episodes=count,
                clusters=success.clusters,
                metrics={metric: one.value for metric, one in rates.items()}
                | _in_format(episodes)
                | _seen(episodes),
                intervals={metric: (one.low, one.high) for metric, one in rates.items()},
            )
        )
    return summaries


def _in_format(episodes: Sequence[Episode]) -> dict[str, float]:
    """Return the mean share of replies in the asked format, where every row tells it."""
    shares = [row.in_format for row in episodes if row.in_format is not None]
    return {IN_FORMAT: sum(shares) / len(shares)} if len(shares) == len(episodes) else {}


def _seen(episodes: Sequence[Episode]) -> dict[str, float]:
    """Return how image-based agents take their pictures, as far as they say."""
    seen = {}
    read = [row.metrics[RECOGNITION] for row in episodes if RECOGNITION in (row.metrics or {})]
    if read:
        seen[RECOGNITION] = sum(read) / len(read)
    if episodes[0].keywords.get("images"):
        shares = [
            sum(outcome.startswith("misread_") for outcome in row.outcomes)
            / max(1, len(row.outcomes))
            for row in episodes
        ]
        seen[MISREAD] = sum(shares) / len(shares)
    return seen


def evaluation_tables(cells: Sequence[CellSummary]) -> list[Table]:
    """Return a table for each task, one line a cell.

    Replies that could not be read are shown apart from wrong ones.
    """
    names = dict.fromkeys(cell.task for cell in cells)
    return [
        _evaluation_table(task_named(name), [cell for cell in cells if cell.task == name])
        for name in names
    ]


def _evaluation_table(task: EvaluatedTask, cells: Sequence[CellSummary]) -> Table:
    others = [metric for metric in task.metrics if metric != SUCCESS]
    seen = [
        name for name in (RECOGNITION, MISREAD, IN_FORMAT) if any(name in c.metrics for c in cells)
    ]
    lines = [
        [
            cell.cell,
            interval(cell.success, cell.low, cell.high),
            *(interval(cell.metrics[metric], *cell.intervals[metric]) for metric in others),
            *(percent(cell.metrics[name]) if name in cell.metrics else "" for name in seen),
            percent(cell.malformed),
            f"{cell.mean_return:+.2f}",
            str(cell.episodes),
            str(cell.clusters),
        ]
        for cell in cells
    ]
    names = [metric.removesuffix("_accuracy") for metric in others]
    titles = [{RECOGNITION: "read", IN_FORMAT: "in format"}.get(name, name) for name in seen]
    header = [SUCCESS, *names, *titles, "malformed"]
    return Table(
        f"Success in percent, 95 % intervals over {task.noun}",
        ["cell", *header, "mean return", "episodes", task.noun],
        lines,
        note=(f"Beside success: {task.beside_success} " if others else "")
        + (f"Read: {task.recognition.lower()} " if RECOGNITION in seen else "")
        + ("Misread: attempts that failed with an outcome misread_... " if MISREAD in seen else "")
        + ("In format: share of replies as the prompt asked for. " if IN_FORMAT in seen else "")
        + f"Malformed: {task.malformed}",
    )


def summary_line(cell: CellSummary, status: str) -> dict[str, Any]:
    """Return a summary as a row of CSV; `status` says whether the run is complete."""
    told = {name: json.dumps(getattr(cell, name)) for name in ("metrics", "intervals")}
    return {**asdict(cell), **told, "run": status}
