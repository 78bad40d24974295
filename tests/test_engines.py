"""Engines of the study: jobs run elsewhere, die in the middle and end with the same numbers."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchmarks.runs import RunError
from benchmarks.study.board import Board
from benchmarks.study.engines import run_jobs
from benchmarks.study.engines.engine import RESTARTS, Ended, Told, do_job
from benchmarks.study.engines.folders import Sender, apply
from benchmarks.study.job import Event, Job
from benchmarks.study.presets import Preset
from benchmarks.study.worker import run_job
from benchmarks.suites import SUITES
from tests.killed import results_of
from tests.tiny_policies import POLICIES

QUIET = Console(quiet=True)


def make_preset(*policies: str, **changes: Any) -> Preset:
    preset = Preset(
        name="tiny",
        seeds=1,
        solutions="first",
        competence=0.99,
        validation_episodes=8,
        points=2,
        curve_episodes=8,
        final_episodes=12,
        policies={name: POLICIES[name] for name in policies},
    )
    return preset.model_copy(update=changes)


class Falling:
    """An engine that loses the first job it is given some times before it does any of them."""

    workers = 1

    def __init__(self, losses: int) -> None:
        self.losses, self.started = losses, list[Job]()

    def start(self, job: Job) -> None:
        self.started.append(job)

    def news(self, seconds: float) -> Iterator[Told]:
        yield Told(self.started[-1], Event(0.5, "sft"))
        lost = len(self.started) <= self.losses
        yield Told(self.started[-1], Ended(lost="was lost" if lost else ""))

    def close(self) -> None:
        pass


def test_a_job_that_was_lost_is_begun_again_a_few_times(tmp_path: Path) -> None:
    preset, said = make_preset("mlp", "lm"), io.StringIO()
    jobs = [Job(preset, SUITES["gp-l"], name, 0, tmp_path / name) for name in preset.policies]
    board = partial(Board, Console(file=said, width=200), jobs, 1)
    engine = Falling(RESTARTS)
    run_jobs(jobs, engine, board())
    assert engine.started == [jobs[0]] * RESTARTS + jobs
    assert said.getvalue().count("mlp seed 0 was lost; it goes on from") == RESTARTS
    with pytest.raises(RunError, match=r"was lost, 4 times.* See whether memory suffices"):
        run_jobs(jobs, Falling(RESTARTS + 1), board())


@pytest.mark.parametrize(
    "file",
    [
        "init.pt",
        pytest.param("init.resume.pt", marks=pytest.mark.slow),
        pytest.param("sft.resume.pt", marks=pytest.mark.slow),
    ],
)
def test_damaged_weights_are_named_and_a_job_goes_on_without_them(
    tmp_path: Path, file: str
) -> None:
    job = Job(make_preset("lm"), SUITES["gp-l"], "lm", 0, tmp_path)
    killed_in = "init" if file == "init.resume.pt" else "sft"

    def kill(event: Event) -> None:
        if event.stage == killed_in and (event.rates or killed_in == "sft"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_job(job, kill)
    (tmp_path / file).write_bytes(b"PK damaged")
    told: list[Any] = []
    do_job(job, lambda news, cpu: told.append(news))
    # Those of a measured point are known to be others already.
    why = "and weights/init-0.pt are of one point" if file == "init.pt" else "cannot be read as"
    assert told[-1].failed.startswith(f"{tmp_path / file} {why}")
    assert "Traceback" not in told[-1].failed
    (tmp_path / file).unlink()
    do_job(job, lambda news, cpu: told.append(news))
    assert told[-1] == Ended()


def test_a_folder_follows_another_and_leaves_what_is_not_its_own(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    (there / "weights").mkdir(parents=True)
    for name in ("episodes.jsonl", "points.json", "sft.resume.pt", "weights/sft-1.pt", ".lock"):
        (there / name).write_text(name)
    sender = Sender(there)
    apply(sender.changes(), here)
    (here / ".lock").write_text("mine")
    with (there / "episodes.jsonl").open("a") as file:
        file.write("more")
    (there / "sft.resume.pt").unlink()
    changes = sender.changes()
    assert list(changes.written) == ["episodes.jsonl"]
    apply(changes, here)
    assert (here / "episodes.jsonl").read_text() == "episodes.jsonlmore"
    assert {path.name for path in here.rglob("*") if path.is_file()} == {
        *("episodes.jsonl", "points.json", "sft-1.pt", ".lock")
    }
    assert (here / ".lock").read_text() == "mine"


def workers_of(raylet: int) -> list[int]:
    """Return the processes of a Ray machine that are at work on a job."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            works = parent == raylet and "ray::_work" in (folder / "cmdline").read_text()
        except OSError:  # It ended meanwhile.
            continue
        if works:
            found.append(int(folder.name))
    return found


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.filterwarnings("ignore")  # of Ray, in whose threads they are raised
def test_a_cluster_that_loses_a_worker_finds_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray", reason="the extra [ray] is not installed")
    from ray.cluster_utils import Cluster

    from benchmarks.study.engines.cluster import RayEngine

    preset = make_preset("mlp", "lm")

    def jobs_in(folder: Path) -> list[Job]:
        return [Job(preset, SUITES["gp-l"], name, 0, folder / name) for name in preset.policies]

    for job in jobs_in(tmp_path / "local"):
        run_job(job, lambda _: None)
    cluster = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 2, "include_dashboard": False}
    )
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    (raylet,) = cluster.head_node.all_processes["raylet"]
    starts, killed, start, hear = list[str](), list[int](), RayEngine.start, Board.hear

    def count(self: RayEngine, job: Job) -> None:
        starts.append(job.name)
        start(self, job)

    def kill(self: Board, job: Job, event: Event, cpu: float = 0.0) -> None:
        hear(self, job, event, cpu)
        at_work = workers_of(raylet.process.pid)
        # Both are at work, and one of them trains.
        if event.stage == "sft" and not event.rates and not killed and len(at_work) == 2:
            killed.append(at_work[0])
            os.kill(at_work[0], signal.SIGKILL)

    monkeypatch.setattr(RayEngine, "start", count)
    monkeypatch.setattr(Board, "hear", kill)
    jobs = jobs_in(tmp_path / "cluster")
    try:
        with closing(RayEngine(None)) as engine:
            run_jobs(jobs, engine, Board(QUIET, jobs, engine.workers))
    finally:
        cluster.shutdown()
    assert killed
    assert len(starts) == 3
    assert results_of(tmp_path / "cluster") == results_of(tmp_path / "local")
