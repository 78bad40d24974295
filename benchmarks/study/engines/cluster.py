"""Jobs on a Ray cluster. Their folders travel with them, so no file system has to be shared."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from queue import Queue
from typing import Any

from benchmarks.runs import RunError
from benchmarks.study.engines.engine import Ended, News, Told, do_job
from benchmarks.study.engines.folders import Changes, Sender, apply
from benchmarks.study.job import Event, Job

SEND_SECONDS = 30.0
"""At the most between two times that a job sends its folder: what is done again where it dies."""

_PACKAGES = ("agents", "benchmarks", "gp_env", "shiftgym", "virl_env")
"""The code of this checkout, which the cluster is given; libraries have to be installed there."""

Parcel = tuple[News, float, Changes | None]
"""News of a job, the CPU seconds used until then, and what changed in its folder."""


class RayEngine:
    """Runs each job as a task of Ray, on one core, and on a GPU where its preset names one.

    The cluster is that of RAY_ADDRESS, else one that `ray start` began on this machine, else one of
    this machine's cores that ends with the study.

    Args:
        workers: jobs at a time at the most; None for as many as the cluster has cores.

    Raises:
        ImportError: Ray is not installed.
        RunError: there is no cluster at the address, or it has no core.
    """

    def __init__(self, workers: int | None) -> None:
        import ray

        root = Path(__file__).resolve().parents[3]
        code = {"py_modules": [str(root / name) for name in _PACKAGES]}
        try:
            ray.init(runtime_env=code, log_to_driver=False, logging_level="warning")
        except ConnectionError as error:
            raise RunError(f"There is no Ray cluster: {error}") from error
        self._ray, self._running = ray, dict[Any, Job]()
        cores = int(ray.cluster_resources().get("CPU", 0))
        if not cores:
            self.close()
            raise RunError("The Ray cluster has no CPU. Start a worker: ray start --address ...")
        self.workers = cores if workers is None else min(workers, cores)
        # A task that died is begun again by the study, from the folder as it is by then.
        self._work = ray.remote(num_cpus=1, max_retries=0)(_work)

    def start(self, job: Job) -> None:
        on_gpu = (job.settings.device or "cpu").startswith("cuda")
        work = self._work.options(num_gpus=1) if on_gpu else self._work
        self._running[work.remote(job, Sender(job.folder).changes())] = job

    def news(self, seconds: float) -> Iterator[Told]:
        errors = self._ray.exceptions
        waited: Any = self._ray.wait([*self._running], timeout=seconds, fetch_local=False)
        for stream in waited[0]:
            job, news, cpu = self._running[stream], Ended(lost="ended without a word"), 0.0
            try:
                news, cpu, changes = self._ray.get(next(stream))
                if changes is not None:
                    apply(changes, job.folder)
            except errors.RayTaskError as error:
                news = Ended(failed=str(error))
            except errors.RayError as error:
                first = str(error).strip().partition("\n")[0]
                news = Ended(lost=f"was lost ({type(error).__name__}: {first})")
            except StopIteration:
                pass
            if isinstance(news, Ended):
                del self._running[stream]
            yield Told(job, news, cpu)

    def close(self) -> None:
        """Leave the cluster, which ends what still runs there."""
        self._ray.shutdown()


def _work(job: Job, start: Changes) -> Iterator[Parcel]:
    """Do one job in a folder of this machine; yield its news."""
    parcels: Queue[Parcel] = Queue()
    with tempfile.TemporaryDirectory(prefix="shiftgym-") as made:
        apply(start, Path(made))
        sender, sent = Sender(Path(made)), time.monotonic()
        sender.changes()

        def send(news: News, cpu: float) -> None:
            nonlocal sent
            due = time.monotonic() - sent >= SEND_SECONDS
            # What is measured is sent at once, and the last state with the end.
            if isinstance(news, Event) and not (news.rates or due):
                parcels.put((news, cpu, None))
                return
            parcels.put((news, cpu, sender.changes()))
            sent = time.monotonic()

        here = replace(job, folder=Path(made))
        worker = threading.Thread(target=do_job, args=(here, send), daemon=True)
        worker.start()
        while True:
            parcel = parcels.get()
            yield parcel
            if isinstance(parcel[0], Ended):
                worker.join()
                return
