"""The two learners of the study, for seconds: they train, stop, resume and load as it expects."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from agents.gp.demonstrations import demonstrate
from benchmarks.evaluate import play
from benchmarks.players import saved_player
from benchmarks.study.learners import LEARNERS, Stage, Usage
from benchmarks.study.presets import PolicyPreset, Preset
from benchmarks.study.results import load_results
from benchmarks.study.run import run_study
from benchmarks.suites import SUITES
from benchmarks.tasks.cards import Cards

GAME = {"rule": "ten", "split": "train", "fold": (0, 6), "max_attempts": 1}
FLOPS = 2e9
BUDGETS = {
    "init_demonstrations": 300,
    "sft_demonstrations": 300,
    "init_flops": 1e9,
    "check_flops": 5e8,
    "arm_flops": FLOPS,
    "minutes": (1, 1, 1),
}
POLICIES = {
    "mlp": PolicyPreset(
        learner="sb3",
        model={"width": 16, "blocks": 1},
        init={"batch_size": 64},
        sft={"batch_size": 64},
        rl={"num_envs": 8, "n_steps": 16, "batch_size": 64},
        **BUDGETS,
    ),
    "lm": PolicyPreset(
        learner="tinylm",
        model={"width": 16, "layers": 1},
        init={"batch": 16},
        sft={"batch": 16},
        rl={"episodes": 32, "batch": 16},
        **BUDGETS,
    ),
}


@pytest.mark.parametrize("policy", list(POLICIES))
@pytest.mark.parametrize("arm", ["sft", "rl"])
def test_a_learner_spends_its_compute_and_comes_back(tmp_path: Path, policy: str, arm: str) -> None:
    preset = POLICIES[policy]
    learner = LEARNERS[preset.learner](Cards(), preset, 3)
    spent: list[float] = []

    def report(usage: Usage) -> bool:
        assert usage.trained > 0
        assert (usage.sampled > 0) == (arm == "rl")
        spent.append(usage.flops(learner.weights))
        return spent[-1] >= FLOPS

    settings = preset.sft if arm == "sft" else preset.rl
    stage = Stage(settings, FLOPS, 1, tmp_path / "resume.pt", report)
    if arm == "sft":
        learner.imitate(demonstrate(200, seed=1, **GAME), stage)
    else:
        learner.reinforce(GAME, stage)
    assert spent == sorted(spent)
    assert FLOPS <= spent[-1] < 1.5 * FLOPS

    # Saved weights play as they did, and the command `evaluate` finds them.
    learner.save(tmp_path / f"{arm}.pt")
    suite = SUITES["gp-l"]
    who = saved_player(tmp_path / f"{arm}.pt")
    assert who.interface == learner.interface
    cell = (suite.id("in", learner.interface), {**GAME, **learner.keywords})
    seeds = suite.episode_seeds(0, 20)
    played = [play(make, *cell, seeds) for make in (who.make, lambda _: learner.agent())]
    assert played[0] == played[1] or policy == "lm"
    assert [e.replies for e in played[0]] == [e.replies for e in played[1]]


def test_a_study_in_processes_of_its_own(tmp_path: Path) -> None:
    preset = Preset(
        name="micro",
        seeds=1,
        solutions="any",
        competence=0.3,
        validation_episodes=16,
        points=1,
        curve_episodes=8,
        final_episodes=16,
        policies=POLICIES,
    )
    suite, quiet = SUITES["gp-l"], Console(quiet=True)
    run_study(preset, suite, tmp_path, seeds=[0], workers=2, console=quiet)
    results = load_results(tmp_path)
    assert {difference.policy for difference in results.primary()} == set(POLICIES)
    assert {point.arm for point in results.curves} == {"init", "sft", "rl"}
