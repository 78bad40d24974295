"""From the folder of a study to what came of its episodes, by policy, stage, point and column."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from benchmarks.completeness import Missing, PointName, missing_of_study
from benchmarks.records import Episode, RunRecord, first_of
from benchmarks.runs import RUN_FILE, RunError, read_episodes, read_record
from benchmarks.statistics import REPLICATES, Estimate, Observation, rate
from benchmarks.study.job import Job
from benchmarks.study.points import POINTS_FILE, check_stages, read_points
from benchmarks.study.presets import Preset
from benchmarks.suites import Suite, suite
from benchmarks.tasks import TASKS
from benchmarks.tasks.task import RECOGNITION, Task

REFERENCE = "reference"
"""Stands for the policy of agents that need no learning."""

CURVE_REPLICATES = 2_000


@dataclass
class Cell:
    """One policy, stage, point and column over all seeds, in one metric."""

    played: dict[tuple[int, int], Observation]
    seen: dict[tuple[int, int], bool | None]

    def estimate(self, replicates: int = REPLICATES) -> Estimate:
        """Return the rate of all episodes."""
        return rate(self.played.values(), replicates=replicates)

    def of(self, episodes: Collection[tuple[int, int]]) -> Estimate:
        """Return the estimate over some of the episodes, as those of curves are made."""
        chosen = [self.played[key] for key in sorted(episodes)]
        return rate(chosen, replicates=CURVE_REPLICATES)

    def part(self, seen: bool) -> Estimate | None:
        """Return the rate of the episodes whose like training showed, or of the others."""
        chosen = [self.played[key] for key, flag in self.seen.items() if flag is seen]
        return rate(chosen) if chosen else None


Cells = dict[tuple[str, str, int, str, str], Cell]
"""By policy, stage, point, column and metric."""


def job_folder(folder: Path, policy: str, seed: int) -> Path:
    """Return where the job of a policy and a seed lies in a study's folder."""
    return folder / "jobs" / f"{policy}-seed{seed}"


Place = tuple[str, int, str, int, str]
"""Policy, seed, stage, point and column."""

Hear = Callable[[Place, Episode], None]
"""Told of every row that counts, and where it belongs; a ValueError says that a row is damaged."""

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

    def played(self, policy: str) -> dict[tuple[str, int, str], Played]:
        """Return the primary metric of a policy's episodes, by stage, point and column."""
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
    read = read_study(folder, record, preset.policies, preset.task(of), hear)
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


def described(folder: Path) -> tuple[RunRecord, Preset, Suite]:
    """Return what a study's folder says of itself: its suite as its preset plays it.

    Raises:
        RunError: it is not a study's folder.
    """
    record = read_record(folder)
    if record.kind != "study":
        raise RunError(f"{folder} holds a run of kind {record.kind!r}, not a study.")
    preset = _preset_of(folder, record)
    of = preset.applied(suite_of_study(folder, record))
    _check_columns(folder, preset, of)
    return record, preset, of


def _check_columns(folder: Path, preset: Preset, of: Suite) -> None:
    """Refuse a run.json whose metric or columns its suite does not have.

    Raises:
        RunError: it names one.
    """
    task = TASKS[of.task]
    for what, names, known in (
        ("metric", [preset.metric or task.metric], task.metrics),
        ("curve_columns", preset.curve_columns, of.columns),
        ("columns", [task.shift], of.columns),
    ):
        if lacking := [name for name in names if name not in known]:
            raise RunError(
                f"{folder / RUN_FILE}: {what} of {of.name}: expected some of {', '.join(known)}; "
                f"{', '.join(lacking)} is not among them. Restore the file, or start in another "
                "folder."
            )


def in_order(folders: Iterable[Path]) -> list[Path]:
    """Return studies as they count where two have an endpoint: the last one does.

    Chosen arms come behind the grids that they were chosen from, which have fewer seeds; all others
    stay as they are given.

    Raises:
        RunError: one is not a study's folder.
    """
    return sorted(folders, key=lambda folder: described(folder)[1].is_chosen)


def read_study(
    folder: Path,
    record: RunRecord,
    policies: Iterable[str],
    task: Task,
    hear: Hear = lambda place, row: None,
) -> tuple[Cells, Flops, set[PointName]]:
    """Return all rows of a study in cells, the compute of its points, and which are finished.

    Args:
        hear: told of every row of a policy.
    """
    cells: Cells = defaultdict(lambda: Cell({}, {}))
    flops: Flops = defaultdict(list)
    finished: set[PointName] = set()
    _read(folder, dict.fromkeys(record.seeds, REFERENCE), None, task, cells)
    for policy in policies:
        for seed in record.seeds:
            job = job_folder(folder, policy, seed)
            points = read_points(job)
            _check_job(job, record, policy, seed)
            for done in points.values():
                flops[policy, done.stage, done.point].append(done.flops)
                finished.add((policy, seed, done.stage, done.point))
            _read(job, {seed: policy}, set(points), task, cells, hear)
    return cells, flops, finished


