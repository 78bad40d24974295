"""What a running study shows: results and the time left, in a terminal and in a log."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.statistics import Observation
from benchmarks.study import board as board_module
from benchmarks.study.board import Board
from benchmarks.study.job import Event, Job, live
from benchmarks.study.plan import plan
from benchmarks.study.position import Position, position
from benchmarks.study.presets import PRESETS
from benchmarks.suites import SUITES

RATES = {
    "in": live(Observation(0, str(hand), float(hand < 30)) for hand in range(100)),
    "rule_ood": live(Observation(0, str(route), 0.05) for route in range(9)),
}
POINT = Event(0.5, "sft", RATES, "sft 2/5", 1.5e13)


@pytest.fixture(autouse=True)
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_module, "crowding", lambda: 1.0)


def make_jobs() -> list[Job]:
    preset = PRESETS["gp-l"]["full"]
    return [Job(preset, SUITES["gp-l"], name, 0, Path("nowhere")) for name in preset.policies]


def test_a_log_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_module, "LINE_SECONDS", 0.0)
    text = io.StringIO()
    jobs = make_jobs()
    with Board(Console(file=text, width=40), jobs, workers=2) as board:
        board.hear(jobs[0], Event(0.1, "init"))
        board.hear(jobs[1], POINT)
    lines = text.getvalue().splitlines()
    assert "\x1b" not in text.getvalue()
    assert len(lines) == 3
    assert "min left: lm seed 0 10 % (init)" in lines[0]
    assert "sft 2/5  1.5e+13 FLOPs  in 30.0 [21.8, 39.8]  rule_ood 5.0 [0.5, 36.4]" in lines[1]


def test_a_log_is_not_flooded() -> None:
    text = io.StringIO()
    jobs = make_jobs()
    with Board(Console(file=text), jobs, workers=2) as board:
        for step in range(1000):
            board.hear(jobs[0], Event(step / 1000, "init"))
    assert text.getvalue() == ""


@pytest.mark.parametrize("term, bars", [("xterm", True), ("dumb", False)])
def test_a_terminal_gets_bars_where_it_can_show_them(
    monkeypatch: pytest.MonkeyPatch, term: str, bars: bool
) -> None:
    monkeypatch.setenv("TERM", term)
    text = io.StringIO()
    jobs = make_jobs()
    with Board(Console(file=text, force_terminal=True), jobs, workers=2) as board:
        board.hear(jobs[0], POINT)
        board.hear(jobs[0], Event(1.0, "done"))
    assert ("━" in text.getvalue()) == bars
    assert "rule_ood 5.0" in text.getvalue()


def test_the_time_left_follows_the_pace_and_not_what_was_resumed() -> None:
    jobs = make_jobs()
    first, second = jobs
    done = {first.name: 0.5}
    board = Board(Console(quiet=True), jobs, workers=2, pace=3.0, done=done)
    assert board.minutes_left() == pytest.approx(3.0 * second.minutes)
    board.hear(first, Event(0.9, "rl"), cpu=1.0)
    assert board.minutes_left() == pytest.approx(3.0 * second.minutes, rel=0.05)
    # An hour of CPU for a tenth of the longer job: the pace is what it was seen to be.
    board.hear(second, Event(0.1, "init"), cpu=1.0)
    board.hear(second, Event(0.2, "init"), cpu=3600.0)
    left = 0.8 * second.minutes
    assert board.minutes_left() > 10 * left


def test_the_time_left_does_not_grow_where_others_use_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    jobs = make_jobs()
    board = Board(Console(quiet=True), jobs, workers=2)
    told = [board.time_left()]
    monkeypatch.setattr(board_module, "crowding", lambda: 4.0)
    for cpu in range(1, 10):
        board.hear(jobs[0], Event(cpu / 100, "init"), cpu=60 * cpu * jobs[0].minutes / 100)
        told.append(board.time_left())
    assert told[0] == "about 6 min left"
    assert told[1] == "about 6 min of work left (24 min: machine busy)"
    minutes = [int(words.split()[1]) for words in told]
    assert minutes == sorted(minutes, reverse=True)


def test_a_position_is_read_from_the_points_that_are_measured(tmp_path: Path) -> None:
    preset = PRESETS["gp-l"]["full"]
    job = Job(preset, SUITES["gp-l"], "lm", 0, tmp_path)
    assert position(job) == Position(0.0, "")
    names = ["init/0", *(f"sft/{point}" for point in range(1, 6)), "rl/1"]
    points = {n: {"stage": n[:-2], "point": int(n[-1]), "flops": 1.0} for n in names}
    (tmp_path / "points.json").write_text(json.dumps({"points": points}))
    init, sft, rl = job.settings.minutes
    found = position(job)
    assert found.words == "init, sft 5/5, rl 1/5"
    assert found.fraction == pytest.approx((init + sft + rl / 5) / job.minutes)
    line = plan(preset, job.suite, [0], tmp_path, {job.name: found}, "about 6 min left")[-1]
    assert line == "Resumed with what is measured already: lm seed 0 (init, sft 5/5, rl 1/5)."
