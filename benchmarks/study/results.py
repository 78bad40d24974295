"""From the folder of a study to its numbers: final rates, paired differences, curves.

All of it is recomputed from the rows on disk, so a table can be made while a study still runs, and
again years later.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from benchmarks.completeness import Missing, PointName, missing_of_study
from benchmarks.records import Episode, RunRecord
from benchmarks.runs import EPISODES_FILE, RunError, first_of, read_episodes, read_record
from benchmarks.statistics import REPLICATES, Estimate, Observation, paired_difference, rate
from benchmarks.study.points import read_points
from benchmarks.study.presets import PolicyPreset, Preset
from benchmarks.suites import Suite, suite
from benchmarks.tasks import TASKS
from benchmarks.tasks.task import RECOGNITION, Task, shows_shift

REFERENCE = "reference"
"""Stands for the policy of agents that need no learning."""

STAGES = ("init", "sft", "rl")
"""Of a policy with the two usual arms; tables and pictures are of these."""
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
    preset = _preset_of(folder, record)
    of = preset.applied(suite_of_study(folder, record))
    task, columns = TASKS[of.task], tuple(of.columns_for(seen=False))
    policies = preset.policies
    cells: _Cells = defaultdict(lambda: _Cell({}, {}))
    flops: dict[tuple[str, str, int], list[float]] = defaultdict(list)
    finished: set[PointName] = set()
    _read(folder, None, task, cells)
    for policy in policies:
        for seed in record.seeds:
            job = job_folder(folder, policy, seed)
            points = read_points(job)
            for done in points.values():
                flops[policy, done.stage, done.point].append(done.flops)
                finished.add((policy, seed, done.stage, done.point))
            _read(job, set(points), task, cells)
    last = preset.points
    curves = [
        CurvePoint(policy, arm, point, column, sum(spent) / len(spent), estimate)
        for (policy, arm, point), spent in sorted(flops.items())
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
        missing_of_study(
            preset,
            of,
            task,
            record.seeds,
            finished,
            _episodes(cells, task.metric),
            reference=REFERENCE,
        ),
    )


def suite_of_study(folder: Path, record: RunRecord) -> Suite:
    """Return the suite of a study or a job.

    Raises:
        RunError: run.json names another number of suites than one.
        ValueError: it names one that is not known here.
    """
    if len(record.suites) != 1 or not record.seeds:
        raise RunError(
            f"{folder}: run.json of a study names one suite and at least one seed; got the suites "
            f"{sorted(record.suites)} and {len(record.seeds)} seeds. Restore it, or start in "
            f"another folder."
        )
    return suite(next(iter(record.suites)))


def _preset_of(folder: Path, record: RunRecord) -> Preset:
    try:
        return Preset.model_validate({**record.config, "seeds": len(record.seeds)})
    except ValidationError as error:
        raise RunError(
            f"{folder}: config of run.json is not that of a study this version can read "
            f"({first_of(error)}). Use the version that made it, or restore the file."
        ) from error


def _episodes(cells: _Cells, metric: str) -> dict[tuple[PointName, str], int]:
    """Return how many episodes there are of each point of each seed, by column."""
    counts: Counter[tuple[PointName, str]] = Counter()
    for (policy, stage, point, column, measured), cell in cells.items():
        if measured == metric:
            for seed, _ in cell.played:
                counts[(policy, seed, stage, point), column] += 1
    return counts


def _severities(
    cells: _Cells, task: Task, of: Suite, policies: Mapping[str, PolicyPreset], last: int
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
    cells: _Cells, task: Task, of: Suite, policies: Mapping[str, PolicyPreset], last: int
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
    cells: _Cells, task: Task, of: Suite, policies: Mapping[str, PolicyPreset], last: int
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


def _read(folder: Path, finished: set[str] | None, task: Task, cells: _Cells) -> None:
    """Sort a folder's rows into cells; `finished` names the points that count, None for all."""
    for row in read_episodes(folder):
        policy, seed, stage, point, column = _place(folder, row)
        if finished is not None and f"{stage}/{point}" not in finished:
            continue
        key = (seed, row.episode_seed)
        try:
            values = {metric: row.value(metric) for metric in task.metrics}
        except ValueError as error:
            raise RunError(f"{folder / EPISODES_FILE}: {error}") from error
        if row.metrics and RECOGNITION in row.metrics:
            values[RECOGNITION] = row.metrics[RECOGNITION]
        for metric, value in values.items():
            cell = cells[policy, stage, point, column, metric]
            cell.played[key] = Observation(seed, row.cluster, value)
            cell.seen[key] = row.seen


def _place(folder: Path, row: Episode) -> tuple[str, int, str, int, str]:
    """Return the policy, seed, stage, point and column of a row."""
    try:
        policy, seed, stage, point, column = row.cell.split("/")
        return policy, int(seed), stage, int(point), column
    except ValueError:
        raise RunError(
            f"{folder}: episode {row.index} is of the cell {row.cell!r}; in a study a cell is "
            f"policy/seed/stage/point/column. Restore the file, or start in another folder."
        ) from None
