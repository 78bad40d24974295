"""Stages of another study that are taken over: as if they had been trained."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from agents.gp.worked_dialogues import GAME
from agents.sb3.checkpoint import load_state
from benchmarks.runs import RunError, read_episodes, read_json, read_record
from benchmarks.study.folder import job_folder
from benchmarks.study.job import Job
from benchmarks.study.presets import PRESETS, Preset, preset_named
from benchmarks.study.results import load_results
from benchmarks.study.reuse import alike, reuse
from benchmarks.study.run import run_study, taken_over
from benchmarks.study.timing import read_times
from benchmarks.study.worker import run_job
from benchmarks.suites import SUITES
from tests.test_study_arms import some, tiny

SUITE, POLICY = SUITES["gp-l"], "lm-working"


@pytest.fixture(autouse=True)
def short_replies(monkeypatch: pytest.MonkeyPatch) -> None:
    """An untrained model writes till it may write no more."""
    monkeypatch.setattr(GAME, "longest_reply", 12)
    monkeypatch.setattr("benchmarks.tasks.cards.MEMORISED", 20)


def study(folder: Path, preset: Preset, other: Path | None = None, seed: int = 1) -> None:
    quiet = Console(quiet=True)
    run_study(preset, SUITE, folder, seeds=[seed], workers=0, console=quiet, other=other)


def controls(**changes: Any) -> Preset:
    """Return a preset with one of the grid's arms under another name, and another column."""
    ours = tiny("controls", arms=some("controls", "sft", "rl-kl"))
    more = {**(ours.columns or {}), "in": ours.applied(SUITE).columns["rule_ood"]}
    return ours.model_copy(update={"columns": more, **changes})


@pytest.mark.parametrize(
    ("suite", "name"), [(suite, name) for suite, own in PRESETS.items() for name in own]
)
def test_a_preset_is_read_back_as_it_is_trained(suite: str, name: str) -> None:
    of, preset = SUITES[suite], preset_named(name, suite)
    again = Preset.model_validate_json(json.dumps(preset.plain(exclude=set())))
    assert again.applied(of).columns == preset.applied(of).columns
    for policy in preset.policies:
        here, there = (Job(one, of, policy, 0, Path(policy)) for one in (preset, again))
        assert alike(there, here)


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reuse") / "grid"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(GAME, "longest_reply", 12)
        patch.setattr("benchmarks.tasks.cards.MEMORISED", 20)
        study(folder, tiny(arms=some("grid", "sft-5e-4", "sft-2e-4")))
    return folder


def test_what_is_taken_over_is_as_if_trained(tmp_path: Path, grid: Path) -> None:
    anew, taken = tmp_path / "anew", tmp_path / "taken"
    study(anew, controls())
    study(taken, controls(), grid)
    jobs = [job_folder(folder, POLICY, 1) for folder in (anew, taken)]
    rows = [sorted(read_episodes(job), key=lambda row: (row.cell, row.index)) for job in jobs]
    assert rows[0] == rows[1]
    books = [read_json(job / "points.json") for job in jobs]
    assert books[0] == books[1]
    for file in ("init.pt", "sft.pt", "weights/sft-1.pt", "rl-kl.pt"):
        first, second = (load_state(job / file)["model"] for job in jobs)
        assert all(first[name].equal(second[name]) for name in first)
    # It was taken over indeed, and says on which machines it was trained.
    source = job_folder(grid, POLICY, 1)
    assert (jobs[1] / "sft.pt").read_bytes() == (source / "sft-2e-4.pt").read_bytes()
    assert not list(jobs[1].glob("*5e-4*"))
    assert read_record(source).sessions[0] in read_record(jobs[1]).sessions
    assert read_times(jobs[1])["sft/2"] == read_times(source)["sft-2e-4/2"]


@pytest.mark.parametrize(
    "changed",
    [
        {"game": None},
        {"final_episodes": 4},
        {"competence": 0.1},
        {"policies": {POLICY: controls().policies[POLICY].model_copy(update={"init_flops": 3e8})}},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_nothing_is_taken_over_of_what_would_differ(
    tmp_path: Path, grid: Path, changed: dict[str, Any]
) -> None:
    job = Job(controls(**changed), SUITE, POLICY, 1, tmp_path / "job")
    assert reuse(job, grid) == []
    assert not job.folder.exists()


def test_a_job_that_has_begun_stays_as_it_is(tmp_path: Path, grid: Path) -> None:
    job = Job(controls(), SUITE, POLICY, 1, tmp_path / "job")

    def killed(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_job(job, killed)
    assert reuse(job, grid) == []
    # Nor is there anything of a seed that the other study did not run.
    other = Job(controls(), SUITE, POLICY, 0, tmp_path / "other")
    assert reuse(other, grid) == []


def test_an_arm_that_is_not_finished_is_trained(tmp_path: Path, grid: Path) -> None:
    (job_folder(grid, POLICY, 1) / "sft-2e-4.pt").rename(tmp_path / "away.pt")
    job = Job(controls(), SUITE, POLICY, 1, tmp_path / "jobs" / "job")
    try:
        assert reuse(job, grid) == ["init"]
    finally:
        (tmp_path / "away.pt").rename(job_folder(grid, POLICY, 1) / "sft-2e-4.pt")
    assert set(read_json(job.folder / "points.json")["points"]) == {"init/0"}


def test_nothing_is_taken_over_without_the_weights_of_points(tmp_path: Path, grid: Path) -> None:
    weights = job_folder(grid, POLICY, 1) / "weights"
    weights.rename(tmp_path / "away")
    try:
        job = Job(controls(), SUITE, POLICY, 1, tmp_path / "job")
        # A study that trains all of it anew says so.
        assert "nothing taken over" in taken_over(job, grid)
        assert "kept without its weights" in taken_over(job, grid)
    finally:
        (tmp_path / "away").rename(weights)


def test_a_damaged_row_leaves_nothing_of_what_was_begun(tmp_path: Path, grid: Path) -> None:
    other = shutil.copytree(grid, tmp_path / "other")
    path = job_folder(other, POLICY, 1) / "episodes.jsonl"
    path.write_bytes(path.read_bytes().replace(b"/init/0/in", b"/init", 1))
    job = Job(controls(), SUITE, POLICY, 1, job_folder(tmp_path / "new", POLICY, 1))
    with pytest.raises(RunError, match="in a study a cell is policy/seed/stage/point/column"):
        reuse(job, other)
    assert not list(job.folder.parent.iterdir())


def test_rows_that_the_other_study_lost_are_measured(tmp_path: Path, grid: Path) -> None:
    taken, other = tmp_path / "taken", shutil.copytree(grid, tmp_path / "other")
    path = job_folder(other, POLICY, 1) / "episodes.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(line for line in lines if b"/sft-5e-4/1/" not in line))
    study(taken, controls(), other)
    assert not load_results(taken).missing


def test_a_study_of_another_suite_is_refused(tmp_path: Path, grid: Path) -> None:
    job = Job(controls(), SUITES["virl-l"], POLICY, 1, tmp_path / "job")
    with pytest.raises(RunError, match="is a study of gp-l, and this one is of virl-l"):
        reuse(job, grid)


def test_a_refused_study_to_reuse_leaves_no_folder(tmp_path: Path, grid: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(RunError, match="a study of gp-l, and this one is of virl-l, or the suite"):
        run_study(
            preset_named("quick", "virl-l"),
            SUITES["virl-l"],
            out,
            seeds=[0],
            workers=0,
            console=Console(quiet=True),
            other=grid,
        )
    assert not out.exists()
