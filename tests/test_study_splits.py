"""What rows tell beside success: working that is judged, parts of episodes, reading, time."""

from __future__ import annotations

import platform
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from benchmarks.records import Episode, RunRecord
from benchmarks.runs import RunError, write_json
from benchmarks.study.costs import costs
from benchmarks.study.facts import facts_of
from benchmarks.study.measured import plain
from benchmarks.study.splits import Splits, splits_tables
from benchmarks.study.timing import Clock, Spent, read_times
from benchmarks.study.working import is_a_way, reaches, read_working
from benchmarks.tasks import TASKS
from gp_env.solver import solvable

CARDS = TASKS["GeneralPoints"]


def card_row(reply: str, hand: tuple[int, ...] | None = (8, 13, 4, 3), **changes: Any) -> Episode:
    """Return a row of one attempt at a hand under J, Q, K = 10."""
    given = {
        "cell": "lm/0/rl/1/in",
        "index": 0,
        "id": "GeneralPoints-Text-v0",
        "keywords": {"max_attempts": 1, "template": "compact"},
        "episode_seed": 1,
        "hand": hand and list(hand),
        "digest": "",
        "cluster": "3-4-8-10",
        "seen": False,
        "replies": [reply],
        "rewards": [-1.0],
        "outcomes": ["wrong_value"],
        "success": False,
        "tokens": 0,
        "in_format": 0.0,
    }
    return Episode.model_validate({**given, **changes})


def test_a_step_is_true_drawn_from_what_remains_and_on_a_way_to_the_target() -> None:
    told = read_working('8 10 4 3 > 3 4 8 10|10-3=7 > 4 7 8|7-4=3 > 3 8|8*3=24|{"formula": "1"}')
    assert told is not None
    assert told.values == (8, 10, 4, 3)
    assert [(step.true, step.drawn) for step in told.steps] == [(True, True)] * 3
    assert is_a_way(told.steps[0], 24)
    # Untrue; a number that is not there; what remains told wrongly; no step at all.
    told = read_working("8 10 4 3 > 3 4 8 10|10-3=8 > 4 8 8|9-4=5|8*8=64 > 4 5 64|so 24|")
    assert told is not None
    steps = [(step.true, step.drawn) for step in told.steps]
    assert steps == [(False, True), (True, False), (True, False), (False, False)]
    fractions = read_working("3 3 8 8 > 3 3 8 8|8/3=(8/3) > (8/3) 3 8|3-(8/3)=(1/3)|8/(1/3)=24|")
    assert fractions is not None
    assert all(step.true and step.drawn for step in fractions.steps)
    assert read_working("8 10 > 8 10|8/0=(1/0)|") is not None
    for nothing in ("", '{"formula": "8*3"}', "I think 8 > 3", "8 10 4 3|8*3=24|"):
        assert read_working(nothing) is None


def test_what_remains_reaches_the_target_where_the_solver_says_so() -> None:
    for values in [(1, 5, 5, 5), (3, 3, 8, 8), (1, 1, 1, 1), (2, 3, 7, 7), (4, 4, 10, 10)]:
        assert reaches(tuple(map(Fraction, values)), 24) == solvable(values)


def test_facts_of_a_hand_tell_faces_reading_and_working() -> None:
    facts = facts_of(card_row("8 10 4 3 > 3 4 8 10|10-3=7 > 4 7 8|8*7=56 > 4 56|56-4=52|"))
    assert facts.parts == {"seen": "new", "faces": "one kind", "read": "right"}
    shares = {"true_steps": 1.0, "drawn_steps": 1.0, "first_step": 1.0, "read_right": 1.0}
    assert facts.values == {"readable": 1.0, "in_format": 0.0, "shows_working": 1.0, **shares}
    misread = facts_of(card_row("8 13 4 3 > 3 4 8 13|13-3=10|"))
    assert misread.parts["read"] == "wrong"
    assert (misread.values["true_steps"], misread.values["first_step"]) == (1 / 3, 0.0)
    alone = facts_of(card_row('{"cards": ["8"], "number": [8, 10, 4, 3], "formula": "8"}'))
    assert (alone.values["shows_working"], alone.values["read_right"]) == (0.0, 1.0)
    assert "first_step" not in alone.values
    symbols = facts_of(card_row("", (11, 12, 1, 1), replies=None, actions=[1], in_format=None))
    assert symbols.parts == {"seen": "new", "faces": "two or more kinds"}
    assert not symbols.values
    # The rule that is stated is what is to be read, one drawn for the episode too.
    ranks = facts_of(card_row("8 13 4 3 > ", id="GeneralPoints-Text-RuleOOD-v0"))
    assert ranks.parts["read"] == "right"
    drawn = card_row("", keywords={"rule": "random", "max_attempts": 1})
    assert facts_of(drawn).values["shows_working"] == 0.0


def test_facts_of_a_route_tell_turns_and_intersections() -> None:
    from benchmarks.study.facts import _points

    id, keywords = "VIRLNavigation-Text-v0", {"max_attempts": 1, "template": "compact"}
    points = _points(id, '{"max_attempts": 1, "template": "compact"}', 7)
    assert points is not None
    said = [
        f'{{"current observation": "see, intersection {"yes" if there else "no"}", '
        f'"current instruction": "walk", "action": "forward()"}}'
        for _, there, _ in points
    ]
    given: dict[str, Any] = {"id": id, "keywords": keywords, "episode_seed": 7}
    right = facts_of(card_row("", None, replies=said, **given))
    turns = sum(point.turns for point in points)
    assert right.parts == {"seen": "new", "turns": f"{turns} turns", "read": "right"}
    wrong = facts_of(card_row("", None, replies=[said[0]] * len(points), **given))
    assert 0 < wrong.values["read_right"] < 1
    assert wrong.parts["read"] == "wrong"
    assert wrong.values["shows_working"] == 0.0
    worked = [f"{point.working}|{reply}" for point, reply in zip(points, said)]
    shown = facts_of(card_row("", None, replies=worked, **given)).values
    assert (shown["shows_working"], shown["true_steps"]) == (1.0, 1.0)
    facing = [reply.partition(" > ")[0] + " > stop|" for reply in worked]
    shown = facts_of(card_row("", None, replies=facing, **given)).values
    assert shown["true_steps"] == pytest.approx(1 / 3)


