"""A whole study: reference agents, then every policy and seed as a process of its own, then tables.

The same command on the same folder goes on where it was cut off, whatever cut it off.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import closing, nullcontext
from functools import cache, partial
from pathlib import Path

from rich.console import Console

from benchmarks.records import Episode, RunRecord
from benchmarks.report import report
from benchmarks.rollouts import Cell, evaluate
from benchmarks.runs import Run, RunError
from benchmarks.statistics import Observation
from benchmarks.study.board import Board
from benchmarks.study.cells import REFERENCE
from benchmarks.study.engines import AT_ONCE, ENGINES, make_engine, run_jobs
from benchmarks.study.folder import job_folder
from benchmarks.study.job import Job, live
from benchmarks.study.learners.device import usable_device
from benchmarks.study.plan import measured_pace, plan
from benchmarks.study.position import position
from benchmarks.study.presets import Preset
from benchmarks.study.reuse import check_source, reuse
from benchmarks.study.worker import run_job
from benchmarks.suites import Suite
from benchmarks.tasks.task import MAX_ATTEMPTS, MakeAgent, Task
from shiftgym.sanitize import for_terminal
from virl_env.variants import TASK as STREETS


def run_study(
    preset: Preset,
    suite: Suite,
    folder: Path,
    *,
    seeds: Sequence[int],
    workers: int | None,
    console: Console,
    only: Collection[int] | None = None,
    engine: str = "local",
    other: Path | None = None,
) -> None:
    """Run or resume a study and report it.

    Args:
        seeds: of the study; seed i is tested on the hands or routes of fold i.
        workers: jobs at a time, None for the engine's default; 0 runs them one after the other in
            this process.
        only: the seeds whose jobs run now, None for all; the others are left for another command.
        engine: where jobs run, see `make_engine`.
        other: folder of a study whose finished stages are taken over, see `reuse`.

    Raises:
        RunError: the folder holds a study of another configuration or is in use, a job failed, or
            `other` is no study of this suite.
        ImportError, ValueError: as of `make_engine`.
    """
    now = [seed for seed in seeds if only is None or seed in only]
    jobs = [
        Job(preset, suite, policy, seed, job_folder(folder, policy, seed))
        for seed in now
        for policy in preset.policies
    ]
    record = RunRecord(
        kind="study",
        config=preset.plain(exclude={"seeds"}),
        seeds=list(seeds),
        suites={suite.name: suite.digest},
    )
    if engine not in ENGINES:
        raise ValueError(f"--engine {engine} is unknown: expected {' or '.join(ENGINES)}.")
    if other is not None and other.resolve() == folder.resolve():
        raise RunError(f"{other} is the study itself: --reuse takes over from another one.")
    if other is not None:
        check_source(suite, other)  # for its errors, before a folder is made
    if engine == "local":  # Machines of a cluster have devices of their own.
        for policy in preset.policies.values():
            usable_device(policy.device)
    with Run(folder, record) as run:
        if other is not None:
            for job in (one for one in jobs if not one.folder.exists()):
                told = taken_over(job, other)
                console.print(for_terminal(told), soft_wrap=True, highlight=False, markup=False)
        pace, positions = measured_pace(), {job.name: position(job) for job in jobs}
        done = {name: place.fraction for name, place in positions.items()}
        if workers is None and engine == "local":
            workers = jobs_at_once(preset, suite)
        elsewhere = None if workers == 0 else make_engine(engine, workers)
        at_once = 1 if elsewhere is None else elsewhere.workers
        board = Board(console, jobs, at_once, pace=pace, done=done)
        for line in plan(preset, suite, now, folder, positions, board.time_left()):
            console.print(line, soft_wrap=True, highlight=False, markup=False)
        with closing(elsewhere) if elsewhere else nullcontext(), board:
            for seed in now:
                _play_references(run, preset.applied(suite), preset, seed, board)
            if elsewhere is None:
                for job in jobs:
                    run_job(job, partial(board.hear, job))
            else:
                run_jobs(jobs, elsewhere, board)
        report(folder, console, brief=True)


def jobs_at_once(preset: Preset, suite: Suite) -> int:
    """Return how many jobs run on this machine if nobody says, so that they have 4 GB at most.

    A learner that sees streets keeps its pictures, and comes to 3 GB.
    """
    seen = any(policy.sees for policy in preset.policies.values())
    return 1 if seen and suite.task == STREETS else AT_ONCE


def taken_over(job: Job, other: Path) -> str:
    """Begin a job with what another study has finished of it; say what that was."""
    if stages := reuse(job, other):
        return f"{job.name}: {', '.join(stages)} taken over from {other}."
    return (
        f"{job.name}: nothing taken over from {other}. Its init is missing there, is trained or "
        "measured with other settings, or is kept without its weights."
    )


def _play_references(run: Run, suite: Suite, preset: Preset, seed: int, board: Board) -> None:
    """Play the agents that need no learning on a seed's test episodes."""
    task = preset.task(suite)
    for name in task.references:
        make = _reference(task, name, seed, suite)
        rates = {}
        for column in suite.columns_for(seen=False):
            rows: list[Episode] = []
            cell = Cell(
                f"{REFERENCE}/{seed}/{name}/0/{column}",
                suite.id(column),
                {**suite.keywords(column, seed), "max_attempts": MAX_ATTEMPTS},
                suite.episode_seeds(seed, preset.curve_episodes),
            )
            evaluate(run, cell, make, on_rows=rows.extend)
            if rows:
                rates[column] = live(
                    Observation(seed, row.cluster, row.value(task.metric)) for row in rows
                )
        if rates:
            board.say(f"{name} seed {seed}", rates)


def _reference(task: Task, name: str, seed: int, suite: Suite) -> MakeAgent:
    """Return what makes an agent that needs no learning.

    Nothing is prepared before the first episode that is left to play: the nearest-neighbour
    baseline reads thousands of demonstrations.
    """
    given = {"seed": seed, "fold": suite.fold(seed), "game": suite.game}
    made = cache(partial(task.reference, name, max_attempts=MAX_ATTEMPTS, **given))
    return lambda env: made()(env)
