"""What the folder of a study says of itself: its suite, preset and order, and which jobs it has."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from benchmarks.records import RunRecord, first_of
from benchmarks.runs import RUN_FILE, RunError, read_record
from benchmarks.study.presets import Preset
from benchmarks.suites import Suite, suite
from benchmarks.tasks import TASKS


def job_folder(folder: Path, policy: str, seed: int) -> Path:
    """Return where the job of a policy and a seed lies in a study's folder."""
    return folder / "jobs" / f"{policy}-seed{seed}"


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


def check_job(job: Path, study: RunRecord, policy: str, seed: int) -> None:
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
