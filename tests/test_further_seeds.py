"""Equal rates after half of the compute: more seeds of a grid, from two other studies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from agents.gp.worked_dialogues import GAME
from benchmarks.records import RunRecord
from benchmarks.runs import RunError
from benchmarks.statistics import Observation
from benchmarks.study import frontier
from benchmarks.study.cells import Cell
from benchmarks.study.endpoints import arms_by_rate
from benchmarks.study.folder import job_folder
from benchmarks.study.further_seeds import halfway, with_further_seeds
from benchmarks.study.job import Job
from benchmarks.study.loaded import Study
from benchmarks.study.points import WEIGHTS, read_points
from benchmarks.study.presets import PRESETS
from benchmarks.study.presets.grid import half as half_of
from benchmarks.study.report.compared import contrasts_of
from benchmarks.study.report.contrast_tables import endpoints_table
from benchmarks.study.worker import run_job
from benchmarks.suites import SUITES
from tests.test_study_arms import some, tiny

POLICY = "lm-working"
FIRST, LATER = (0, 1, 2), (3, 4, 5)


def made(
    preset: str, seeds: tuple[int, ...], rate: float, *, init: float = 0.5, point: int | None = None
) -> Study:
    """Return a study all of whose arms have a rate halfway, RL one fifth more, and else nothing.

    On validation each point has the rate too.
    """
    of = PRESETS["gp-l"][preset]
    half = halfway(of) if point is None else point
    cells: dict[tuple[str, str, int, str, str], Cell] = {}

    def add(arm: str, at: int, column: str, share: float) -> None:
        played = {
            (seed, n): Observation(seed, str(n // 2), float(n < share * 40))
            for seed in seeds
            for n in range(40)
        }
        cells[POLICY, arm, at, column, "success"] = Cell(played, {})

    for column in of.curve_columns:
        add("init", 0, column, init)
        for arm, about in of.policies[POLICY].all_arms.items():
            for at in range(1, of.points + 1):
                here = rate if at == half or column == "in_validation" else 0.0
                add(arm, at, column, here + 0.2 * (about.method == "rl") * bool(here))
    record = RunRecord(kind="study", config={}, seeds=[*seeds], suites={"gp-l": "digest"})
    return Study(Path(preset), record, of, of.applied(SUITES["gp-l"]), cells, {}, set())


@pytest.mark.parametrize("suite", ["gp-l", "virl-l"])
@pytest.mark.parametrize("name", ["grid", "grid-answers"])
def test_the_half_of_a_grid_trains_what_its_chosen_arms_lack(suite: str, name: str) -> None:
    grid, chosen, half = (PRESETS[suite][name + end] for end in ("", "-chosen", "-half"))
    assert half.is_half
    assert [*half.all_seeds()] == [*LATER]
    assert [*chosen.all_seeds()] == [*FIRST, *LATER]
    assert [*grid.all_seeds()] == [*FIRST]
    assert (half.curve_episodes, half.final_episodes) == 2 * (grid.curve_episodes,)
    for policy, of in grid.policies.items():
        mine, other = half.policies[policy], chosen.policies[policy]
        assert {**mine.all_arms, **other.all_arms} == of.all_arms
        assert not set(mine.all_arms) & set(other.all_arms)
        assert mine.arm_flops * half.share(halfway(half)) == of.arm_flops * grid.share(
            halfway(grid)
        )
        # What else decides how an arm is trained is the grid's.
        free = {"arms", "arm_flops", "minutes"}
        assert mine.model_dump(exclude=free) == of.model_dump(exclude=free)
    for field in ("competence", "validation_episodes", "solutions", "metric", "game", "folds"):
        assert getattr(half, field) == getattr(grid, field)


def test_equal_rates_are_compared_on_all_seeds_of_all_rates() -> None:
    grid = made("grid", FIRST, 0.2)
    chosen = made("grid-chosen", FIRST + LATER, 0.2)
    half = made("grid-half", LATER, 0.2)
    together = with_further_seeds(grid, POLICY, [grid, chosen, half])
    arms = arms_by_rate(grid.preset.policies[POLICY], "rl").values()
    for arm in arms:
        cell = together[arm, halfway(grid.preset), "rule_ood"]
        assert {seed for seed, _ in cell} == {*FIRST, *LATER}
    # Without the half, and without the chosen arms, there are rates with the first seeds alone.
    for others in ([grid, chosen], [grid, half]):
        less = with_further_seeds(grid, POLICY, others)
        seeds = [{s for s, _ in less[arm, halfway(grid.preset), "rule_ood"]} for arm in arms]
        assert set.intersection(*seeds) == set(FIRST)
    # Other points stay as they are: validation chooses from three seeds.
    point = halfway(grid.preset) + 1
    place = "rl-5e-4", point, "rule_ood"
    assert together[place] == grid.played(POLICY)[place]


def test_b_has_six_seeds_and_the_other_endpoints_are_untouched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    studies = {
        one.preset.name: one
        for one in (
            made("grid", FIRST, 0.2),
            made("grid-chosen", FIRST + LATER, 0.6),
            made("grid-half", LATER, 0.6),
        )
    }
    grid = studies["grid"]
    further = with_further_seeds(grid, POLICY, studies.values())
    found, _ = contrasts_of(grid, POLICY, False, further=further)
    told = {(one.topic, one.column): one for one in found if one.topic in ("a", "b", "c")}
    equal = told["b", "rule_ood"]
    assert equal.estimate.seeds == 6
    assert equal.seeds_awaited == 0
    # RL is a fifth ahead on each seed; what both reach is of all six.
    assert equal.estimate.value == pytest.approx(0.2)
    assert equal.rates == pytest.approx((0.6, 0.4))
    assert told["b", "in"].estimate.seeds == 6
    assert "(b) was declared with 3 seeds; more were added" in endpoints_table(found).note
    assert told["a", "rule_ood"].estimate.seeds == 3
    assert contrasts_of(studies["grid-half"], POLICY, False)[0] == []
    alone, _ = contrasts_of(grid, POLICY, False)
    assert "later ones were added" not in endpoints_table(alone).note
    awaited = {one.topic: one.seeds_awaited for one in alone if one.column == "rule_ood"}
    assert awaited["b"] == 6

    monkeypatch.setattr("benchmarks.study.loaded.in_order", list)
    monkeypatch.setattr("benchmarks.study.loaded.load_study", lambda folder: studies[folder.name])
    lines = [line for line in frontier.report([*map(Path, studies)]) if "rule_ood, (b)" in line]
    assert len(lines) == 1
    assert "+20.0" in lines[0]
    assert ", 6 seeds, p " in lines[0]


@pytest.mark.parametrize("change", ["compute", "arm", "init", "suite"])
def test_what_is_trained_otherwise_is_not_counted(
    change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid, chosen = made("grid", FIRST, 0.2), made("grid-chosen", FIRST + LATER, 0.2)
    half = made("grid-half", LATER, 0.2)
    policy = half.preset.policies[POLICY]
    fast = policy.all_arms["rl-2e-4"].model_copy(update={"settings": {"learning_rate": 2e-4}})
    changed = {
        "compute": {"arm_flops": policy.arm_flops * 2},
        "arm": {"arms": {**policy.all_arms, "rl-2e-4": fast}},
        "init": {"competence": 0.9},
        "suite": {},
    }[change]
    preset = half.preset.model_copy(
        update={"policies": {POLICY: policy.model_copy(update=changed)}}
    )
    record = half.record
    if change == "suite":
        record = record.model_copy(update={"suites": {"gp-l": "another digest"}})
    other = replace(half, preset=preset, record=record)
    found = with_further_seeds(grid, POLICY, [grid, chosen, other])
    assert found == grid.played(POLICY)
    studies = {one.preset.name: one for one in (grid, chosen, other)}
    monkeypatch.setattr("benchmarks.study.loaded.in_order", list)
    monkeypatch.setattr("benchmarks.study.loaded.load_study", lambda folder: studies[folder.name])
    told = [line for line in frontier.report([*map(Path, studies)]) if "not in (b)" in line]
    assert told == ["grid-half, lm-working: not in (b), no grid among these studies trains alike."]


def test_half_of_the_compute_gives_the_weights_that_the_grid_has_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GAME, "longest_reply", 12)
    arms = some("grid", "sft-5e-4", "rl-5e-4", "sft-5e-5")
    grid = tiny(arms=arms).model_copy(update={"points": 3, "shares": (0.25, 0.5, 1.0)})
    policy = grid.policies[POLICY]
    kept = policy.model_copy(update={"arms": {"sft-5e-5": arms["sft-5e-5"]}})
    chosen = grid.model_copy(update={"policies": {POLICY: kept}, "seeds": 4})
    jobs = []
    for name, preset in (("grid", grid), ("half", half_of(grid, chosen))):
        folder = job_folder(tmp_path / name, POLICY, 3)
        folder.parent.mkdir(parents=True)
        jobs.append(Job(preset, SUITES["gp-l"], POLICY, 3, folder))
        run_job(jobs[-1], lambda event: None)
    whole, half = jobs
    for arm in half.settings.all_arms:
        there, here = (
            read_points(job.folder)[f"{arm}/{halfway(job.preset)}"] for job in (whole, half)
        )
        assert there.flops == here.flops
        ours, theirs = (
            torch.load(job.folder / WEIGHTS / f"{arm}-{halfway(job.preset)}.pt")["model"]
            for job in (whole, half)
        )
        assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_seeds_of_another_init_are_refused() -> None:
    grid = made("grid", FIRST, 0.2)
    chosen = made("grid-chosen", FIRST + LATER, 0.2)
    other = made("grid-half", LATER, 0.2, init=0.3)
    with pytest.raises(RunError, match="grid-half: its init plays otherwise on in "):
        with_further_seeds(grid, POLICY, [grid, chosen, other])
