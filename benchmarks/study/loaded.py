"""From the folders of studies and jobs to all that was played in them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.completeness import Missing, PointName, missing_of_study
from benchmarks.records import RunRecord
from benchmarks.study.cells import REFERENCE, Cells, Hear, PlayedByArm, add_rows, empty_cells
from benchmarks.study.folder import check_job, described, in_order, job_folder, suite_note
from benchmarks.study.job import Job
from benchmarks.study.points import POINTS_FILE, check_stages, read_points
from benchmarks.study.presets import Preset
from benchmarks.suites import Suite
from benchmarks.tasks.task import Task

Flops = dict[tuple[str, str, int], list[float]]
"""Compute of each seed, by policy, stage and point."""


@dataclass(frozen=True)
class Study:
    """All rows of a study's folder, finished or not.

    Attributes:
        of: the suite as the preset plays it.
        flops: compute of each seed, the init included, by policy, stage and point.
        finished: the points that the jobs have noted as measured.
    """

    folder: Path
    record: RunRecord
    preset: Preset
    of: Suite
    cells: Cells
    flops: Flops
    finished: Set[PointName]

    @property
    def task(self) -> Task:
        """The suite's task, in the metric of the preset."""
        return self.preset.task(self.of)

    @cached_property
    def missing(self) -> Missing:
        """What it lacks of what was asked."""
        counts: Counter[tuple[PointName, str]] = Counter()
        for (policy, stage, point, column, metric), cell in self.cells.items():
            if metric == self.task.metric:
                for seed, _ in cell.played:
                    counts[(policy, seed, stage, point), column] += 1
        return missing_of_study(
            self.preset,
            self.of,
            self.task,
            self.record.seeds,
            self.finished,
            counts,
            reference=REFERENCE,
        )

    @property
    def notes(self) -> list[str]:
        """What is to be known of it before all else, with its folder: none where all is well."""
        missing = f"{self.folder}: {self.missing.headline()}." if self.missing else ""
        return [note for note in (missing, suite_note(self.folder, self.record)) if note]

    def played(self, policy: str) -> PlayedByArm:
        """Return what came of a policy's episodes in the primary metric."""
        return {
            (stage, point, column): cell.played
            for (name, stage, point, column, metric), cell in self.cells.items()
            if name == policy and metric == self.task.metric
        }


def load_study(folder: Path, hear: Hear = lambda place, row: None) -> Study:
    """Read a study's folder.

    Args:
        hear: told of every row of a policy.

    Raises:
        RunError: it is not a study's folder.
    """
    record, preset, of = described(folder)
    read = _read_study(folder, record, preset.policies, preset.task(of), hear)
    for policy, seed, stage, point in read[-1]:
        path = job_folder(folder, policy, seed) / POINTS_FILE
        check_stages(path, [(stage, point)], preset.policies[policy].ends(preset.points))
    return Study(folder, record, preset, of, *read)


def load_studies(
    folders: Iterable[Path], begin: Callable[[Path], object] = lambda _: None
) -> list[Study]:
    """Read studies, in the order in which they count, see `in_order`.

    Args:
        folders: one that is given twice counts once.
        begin: is called with each folder before it is read.

    Raises:
        RunError: one is not a study's folder.
    """
    studies = []
    for folder in in_order({folder.resolve(): folder for folder in folders}.values()):
        begin(folder)
        studies.append(load_study(folder))
    return studies


def read_cells(job: Job) -> Cells:
    """Return the rows of one job in cells."""
    cells = empty_cells()
    add_rows(cells, job.folder, {job.seed: job.policy}, set(read_points(job.folder)), job.task)
    return cells


def _read_study(
    folder: Path,
    record: RunRecord,
    policies: Iterable[str],
    task: Task,
    hear: Hear,
) -> tuple[Cells, Flops, set[PointName]]:
    """Return all rows of a study in cells, the compute of its points, and which are finished.

    Args:
        hear: told of every row of a policy.
    """
    cells = empty_cells()
    flops: Flops = defaultdict(list)
    finished: set[PointName] = set()
    add_rows(cells, folder, dict.fromkeys(record.seeds, REFERENCE), None, task)
    for policy in policies:
        for seed in record.seeds:
            job = job_folder(folder, policy, seed)
            points = read_points(job)
            check_job(job, record, policy, seed)
            for done in points.values():
                flops[policy, done.stage, done.point].append(done.flops)
                finished.add((policy, seed, done.stage, done.point))
            add_rows(cells, job, {seed: policy}, set(points), task, hear)
    return cells, flops, finished
