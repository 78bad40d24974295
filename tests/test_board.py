"""What a running study shows: results and the time left, in a terminal and in a log."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.statistics import Observation
from benchmarks.study import board as board_module
from benchmarks.study.board import Board
from benchmarks.study.jobs import Event, Job, live
from benchmarks.study.presets import PRESETS
from benchmarks.suites import SUITES

RATES = {
    "in": live(Observation(0, str(hand), float(hand < 30)) for hand in range(100)),
    "rule_ood": live(Observation(0, str(route), 0.05) for route in range(9)),
}
POINT = Event(0.5, "sft", RATES, "sft 2/5", 1.5e13)


def make_jobs() -> list[Job]:
    preset = PRESETS["gp-l"]["quick"]
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
    board = Board(Console(quiet=True), jobs, workers=2)
    whole = sum(job.minutes for job in jobs) / 2
    assert board.minutes_left() == pytest.approx(whole, rel=0.05)
    board.hear(jobs[0], Event(0.9, "rl"))
    left = (0.1 * jobs[0].minutes + jobs[1].minutes) / 2
    assert board.minutes_left() == pytest.approx(left, rel=0.05)
