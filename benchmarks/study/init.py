"""Inits alone: `python -m benchmarks.study.init [SEED]` trains and measures that of a preset.

It says what it took in CPU time, beside a fixed loop by which machines are compared, and how much
it can do on each column, in the metric that the init is stopped by. Of several, such as
`--suite virl-l --inits grid-answers/lm grid/lm-working`, the later ones are compared with the first
on the episodes that both played; `--flops 1e12` trains each for that compute, whatever it can do,
and `--competence 0.5` until it can do so much on validation.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path

from benchmarks.commands.arguments import RUNS
from benchmarks.runs import read_json
from benchmarks.significance import difference_test
from benchmarks.speed.rows import calibration
from benchmarks.statistics import Estimate, rate
from benchmarks.study.cells import Played, job_folder, read_cells
from benchmarks.study.frontier import differences
from benchmarks.study.jobs import Event, Job, run_job
from benchmarks.study.points import POINTS_FILE
from benchmarks.study.presets import preset_named
from benchmarks.suites import SUITES

Tell = Callable[[str], None]

NEVER = 2.0
"""A competence that no init reaches."""


def job_of(
    folder: Path,
    suite: str,
    preset: str,
    policy: str,
    seed: int,
    flops: float = 0.0,
    columns: Collection[str] = (),
    competence: float = 0.0,
) -> Job:
    """Return the job of an init.

    Args:
        flops: its compute; 0 stops it as the preset does.
        columns: that are measured, of the preset's own; none for all.
        competence: stops it where validation reaches this share, in place of the preset's.
    """
    of = preset_named(preset, suite).with_policies([policy])
    settings = of.policies[policy].model_copy(update={"arms": {}})
    if competence:
        settings = settings.model_copy(update={"competence": competence})
    if flops:
        # One look is enough where nothing depends on it.
        equal = {"competence": NEVER, "init_flops": flops, "check_flops": flops}
        settings = settings.model_copy(update=equal)
    measured = {
        name: column
        for name, column in of.applied(SUITES[suite]).columns.items()
        if not columns or name in columns
    }
    alone = of.model_copy(
        update={"name": "init", "policies": {policy: settings}, "columns": measured}
    )
    return Job(alone, SUITES[suite], policy, seed, job_folder(folder, policy, seed))


def init_alone(job: Job, tell: Tell) -> None:
    """Train and measure an init; tell each look at it as it comes, and what it can do at the end.

    A folder that holds it already is measured and not trained again.
    """
    began = time.process_time()
    trained_before = (job.folder / "init.pt").exists()
    noun, measured = job.task.noun, job.task.competence

    def looked(flops: float, value: float) -> None:
        tell(f"{job.name}, {flops:.2e} FLOPs: {100 * value:.1f} % on validation {noun}")

    def hear(event: Event) -> None:
        if "validation" in event.rates:
            looked(event.flops, event.rates["validation"][0])

    for look in (read_json(job.folder / POINTS_FILE) or {}).get("validation", {}).values():
        looked(look["flops"], look[measured])
    run_job(job, hear)
    minutes = (time.process_time() - began) / 60
    did = "measured" if trained_before else "trained and measured"
    tell(f"{did} in {minutes:.1f} CPU minutes")
    for column, cell in played_by(job).items():
        tell(f"{column}: {_told(rate(cell.values()))}")


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
        f"{100 * estimate.value:.1f} % [{100 * estimate.low:.1f}, {100 * estimate.high:.1f}] of "
        f"{estimate.episodes} episodes"
    )


def _asked(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    told, *_ = (__doc__ or "").split("\n\n")
    parser = argparse.ArgumentParser(prog="python -m benchmarks.study.init", description=told)
    parser.add_argument("seed", nargs="?", type=int, default=0)
    parser.add_argument("--suite", default="gp-l", choices=list(SUITES))
    parser.add_argument(
        "--inits", nargs="+", default=["grid/lm-working"], help="each a preset and its policy"
    )
    parser.add_argument(
        "--flops", type=float, default=0.0, help="of each init; 0 for what its preset says"
    )
    parser.add_argument(
        "--competence", type=float, default=0.0, help="at which it stops; 0 for the preset's"
    )
    parser.add_argument("--columns", nargs="+", default=[], help="to measure; all by default")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None, tell: Tell = print) -> None:
    """Do what the command line asks.

    Args:
        tell: is called with each line, as soon as it is known.
    """
    asked = _asked(arguments)
    if asked.flops and asked.competence:
        sys.exit("Error: --flops trains whatever an init can do; give it or --competence.")
    folder = RUNS / f"init-{asked.suite}"
    if asked.flops:
        folder /= f"{asked.flops:.2e}"
    if asked.competence:
        folder /= f"competence-{asked.competence:g}"
    names = [name.partition("/")[::2] for name in asked.inits]
    try:
        jobs = [
            job_of(
                folder / preset,
                asked.suite,
                preset,
                policy,
                asked.seed,
                asked.flops,
                asked.columns,
                asked.competence,
            )
            for preset, policy in names
        ]
    except ValueError as error:
        sys.exit(f"Error: {error}")
    tell(f"the fixed loop takes {calibration():.2f} s here")
    for job in jobs:
        init_alone(job, tell)
    for other in jobs[1:]:
        compare(jobs[0], other, tell)


if __name__ == "__main__":
    import torch

    torch.set_num_threads(1)
    main(tell=partial(print, flush=True))
