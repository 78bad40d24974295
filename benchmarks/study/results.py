"""From the folder of a study to its numbers: final rates, paired differences, curves.

All of it is recomputed from the rows on disk, so a table can be made while a study still runs, and
again years later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.completeness import Missing
from benchmarks.records import RunRecord
from benchmarks.statistics import REPLICATES, Estimate, paired_difference
from benchmarks.study.cells import CURVE_REPLICATES, REFERENCE, Cells
from benchmarks.study.folder import described
from benchmarks.study.loaded import Study, load_study
from benchmarks.study.measured import Measured, plain
from benchmarks.study.presets import PolicyPreset
from benchmarks.study.splits import Splits
from benchmarks.suites import Suite
from benchmarks.tasks.task import RECOGNITION, Task, shows_shift

STAGES = ("init", "sft", "rl")
"""Of a policy with the two usual arms; tables and pictures are of these."""
DIFFERENCES = (("rl", "sft"), ("rl", "init"), ("sft", "init"))


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
        splits: columns by parts of their episodes, and what replies tell, of the init and of each
            arm's last point.
        missing: what the study lacks of what was asked.
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
    splits: list[Measured]
    missing: Missing

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
            "status": self.missing.status,
            "missing": list(self.missing.parts),
            "asked": self.record.asked(),
            "rates": [asdict(rate) for rate in self.rates],
            "differences": [asdict(difference) for difference in self.differences],
            "curves": [asdict(point) for point in self.curves],
            "severities": [asdict(point) for point in self.severities],
            "splits": plain(self.splits),
        }


def load_results(folder: Path) -> Results:
    """Read a study's folder, finished or not.

    Raises:
        RunError: it is not a study's folder.
    """
    return study_and_results(folder)[1]


def study_and_results(folder: Path, *, splits: bool = True) -> tuple[Study, Results]:
    """Read a study's folder; return all its rows, and what it found, with or without splits.

    Raises:
        RunError: it is not a study's folder.
    """
    _, preset, of = described(folder)
    last = preset.points
    ends = {name: policy.ends(last).items() for name, policy in preset.policies.items()}
    if not splits:
        study = load_study(folder)
        return study, _results(study, [])
    heard = Splits(preset.task(of), preset.stages, ends)
    study = load_study(folder, heard)
    return study, _results(study, list(heard.numbers()))


def _results(study: Study, splits: list[Measured]) -> Results:
    record, preset, of, task = study.record, study.preset, study.of, study.task
    columns, policies = tuple(of.columns_for(seen=False)), preset.policies
    cells, last = study.cells, preset.points
    curves = [
        CurvePoint(policy, arm, point, column, sum(spent) / len(spent), estimate)
        for (policy, arm, point), spent in sorted(study.flops.items())
        for column in preset.curve_columns
        for cell in [cells.get((policy, arm, point, column, task.metric))]
        if cell is not None
        for estimate in [cell.estimate(CURVE_REPLICATES)]
    ]
    return Results(
        record,
        task,
        columns,
        of.axes,
        tuple(policies),
        frozenset(
            name for name, asked in policies.items() if shows_shift(task, asked.init_rules or ())
        ),
        _rates(cells, task, of, policies, last),
        _differences(cells, task, of, policies, last),
        curves,
        _severities(cells, task, of, policies, last),
        splits,
        study.missing,
    )


def _severities(
    cells: Cells, task: Task, of: Suite, policies: Mapping[str, PolicyPreset], last: int
) -> list[SeverityPoint]:
    """Return the curves over severities of the policies that have them."""
    found = []
    for policy in policies:
        for arm, point in policies[policy].ends(last).items():
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


def _rates(
    cells: Cells, task: Task, of: Suite, policies: Mapping[str, PolicyPreset], last: int
) -> list[Rate]:
    """Return every measured cell of the tables."""
    ends = [(REFERENCE, arm, 0) for arm in task.references]
    ends += [(name, *end) for name, policy in policies.items() for end in policy.ends(last).items()]
    found = []
    for policy, arm, point in ends:
        for column in of.columns:
            for metric in (*task.metrics, RECOGNITION):
                cell = cells.get((policy, arm, point, column, metric))
                if cell is not None:
                    estimate = cell.estimate(_replicates(of, column))
                    parts = None, None
                    if metric == task.metric and of.columns[column].severity is None:
                        parts = cell.part(True), cell.part(False)
                    found.append(Rate(policy, arm, column, metric, estimate, *parts))
    return found


def _differences(
    cells: Cells, task: Task, of: Suite, policies: Mapping[str, PolicyPreset], last: int
) -> list[Difference]:
    """Return every difference of two arms that played the same episodes."""
    found = []
    for policy in policies:
        for first, second in DIFFERENCES:
            for column, about in of.columns.items():
                metrics = tuple(task.metrics) if about.severity is None else (task.metric,)
                for metric in metrics:
                    ends = [
                        cells.get((policy, arm, 0 if arm == "init" else last, column, metric))
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
