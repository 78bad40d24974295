"""Jobs as processes of this machine, which write into their folders themselves."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from benchmarks.study.engines.engine import Ended, News, Told, do_job
from benchmarks.study.job import Job


class LocalEngine:
    """Runs each job in a process with one thread.

    Args:
        workers: processes at a time.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._context = get_context("spawn")
        self._running: dict[Connection, tuple[Job, BaseProcess]] = {}
        # Each process computes on one core; two with a pool of threads each would fight for them.
        os.environ.setdefault("OMP_NUM_THREADS", "1")

    def start(self, job: Job) -> None:
        ours, theirs = self._context.Pipe(duplex=False)
        process: BaseProcess = self._context.Process(
            target=_work, args=(job, theirs), name=job.name
        )
        process.start()
        theirs.close()
        self._running[ours] = (job, process)

    def news(self, seconds: float) -> Iterator[Told]:
        for ready in connection.wait(list(self._running), timeout=seconds):
            assert isinstance(ready, Connection)
            job, process = self._running[ready]
            try:
                news, cpu = ready.recv()
            except (EOFError, OSError):
                process.join()
                news, cpu = Ended(lost=f"ended with exit code {process.exitcode}"), 0.0
            if isinstance(news, Ended):
                process.join()
                ready.close()
                del self._running[ready]
            yield Told(job, news, cpu)

    def close(self) -> None:
        for _, process in self._running.values():
            process.terminate()


def _work(job: Job, pipe: Connection) -> None:
    """Do one job in a process of its own."""
    # Ctrl-C reaches the whole group: the parent says what happens then.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with_parent()

    def send(news: News, cpu: float) -> None:
        pipe.send((news, cpu))

    do_job(job, send)
    pipe.close()


def _die_with_parent() -> None:
    """End this process as soon as the study's does, however that ended."""
    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