def _check_job(job: Path, study: RunRecord, policy: str, seed: int) -> None:
    """Refuse a job of another study; published ones have no run.json.

    Raises:
        RunError: its run.json says other things than that of the study.
    """
    if not (job / RUN_FILE).exists():
        return
    config = {name: value for name, value in study.config.items() if name != "policies"}
    config |= {"policy": policy, "settings": study.config["policies"][policy]}
    expected = RunRecord(kind="job", config=config, seeds=[seed], suites=study.suites)
    if read_record(job).asked() != expected.asked():
        raise RunError(
            f"{job / RUN_FILE} is of another study than that of {job.parent.parent / RUN_FILE}: "
            f"expected a job of {policy}, seed {seed}, with its settings. Put back the folder that "
            f"belongs there, or delete it: the job is then done again."
        )


def read_cells(job: Job) -> Cells:
    """Return the rows of one job in cells."""
    cells: Cells = defaultdict(lambda: Cell({}, {}))
    _read(job.folder, {job.seed: job.policy}, set(read_points(job.folder)), job.task, cells)
    return cells


Played = Mapping[tuple[int, int], Observation]
"""What came of episodes, by seed of the study and episode seed."""


def check_same_init(
    folder: Path,
    known: Mapping[tuple[str, int, str], Played],
    here: Mapping[tuple[str, int, str], Played],
) -> None:
    """Check that a policy's arms in a folder start from the init of those in another study.

    Args:
        known: what that one played, by stage, point and column.
        here: the same of the folder.

    Raises:
        RunError: their inits play otherwise.
    """
    for (stage, point, column), theirs in here.items():
        ours = known.get((stage, point, column), {}) if stage == "init" else {}
        if any(ours[key].value != theirs[key].value for key in ours.keys() & theirs.keys()):
            raise RunError(
                f"{folder}: its init plays otherwise on {column} than that of another study of the "
                f"same seeds, so their arms cannot be compared. Train both on one kind of machine."
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


def suite_note(folder: Path, record: RunRecord) -> str:
    """Return that the suite of a study is another by now, "" where it is not."""
    (name, known), *_ = record.suites.items()
    if (now := suite(name).digest) == known:
        return ""
    return (
        f"{folder}: the suite {name} has changed since (its digest was {known}, and is {now}), so "
        f"these rows are not of what it plays today."
    )


def _preset_of(folder: Path, record: RunRecord) -> Preset:
    try:
        return Preset.model_validate({**record.config, "seeds": len(record.seeds)})
    except ValidationError as error:
        raise RunError(
            f"{folder}: config of run.json is not that of a study this version can read "
            f"({first_of(error)}). Use the version that made it, or restore the file."
        ) from error


def _read(
    folder: Path,
    of: Mapping[int, str],
    finished: set[str] | None,
    task: Task,
    cells: Cells,
    hear: Hear = lambda place, row: None,
) -> None:
    """Sort a folder's rows into cells.

    Args:
        of: the policy of each seed whose rows lie there.
        finished: names the points that count, None for all.
    """
    for row in read_episodes(folder):
        place = policy, seed, stage, point, column = place_of(folder, row, of)
        if finished is not None and f"{stage}/{point}" not in finished:
            continue
        key = (seed, row.episode_seed)
        try:
            values = {metric: row.value(metric) for metric in task.metrics}
            hear(place, row)
        except ValueError as error:
            raise RunError(f"{folder}: {error}.") from error
        if row.metrics and RECOGNITION in row.metrics:
            values[RECOGNITION] = row.metrics[RECOGNITION]
        for metric, value in values.items():
            cell = cells[policy, stage, point, column, metric]
            cell.played[key] = Observation(seed, row.cluster, value)
            cell.seen[key] = row.seen


def place_of(folder: Path, row: Episode, of: Mapping[int, str] | None = None) -> Place:
    """Return the policy, seed, stage, point and column of a row of a folder.

    Args:
        of: the policy of each seed whose rows lie there; None for any.

    Raises:
        RunError: its cell says none, or that of another policy or seed.
    """
    try:
        policy, seed, stage, point, column = row.cell.split("/")
        if of is not None and of.get(int(seed)) != policy:
            told = " or ".join(f"{name} seed {number}" for number, name in of.items())
            raise RunError(
                f"{folder}: episode {row.index} is of {row.cell}; expected rows of {told}. Restore "
                f"the file, or start in another folder."
            )
        return policy, int(seed), stage, int(point), column
    except ValueError:
        raise RunError(
            f"{folder}: episode {row.index} is of the cell {row.cell!r}; in a study a cell is "
            f"policy/seed/stage/point/column. Restore the file, or start in another folder."
        ) from None
