"""What the study asks of an engine, and the one way in which jobs are handed to it."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from benchmarks.runs import RunError
from benchmarks.study.board import Board
from benchmarks.study.job import Event, Job
from benchmarks.study.worker import run_job
from shiftgym.files import FileError

SMALLEST_NEWS = 0.002
"""Share of a job between two reports of its progress."""

RESTARTS = 3
"""Times that a job whose process died is begun again."""


@dataclass(frozen=True)
class Ended:
    """The end of a job: it is done, unless one of these says otherwise.

    Attributes:
        failed: the error that the job raised, "" for none. The next attempt would raise it too.
        lost: how its process or machine died, "" where it did not. The job's folder is as it was at
            some moment before, so another process goes on from there.
    """

    failed: str = ""
    lost: str = ""


News = Event | Ended


@dataclass(frozen=True)
class Told:
    """News of a job.

    Attributes:
        cpu: seconds of CPU that its process has used.
    """

    job: Job
    news: News
    cpu: float = 0.0


class Engine(Protocol):
    """Runs jobs elsewhere and keeps their folders up to date here.

    Attributes:
        workers: jobs that it runs at a time.
    """

    workers: int

    def start(self, job: Job) -> None:
        """Begin a job, or go on with one that was lost."""
        ...

    def news(self, seconds: float) -> Iterator[Told]:
        """Yield what running jobs tell, waiting so long for something; each ends with `Ended`."""
        ...

    def close(self) -> None:
        """End what still runs."""
        ...


def run_jobs(jobs: Sequence[Job], engine: Engine, board: Board) -> None:
    """Run all jobs, as many at a time as the engine takes.

    Raises:
        RunError: a job failed, or was lost too often; the others go on when the study is resumed.
    """
    waiting, running, lost = list(jobs), 0, Counter[str]()
    while waiting or running:
        while waiting and running < engine.workers:
            engine.start(waiting.pop(0))
            running += 1
        for told in engine.news(1.0):
            job, news = told.job, told.news
            if isinstance(news, Event):
                board.hear(job, news, told.cpu)
                continue
            running -= 1
            if news.failed:
                raise RunError(f"{job.name} failed:\n{news.failed}")
            if news.lost:
                lost[job.name] += 1
                _check_restarts(job, news.lost, lost[job.name])
                board.say(f"{job.name} {news.lost}; it goes on from {job.folder}", {})
                waiting.insert(0, job)
        board.show()


def _check_restarts(job: Job, how: str, times: int) -> None:
    if times > RESTARTS:
        raise RunError(
            f"{job.name} {how}, {times} times. See whether memory suffices; the same command "
            f"resumes the study, and what is finished is kept in {job.folder}."
        )


def do_job(job: Job, send: Callable[[News, float], None]) -> None:
    """Do a job in the process of an engine, on one core.

    Args:
        send: takes the news, the last of which is an `Ended`, and the CPU seconds used until then.
    """
    import torch

    torch.set_num_threads(1)
    told = -1.0

    def emit(event: Event) -> None:
        nonlocal told
        if event.rates or abs(event.fraction - told) >= SMALLEST_NEWS:
            told = event.fraction
            send(event, time.process_time())

    end = Ended()
    try:
        run_job(job, emit)
    except (OSError, FileError, RunError) as error:
        end = Ended(failed=str(error))
    except Exception:
        end = Ended(failed=traceback.format_exc())
    send(end, time.process_time())
