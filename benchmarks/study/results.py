"""From the folder of a study to its numbers: final rates, paired differences, curves.

All of it is recomputed from the rows on disk, so a table can be made while a study still runs, and
again years later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.records import RunRecord
from benchmarks.runs import RunError, read_episodes, read_json, read_record
from benchmarks.statistics import REPLICATES, Estimate, Observation, paired_difference, rate
from benchmarks.study.jobs import ARMS, POINTS_FILE
from benchmarks.suites import Suite, suite
from benchmarks.tasks import TASKS
from benchmarks.tasks.task import RECOGNITION, Task, shows_shift

REFERENCE = "reference"
"""Stands for the policy of agents that need no learning."""

STAGES = ("init", *ARMS)
DIFFERENCES = (("rl", "sft"), ("rl", "init"), ("sft", "init"))

CURVE_REPLICATES = 2_000


@dataclass(frozen=True)
class Rate:
    """One metric of one arm on one column, at its last checkpoint.

    Attributes:
        seen, new: the same, of the episodes whose like training showed and of those it did not;
            None where there are none, it is not known, or the metric is not the primary one.
    """

    policy: str
    arm: str
    column: str
    metric: str
    estimate: Estimate
    seen: Estimate | None
    new: Estimate | None


@dataclass(frozen=True)
class Difference:
    """`first - second` on one column, on the same episodes of the same seeds."""

    policy: str
    first: str
    second: str
    column: str
    metric: str
    estimate: Estimate


@dataclass(frozen=True)
class CurvePoint:
    """The primary metric of one checkpoint of one arm on one column.

    `flops` is a mean over seeds and counts the init.
    """

    policy: str
    arm: str
    point: int
    column: str
    flops: float
    estimate: Estimate


@dataclass(frozen=True)
class SeverityPoint:
    """The primary metric of one arm, at its last checkpoint, at one severity of one axis.

    At severity 0 it is that of the same episodes with plain pictures.
    """

    policy: str
    arm: str
    axis: str
    severity: int
    estimate: Estimate


@dataclass(frozen=True)
class Results:
    """All that a study found.

    Attributes:
        columns: of the tables; those of `axes` are points of curves.
        axes: of what severities are, and for each of them the column it is measured on.
        rates: of every column; of agents that say what they see, their recognition among them.
        differences: of every column, on `axes` those of the primary metric.
        retained: policies whose init has seen the rules that are compared.
        curves, severities: of the primary metric.
    """

    record: RunRecord
    task: Task
    columns: tuple[str, ...]
    axes: Mapping[str, Mapping[int, str]]
    policies: tuple[str, ...]
    retained: frozenset[str]
    rates: list[Rate]
    differences: list[Difference]
    curves: list[CurvePoint]
    severities: list[SeverityPoint]

    def rate(self, policy: str, arm: str, column: str, metric: str | None = None) -> Rate | None:
        """Return one cell of a table, by default of the primary metric's; None if not measured."""
        wanted = (policy, arm, column, metric or self.task.metric)
        return next(
            (r for r in self.rates if (r.policy, r.arm, r.column, r.metric) == wanted), None
        )

    def is_primary(self, difference: Difference) -> bool:
        """Whether it is the primary endpoint of its policy; policies that retain have none."""
        place = (difference.first, difference.second, difference.column, difference.metric)
        declared = ("rl", "sft", self.task.shift, self.task.metric)
        return place == declared and difference.policy not in self.retained

    def primary(self) -> list[Difference]:
        """Return the primary endpoint of each policy that has it."""
        return list(filter(self.is_primary, self.differences))

    def plain(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {
            "asked": self.record.asked(),
            "rates": [asdict(rate) for rate in self.rates],
            "differences": [asdict(difference) for difference in self.differences],
            "curves": [asdict(point) for point in self.curves],
            "severities": [asdict(point) for point in self.severities],
        }


@dataclass
class _Cell:
    """One policy, stage, point and column over all seeds, in one metric."""

    played: dict[tuple[int, int], Observation]
    seen: dict[tuple[int, int], bool | None]

    def estimate(self, replicates: int = REPLICATES) -> Estimate:
        return rate(self.played.values(), replicates=replicates)

    def of(self, episodes: Collection[tuple[int, int]]) -> Estimate:
        """Return the estimate over some of the episodes, as those of curves are made."""
        chosen = [self.played[key] for key in sorted(episodes)]
        return rate(chosen, replicates=CURVE_REPLICATES)

    def part(self, seen: bool) -> Estimate | None:
        chosen = [self.played[key] for key, flag in self.seen.items() if flag is seen]
        return rate(chosen) if chosen else None


_Cells = dict[tuple[str, str, int, str, str], _Cell]
"""By policy, stage, point, column and metric."""


def job_folder(folder: Path, policy: str, seed: int) -> Path:
    """Return where the job of a policy and a seed lies in a study's folder."""
    return folder / "jobs" / f"{policy}-seed{seed}"


def load_results(folder: Path) -> Results:
    """Read a study's folder, finished or not.

    Raises:
        RunError: it is not a study's folder.
    """
    record = read_record(folder)
    if record.kind != "study":
        raise RunError(f"{folder} holds a run of kind {record.kind!r}, not a study.")
    of = suite(next(iter(record.suites)))
    task, columns = TASKS[of.task], tuple(of.columns_for(seen=False))
    policies = record.config["policies"]
    cells: _Cells = defaultdict(lambda: _Cell({}, {}))
    flops: dict[tuple[str, str, int], list[float]] = defaultdict(list)
    _read(folder, None, task, cells)
    for policy in policies:
        for seed in record.seeds:
            job = job_folder(folder, policy, seed)
            book = read_json(job / POINTS_FILE) or {"points": {}}
            for done in book["points"].values():
                flops[policy, done["stage"], done["point"]].append(done["flops"])
            _read(job, set(book["points"]), task, cells)
    last = record.config["points"]
    curves = [
        CurvePoint(policy, arm, point, column, sum(spent) / len(spent), estimate)
        for (policy, arm, point), spent in sorted(flops.items())
        for column in record.config["curve_columns"]
        for estimate in [cells[policy, arm, point, column, task.metric].estimate(CURVE_REPLICATES)]
    ]
    return Results(
        record,
        task,
        columns,
        of.axes,
        tuple(policies),
        frozenset(
            name
            for name, asked in policies.items()
            if shows_shift(task, asked.get("init_rules", ()))
        ),
        _rates(cells, task, of, policies, last),
        _differences(cells, task, of, policies, last),
        curves,
        _severities(cells, task, of, policies, last),
    )


def _severities(
    cells: _Cells, task: Task, of: Suite, policies: Iterable[str], last: int
) -> list[SeverityPoint]:
    """Return the curves over severities of the policies that have them."""
    found = []
    for policy in policies:
        for arm in STAGES:
            point = last if arm in ARMS else 0
            for axis, columns in of.axes.items():
                measured = {
                    severity: cells[place]
                    for severity, column in sorted(columns.items())
                    for place in [(policy, arm, point, column, task.metric)]
                    if place in cells
                }
                if len(measured) < len(columns):
                    continue
                shared = set.intersection(*(set(cell.played) for cell in measured.values()))
                found += [
                    SeverityPoint(policy, arm, axis, severity, cell.of(shared))
                    for severity, cell in measured.items()
                    if shared
                ]
    return found


def _rates(cells: _Cells, task: Task, of: Suite, policies: Iterable[str], last: int) -> list[Rate]:
    """Return every measured cell of the tables."""
    arms = [(REFERENCE, arm) for arm in task.references]
    arms += [(policy, arm) for policy in policies for arm in STAGES]
    found = []
    for policy, arm in arms:
        for column in of.columns:
            for metric in (*task.metrics, RECOGNITION):
                cell = cells.get((policy, arm, last if arm in ARMS else 0, column, metric))
                if cell is not None:
                    estimate = cell.estimate(_replicates(of, column))
                    parts = None, None
                    if metric == task.metric and of.columns[column].severity is None:
                        parts = cell.part(True), cell.part(False)
                    found.append(Rate(policy, arm, column, metric, estimate, *parts))
    return found


def _differences(
    cells: _Cells, task: Task, of: Suite, policies: Iterable[str], last: int
) -> list[Difference]:
    """Return every difference of two arms that played the same episodes."""
    found = []
    for policy in policies:
        for first, second in DIFFERENCES:
            for column, about in of.columns.items():
                metrics = tuple(task.metrics) if about.severity is None else (task.metric,)
                for metric in metrics:
                    ends = [
                        cells.get((policy, arm, last if arm in ARMS else 0, column, metric))
                        for arm in (first, second)
                    ]
                    if ends[0] and ends[1] and ends[0].played.keys() & ends[1].played.keys():
                        estimate = paired_difference(
                            ends[0].played,
                            ends[1].played,
                            replicates=_replicates(of, column),
                        )
                        found.append(Difference(policy, first, second, column, metric, estimate))
    return found


def _replicates(of: Suite, column: str) -> int:
    """Return how often a column's episodes are redrawn: less for points of curves."""
    return REPLICATES if of.columns[column].severity is None else CURVE_REPLICATES


def _read(folder: Path, finished: set[str] | None, task: Task, cells: _Cells) -> None:
    """Sort a folder's rows into cells; `finished` names the points that count, None for all."""
    for row in read_episodes(folder):
        policy, seed, stage, point, column = row.cell.split("/")
        if finished is not None and f"{stage}/{point}" not in finished:
            continue
        key = (int(seed), row.episode_seed)
        values = {metric: row.value(metric) for metric in task.metrics}
        if row.metrics and RECOGNITION in row.metrics:
            values[RECOGNITION] = row.metrics[RECOGNITION]
        for metric, value in values.items():
            cell = cells[policy, stage, int(point), column, metric]
            cell.played[key] = Observation(int(seed), row.cluster, value)
            cell.seen[key] = row.seen
