"""Inits alone: `python -m benchmarks.study.init [SEED]` trains and measures that of a preset.

It says what training took in CPU time, also as a multiple of a fixed loop by which machines and
days are compared, and how much it can do on each column, in the metric that the init is stopped by.
Of several, such as `--suite virl-l --inits grid-answers/lm,grid/lm-working`, the later ones are
compared with the first on the episodes that both played; `--flops 1e12` trains each for that
compute, whatever it can do, and `--competence 0.5` until it can do so much on validation.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.commands import arguments
from benchmarks.commands.arguments import RUNS
from benchmarks.consoles import reported_errors, say
from benchmarks.significance import difference_test
from benchmarks.speed.rows import calibration
from benchmarks.statistics import Estimate, rate
from benchmarks.study.cells import Played
from benchmarks.study.endpoints import differences
from benchmarks.study.folder import job_folder
from benchmarks.study.job import Event, Job
from benchmarks.study.loaded import read_cells
from benchmarks.study.points import read_looks
from benchmarks.study.presets import preset_named
from benchmarks.study.timing import Spent, read_times
from benchmarks.study.worker import run_job
from benchmarks.suites import SUITES
from benchmarks.tables import percent

Tell = Callable[[str], None]

NEVER = 2.0
"""A competence that no init reaches."""


def job_of(
    folder: Path,
    suite: str,
    preset: str,
    policy: str,
    seed: int,
    flops: float | None = None,
    columns: Collection[str] = (),
    competence: float | None = None,
) -> Job:
    """Return the job of an init.

    Args:
        flops: its compute; None stops it as the preset does.
        columns: that are measured, of the preset's own; none for all.
        competence: stops it where validation reaches this share, in place of the preset's.

    Raises:
        ValueError: there is no such preset, policy or column.
    """
    of = preset_named(preset, suite).with_policies([policy])
    settings = of.policies[policy].model_copy(update={"arms": {}})
    if competence is not None:
        settings = settings.model_copy(update={"competence": competence})
    if flops is not None:
        # One look is enough where nothing depends on it.
        equal = {"competence": NEVER, "init_flops": flops, "check_flops": flops}
        settings = settings.model_copy(update=equal)
    known = of.applied(SUITES[suite]).columns
    if unknown := set(columns) - set(known):
        raise ValueError(
            f"{preset} of {suite} has no column {', '.join(sorted(unknown))}: expected some of "
            f"{', '.join(known)}."
        )
    measured = {name: known[name] for name in known if not columns or name in columns}
    alone = of.model_copy(
        update={"name": "init", "policies": {policy: settings}, "columns": measured}
    )
    return Job(alone, SUITES[suite], policy, seed, job_folder(folder, policy, seed))


def init_alone(job: Job, tell: Tell) -> None:
    """Train and measure an init; tell each look at it as it comes, and what it can do at the end.

    A folder that holds it already is measured and not trained again.
    """
    loop, began = calibration(), time.process_time()
    before = _trained_seconds(job)
    trained_before = (job.folder / "init.pt").exists()
    noun = job.task.noun

    def looked(flops: float, value: float) -> None:
        tell(f"{job.name}, {flops:.2e} FLOPs: {percent(value)} % on validation {noun}")

    def hear(event: Event) -> None:
        if "validation" in event.rates:
            looked(event.flops, event.rates["validation"][0])

    for flops, value in read_looks(job.folder, job.task.competence):
        looked(flops, value)
    run_job(job, hear)
    seconds = time.process_time() - began
    if not trained_before:
        trained, loop = _trained_seconds(job), min(loop, calibration())
        # What earlier sessions trained is none of this one's time.
        seconds -= max(0.0, trained - before)
        tell(
            f"trained in {trained / 60:.1f} CPU minutes, {trained / loop:.0f} times the fixed "
            f"loop, which takes {loop:.2f} s here"
        )
    tell(f"all else took {seconds / 60:.1f} CPU minutes")
    for column, cell in played_by(job).items():
        tell(f"{column}: {_told(rate(cell.values()))}")


def _trained_seconds(job: Job) -> float:
    """Return the CPU seconds that an init has been trained for, in all sessions."""
    return read_times(job.folder).get("init", Spent()).cpu_seconds


def played_by(job: Job) -> dict[str, Played]:
    """Return what came of an init's episodes by column, in the metric that it is stopped by."""
    return {
        column: cell.played
        for (_, _, _, column, metric), cell in read_cells(job).items()
        if metric == job.task.competence
    }