def test_splits_are_of_the_points_that_are_asked_for() -> None:
    splits = Splits(CARDS, {"lm": ["init", "sft", "rl"]}, {"lm": {("sft", 1), ("rl", 1)}})
    good = "8 10 4 3 > 3 4 8 10|10-3=7 > 4 7 8|7-4=3 > 3 8|8*3=24|"
    for seed in (0, 1):
        splits(("lm", seed, "rl", 1, "in"), card_row(good, success=True))
        splits(("lm", seed, "rl", 1, "in"), card_row("?", (8, 4, 4, 3), cluster="3-4-4-8"))
        splits(("lm", seed, "rl", 2, "in"), card_row(good))
        splits(("lm", seed, "sft", 1, "in"), card_row(good, success=True))
    # As the preset has them, not by name.
    assert list(dict.fromkeys(one.arm for one in splits.numbers())) == ["sft", "rl"]
    of_rl = [one for one in splits.numbers() if one.arm == "rl"]
    found = {(one.measure, one.by, one.part): one.estimate for one in of_rl}
    assert found["success", "faces", "one kind"].value == 1.0
    assert found["success", "faces", "no face"].value == 0.0
    assert found["success", "seen", "new"].value == 0.5
    assert found["shows_working", "", ""].episodes == 4
    assert all(row["point"] == 1 for row in plain(splits.numbers()))
    faces, *_, told = splits_tables(of_rl, CARDS, ["in"])
    assert faces.header[4:] == ["no face", "one kind"]
    assert [row[:4] for row in faces.rows] == [["lm", "rl", "1", "in"]]
    assert "Read right" in told.header
    for table in (faces, told):
        assert "where all episodes came out alike, Wilson's over hands" in table.note


def test_a_clock_counts_training_alone_and_goes_on(tmp_path: Path) -> None:
    now = [0.0]
    clock = Clock(tmp_path, now=lambda: (now[0], 2 * now[0]), memory=lambda: int(now[0]))
    clock.start("sft")
    now[0] = 5.0
    with clock.paused("sft/1"):
        now[0] = 100.0
    now[0] = 102.0
    with clock.paused("sft/2"):
        pass
    assert read_times(tmp_path)["sft/1"] == Spent(cpu_seconds=5.0, wall_seconds=10.0, peak_bytes=5)
    assert read_times(tmp_path)["sft/2"] == Spent(
        cpu_seconds=7.0, wall_seconds=14.0, peak_bytes=102
    )
    again = Clock(tmp_path, now=lambda: (now[0], 2 * now[0]), memory=lambda: None)
    now[0] = 200.0
    again.start("sft")
    now[0] = 201.0
    with again.paused():
        pass
    assert read_times(tmp_path)["sft"] == Spent(cpu_seconds=8.0, wall_seconds=16.0, peak_bytes=102)
    (tmp_path / "timing.json").write_text('{"sft": 3}')
    with pytest.raises(RunError, match="does not hold times"):
        read_times(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="others do not tell")
def test_memory_is_the_most_that_the_process_has_held() -> None:
    script = (
        "from benchmarks.study.memory import peak_memory; before = peak_memory();"
        "held = bytearray(b'x') * 2**28; del held; print(before, peak_memory())"
    )
    told = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True).stdout
    before, now = map(int, told.split())
    assert now - before == pytest.approx(2**28, abs=2**25)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="others keep nothing back")
def test_what_lies_between_pictures_goes_back_to_the_system() -> None:
    script = """
import resource
from benchmarks.study.memory import give_back_memory
def held():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()
pictures = [b"x" * 49152 for _ in range(4000)]
del pictures[::2]
before = held()
give_back_memory()
print(before - held())
"""
    told = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True).stdout
    assert int(told) > 0.8 * 2000 * 49152


def test_costs_are_means_over_the_seeds_that_tell_them(tmp_path: Path) -> None:
    for seed, told in enumerate([{"episodes": 64}, {}]):  # the second is of an earlier version
        job = tmp_path / "jobs" / f"lm-seed{seed}"
        job.mkdir(parents=True)
        point = {"stage": "sft", "point": 1, "flops": 1e9 * (seed + 1), **told}
        write_json(job / "points.json", {"points": {"sft/1": point}})
    for seed, peak in enumerate([{"peak_bytes": 5}, {}]):
        spent = {"sft/1": {"cpu_seconds": 3.0, "wall_seconds": 4.0, **peak}}
        write_json(tmp_path / "jobs" / f"lm-seed{seed}" / "timing.json", spent)
    record = RunRecord(kind="study", config={}, seeds=[0, 1], suites={})
    (row,) = costs(tmp_path, record, ["lm"])
    assert (row["flops"], row["episodes"], row["cpu_seconds"]) == (1.5e9, 64, 3.0)
    assert (row["seeds"], row["seeds_timed"], row["peak_bytes"]) == (2, 2, 5)
