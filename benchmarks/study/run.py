"""A whole study: reference agents, then every policy and seed as a process of its own, then tables.

The same command on the same folder goes on where it was cut off, whatever cut it off.
"""

from __future__ import annotations

import os
import signal
import threading
import time
import traceback
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from functools import cache, partial
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from rich.console import Console

from benchmarks.records import Episode, RunRecord
from benchmarks.report import report
from benchmarks.rollouts import Cell, evaluate
from benchmarks.runs import Run, RunError
from benchmarks.statistics import Observation
from benchmarks.study.board import Board
from benchmarks.study.cells import REFERENCE, job_folder
from benchmarks.study.jobs import Event, Job, live, run_job
from benchmarks.study.plan import measured_pace, plan
from benchmarks.study.position import position
from benchmarks.study.presets import Preset
from benchmarks.suites import Suite
from benchmarks.tasks.task import MAX_ATTEMPTS, MakeAgent, Task

SMALLEST_NEWS = 0.002
"""Share of a job between two reports of its progress."""


def run_study(
    preset: Preset,
    suite: Suite,
    folder: Path,
    *,
    seeds: Sequence[int],
    workers: int,
    console: Console,
    only: Collection[int] | None = None,
) -> None:
    """Run or resume a study and report it.

    Args:
        seeds: of the study; seed i is tested on the hands or routes of fold i.
        workers: jobs at a time; 0 runs them one after the other in this process.
        only: the seeds whose jobs run now, None for all; the others are left for another command.

    Raises:
        RunError: the folder holds a study of another configuration or is in use, or a job failed.
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
    with Run(folder, record) as run:
        pace, positions = measured_pace(), {job.name: position(job) for job in jobs}
        done = {name: place.fraction for name, place in positions.items()}
        board = Board(console, jobs, workers, pace=pace, done=done)
        for line in plan(preset, suite, now, folder, positions, board.time_left()):
            console.print(line, soft_wrap=True, highlight=False, markup=False)
        with board:
            for seed in now:
                _play_references(run, preset.applied(suite), preset, seed, board)
            if workers:
                _run_processes(jobs, workers, board)
            else:
                for job in jobs:
                    run_job(job, partial(board.hear, job))
        report(folder, console, brief=True)


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


def _run_processes(jobs: Sequence[Job], workers: int, board: Board) -> None:
    """Run every job in its own process, `workers` at a time.

    Raises:
        RunError: a job failed; the others are ended, and go on when the study is resumed.
    """
    context = get_context("spawn")
    waiting = list(jobs)
    running: dict[Connection, tuple[Job, BaseProcess]] = {}
    # Each process computes on one core; two with a pool of threads each would fight for them.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with ExitStack() as cleanup:
        cleanup.callback(_end, running)
        while waiting or running:
            while waiting and len(running) < workers:
                job = waiting.pop(0)
                ours, theirs = context.Pipe(duplex=False)
                process: BaseProcess = context.Process(
                    target=_work, args=(job, theirs), name=job.name
                )
                process.start()
                theirs.close()
                running[ours] = (job, process)
            for ready in connection.wait(list(running), timeout=1.0):
                assert isinstance(ready, Connection)
                job, process = running[ready]
                try:
                    cpu, news = ready.recv()
                except EOFError:
                    process.join()
                    del running[ready]
                    if process.exitcode:
                        raise RunError(
                            f"{job.name} ended with exit code {process.exitcode}. The same command "
                            f"resumes the study; what is finished is kept in {job.folder}."
                        ) from None
                    continue
                if isinstance(news, str):
                    raise RunError(f"{job.name} failed:\n{news}")
                board.hear(job, news, cpu)
            board.show()


def _end(running: dict[Connection, tuple[Job, BaseProcess]]) -> None:
    """End what still runs."""
    for _, process in running.values():
        process.terminate()


def _work(job: Job, news: Connection) -> None:
    """Do one job in a process of its own."""
    import torch

    # Ctrl-C reaches the whole group: the parent says what happens then.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with_parent()
    torch.set_num_threads(1)
    told = -1.0

    def send(what: Event | str) -> None:
        news.send((time.process_time(), what))

    def emit(event: Event) -> None:
        nonlocal told
        if event.rates or abs(event.fraction - told) >= SMALLEST_NEWS:
            told = event.fraction
            send(event)

    try:
        run_job(job, emit)
    except (OSError, RunError) as error:
        send(str(error))
    except Exception:
        send(traceback.format_exc())
    finally:
        news.close()


def _die_with_parent() -> None:
    """End this process as soon as the study's does, however that ended."""
    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