def compare(first: Job, second: Job, tell: Tell) -> None:
    """Tell how two measured inits differ on the episodes that both played."""
    base = played_by(first)
    for column, cell in played_by(second).items():
        test = difference_test(differences([(cell, base[column])]))
        tell(
            f"{column}: {second.policy} - {first.policy} {_told(test.estimate)}, "
            f"p {test.p_value:.4f}"
        )


def _told(estimate: Estimate) -> str:
    return (
        f"{percent(estimate.value)} % [{percent(estimate.low)}, {percent(estimate.high)}] of "
        f"{estimate.episodes} episodes"
    )


def train_inits(
    seed: int,
    suite: str,
    inits: Sequence[str],
    tell: Tell,
    *,
    flops: float | None = None,
    competence: float | None = None,
    columns: Collection[str] = (),
    out: Path | None = None,
) -> None:
    """Train and measure inits, and compare the later ones with the first.

    Args:
        inits: each a preset and its policy, such as "grid/lm-working".
        flops, competence, columns: see `job_of`.
        out: folder of all of them; None for one in runs/.
        tell: is called with each line, as soon as it is known.

    Raises:
        ValueError: there is no such suite, preset, policy or column, or a number is out of range.
        RunError: a folder holds an init that was asked for otherwise, is in use or damaged.
    """
    if suite not in SUITES:
        raise ValueError(f"Unknown suite {suite!r}: expected one of {', '.join(SUITES)}.")
    if flops is not None and competence is not None:
        raise ValueError("flops trains whatever an init can do; give it or competence, not both.")
    if flops is not None and not 0 < flops < math.inf:
        raise ValueError(f"flops: expected a number above 0; got {flops}.")
    if competence is not None and not 0 < competence <= 1:
        raise ValueError(f"competence: expected a share above 0, at most 1; got {competence}.")
    folder = RUNS / f"init-{suite}" if out is None else out
    if flops is not None:
        folder /= f"{flops:.2e}" if float(f"{flops:.2e}") == flops else f"{flops}"
    if competence is not None:
        folder /= f"competence-{competence}"
    jobs = []
    for name in inits:
        preset, _, policy = name.partition("/")
        jobs.append(
            job_of(folder / preset, suite, preset, policy, seed, flops, columns, competence)
        )
    for job in jobs:
        init_alone(job, tell)
    for other in jobs[1:]:
        compare(jobs[0], other, tell)


def main(
    seed: Annotated[int, typer.Argument(min=0, help="Of the init, as in a study.")] = 0,
    suite: Annotated[str, typer.Option(help=f"One of {', '.join(SUITES)}.")] = "gp-l",
    inits: Annotated[
        str, typer.Option(help="Each a preset and its policy, split by commas.")
    ] = "grid/lm-working",
    flops: Annotated[
        float | None,
        typer.Option(help="Compute of each init, in place of its preset's stop."),
    ] = None,
    competence: Annotated[
        float | None, typer.Option(help="Share at which each init stops, in place of its preset's.")
    ] = None,
    columns: Annotated[
        str | None, typer.Option(help="To measure, split by commas; all by default.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder; by default runs/init-SUITE.")] = None,
) -> None:
    """Train and measure inits alone; the same command resumes."""
    import torch

    torch.set_num_threads(1)
    console = Console()
    with reported_errors():
        train_inits(
            seed,
            suite,
            arguments.names(inits),
            partial(say, console),
            flops=flops,
            competence=competence,
            columns=arguments.names(columns),
            out=out,
        )


if __name__ == "__main__":
    typer.run(main)
