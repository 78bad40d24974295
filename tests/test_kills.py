"""Killed, torn, out of room: a run that is resumed ends as one that nothing ever happened to."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agents.chat import ChatPolicy
from agents.sb3.checkpoint import load_state, save_state
from benchmarks.chats import play_chats
from benchmarks.cli import app
from benchmarks.records import RunRecord
from benchmarks.rollouts import Cell
from benchmarks.runs import LineFile, Run, read_episodes, read_json, write_json
from benchmarks.suites import SUITES
from shiftgym.atomic import PARTIAL_FILES, write_atomically
from tests.loopback import Endpoint, listening, said

ROOT = Path(__file__).resolve().parent.parent
KILLS = 20
TIMEOUT = 600.0
TRIAL_TIMEOUT = 3600.0
"""Seconds, so that nothing hangs: a trial starts tens of runs, one after the other."""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills and limits of POSIX")


def process(*arguments: str, timeout: float = TIMEOUT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=timeout,
    )


def evaluate(suite: str, episodes: int) -> list[str]:
    return [
        *("evaluate", "--agent", "random", "--suite", suite, "--columns", "in,rule_ood"),
        *("--episodes", str(episodes), "--max-attempts", "2"),
    ]


@pytest.mark.parametrize("suite", ["gp-l", pytest.param("virl-l", marks=pytest.mark.slow)])
def test_an_evaluation_killed_in_the_middle_of_a_line(tmp_path: Path, suite: str) -> None:
    command = evaluate(suite, 30)
    cut = ["--out", str(tmp_path / "cut")]
    ended = process("tests.killed", "die", "2", *command, *cut)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert not (tmp_path / "cut" / "episodes.jsonl").read_bytes().endswith(b"\n")
    for name in ("cut", "whole"):
        done = CliRunner().invoke(app, [*command, "--out", str(tmp_path / name)])
        assert done.exit_code == 0, done.output
    rows = [(tmp_path / name / "episodes.jsonl").read_bytes() for name in ("cut", "whole")]
    assert rows[0] == rows[1]


def trial(*arguments: str) -> None:
    done = process("tests.killed", *arguments, timeout=TRIAL_TIMEOUT)
    print(done.stdout)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("suite, episodes", [("gp-l", 3000), ("virl-l", 600)])
def test_evaluations_killed_at_random(tmp_path: Path, suite: str, episodes: int) -> None:
    trial("command", str(tmp_path), str(KILLS), *evaluate(suite, episodes))


@pytest.mark.slow
@pytest.mark.parametrize("suite", ["gp-l", "virl-l"])
def test_studies_killed_at_random(tmp_path: Path, suite: str) -> None:
    trial("study", str(tmp_path), str(KILLS), suite)


@pytest.mark.slow
def test_a_job_of_the_grid_killed_at_random(tmp_path: Path) -> None:
    trial("grid", str(tmp_path), str(KILLS))


@pytest.mark.slow
def test_models_behind_an_endpoint_killed_at_random(tmp_path: Path) -> None:
    endpoint = Endpoint()
    endpoint.answer = lambda messages: said(f"no idea of {len(messages)}")
    command = ["evaluate", "--model", "toy", "--base-url", endpoint.url, "--episodes", "40"]
    command += ["--ids", "GeneralPoints-Text-v0,VIRLNavigation-Text-v0", "--max-attempts", "2"]
    with listening(endpoint):
        trial("command", str(tmp_path), str(KILLS), *command)
    folders = list(tmp_path.glob("cut-*"))
    assert len(folders) >= KILLS // 5
    for folder in folders:
        lines = [json.loads(line) for line in (folder / "replies.jsonl").read_text().splitlines()]
        assert lines
        asked = [(line["cell"], line["index"], line["attempt"]) for line in lines]
        assert len(asked) == len(set(asked))


@contextmanager
def room_for(count: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes: a write fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (count, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    file = LineFile(path)
    file.append(b"one\n")
    with room_for(8), pytest.raises(OSError, match=r"Make room.*lines\.jsonl"):
        file.append(b"two and more\n")
    assert path.read_bytes() == b"one\n"
    file.append(b"two\n")
    file.close()
    assert path.read_bytes() == b"one\ntwo\n"


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    write_json(tmp_path / "book.json", {"a": 1})
    save_state(tmp_path / "weights.pt", {"a": 1})
    with room_for(100):
        with pytest.raises(OSError, match=r"Make room.*book\.json"):
            write_json(tmp_path / "book.json", {"a": "x" * 1000})
        with pytest.raises(OSError, match=r"Make room.*weights\.pt"):
            save_state(tmp_path / "weights.pt", {"a": list(range(1000))})
        with pytest.raises(OSError, match=r"Make room.*new"):
            write_atomically(tmp_path / "new", b"x" * 1000)
    assert read_json(tmp_path / "book.json") == {"a": 1}
    assert load_state(tmp_path / "weights.pt") == {"a": 1}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.json", "weights.pt"]


def test_a_full_disk_stops_requests_and_loses_no_reply_that_was_written(tmp_path: Path) -> None:
    of = SUITES["gp-l"]
    keywords = {**of.keywords("in", 0), "max_attempts": 2}
    cell = Cell("toy/in", of.id("in", "-Text"), keywords, of.episode_seeds(0, 12))
    record = RunRecord(kind="evaluate", config={}, seeds=[0], suites={})
    endpoint = Endpoint()

    def run(folder: Path) -> int:
        before = len(endpoint.bodies)
        policy = ChatPolicy("toy", base_url=endpoint.url, max_retries=0)
        try:
            with Run(folder, record) as opened:
                assert not play_chats(opened, [cell], policy, at_once=1)
        finally:
            policy.close()
        return len(endpoint.bodies) - before

    with listening(endpoint):
        requests = run(tmp_path / "whole")
        with room_for(1500), pytest.raises(OSError, match=r"Make room.*\.jsonl"):
            run(tmp_path / "cut")
        written = (tmp_path / "cut" / "replies.jsonl").read_bytes()
        assert written.endswith(b"\n")
        assert written.count(b"\n") > 2
        # The one reply that could not be written was the last that was asked for.
        assert len(endpoint.bodies) - requests <= written.count(b"\n") + 1
        assert run(tmp_path / "cut") == requests - written.count(b"\n")
    assert (tmp_path / "cut" / "replies.jsonl").read_bytes().startswith(written)
    rows = [list(read_episodes(tmp_path / name)) for name in ("cut", "whole")]
    assert rows[0] == rows[1]


def test_what_a_killed_writer_left_is_swept(tmp_path: Path) -> None:
    (tmp_path / ".run.json.0123abcd.partial").write_text("{")
    with Run(tmp_path, RunRecord(kind="evaluate", config={}, seeds=[0], suites={})):
        pass
    assert not list(tmp_path.glob(PARTIAL_FILES))
    shutil.rmtree(tmp_path)
