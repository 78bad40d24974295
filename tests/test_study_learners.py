"""The two learners of the study, for seconds: they train, stop, resume and load as it expects."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.evaluate import play
from benchmarks.evaluation import run_evaluation
from benchmarks.players import saved_player
from benchmarks.runs import read_episodes
from benchmarks.study.learners import LEARNERS, Stage, Usage
from benchmarks.study.presets import PolicyPreset, Preset
from benchmarks.study.results import load_results
from benchmarks.study.run import run_study
from benchmarks.suites import SUITES, Suite
from benchmarks.tasks import TASKS

both_tasks = pytest.mark.parametrize("suite", SUITES.values(), ids=list(SUITES))
FLOPS = 1e9
BUDGETS = {
    "init_demonstrations": 300,
    "sft_demonstrations": 300,
    "init_flops": 5e8,
    "check_flops": 2e8,
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


@both_tasks
@pytest.mark.parametrize("policy", list(POLICIES))
@pytest.mark.parametrize("arm", ["sft", "rl"])
def test_a_learner_spends_its_compute_and_comes_back(
    tmp_path: Path, suite: Suite, policy: str, arm: str
) -> None:
    preset, task, fold = POLICIES[policy], TASKS[suite.task], suite.fold(0)
    learner = LEARNERS[preset.learner](task, preset, 3)
    spent: list[float] = []

    def report(usage: Usage) -> bool:
        assert usage.trained > 0
        assert (usage.sampled > 0) == (arm == "rl")
        spent.append(usage.flops(learner.weights))
        return spent[-1] >= FLOPS

    settings = preset.sft if arm == "sft" else preset.rl
    stage = Stage(settings, FLOPS, 1, tmp_path / "resume.pt", report)
    if arm == "sft":
        shown = task.demonstrate(200, seed=1, rules=(task.rule,), fold=fold)
        learner.imitate(shown, stage)
    else:
        learner.reinforce(task.game(task.rule, fold), stage)
    assert spent == sorted(spent)
    assert FLOPS <= spent[-1] < 1.5 * FLOPS

    # Saved weights play as they did, and the command `evaluate` finds their task.
    learner.save(tmp_path / f"{arm}.pt")
    who = saved_player(tmp_path / f"{arm}.pt")
    assert (who.task, who.interface) == (task.name, learner.interface)
    cell = (
        suite.id("in", learner.interface),
        {**task.game(task.rule, fold), **learner.keywords},
    )
    seeds = suite.episode_seeds(0, 20)
    played = [play(make, *cell, seeds) for make in (who.make, lambda _: learner.agent())]
    assert played[0] == played[1] or policy == "lm"
    assert [e.replies for e in played[0]] == [e.replies for e in played[1]]


@both_tasks
def test_a_study_in_processes_of_its_own(tmp_path: Path, suite: Suite) -> None:
    preset = Preset(
        name="micro",
        seeds=1,
        solutions="first" if suite.name == "gp-l" else None,
        competence=0.3,
        validation_episodes=16,
        points=1,
        curve_episodes=8,
        final_episodes=16,
        policies=POLICIES,
    )
    run_study(preset, suite, tmp_path, seeds=[0], workers=2, console=Console(quiet=True))
    results = load_results(tmp_path)
    assert {difference.policy for difference in results.primary()} == set(POLICIES)
    assert {point.arm for point in results.curves} == {"init", "sft", "rl"}


def test_weights_are_not_put_before_another_task(tmp_path: Path) -> None:
    suite = SUITES["virl-l"]
    learner = LEARNERS["sb3"](TASKS[suite.task], POLICIES["mlp"], 0)
    learner.save(tmp_path / "rl.pt")
    played = {
        "episodes": 4,
        "seed": None,
        "max_attempts": 1,
        "folder": tmp_path / "run",
        "default_folder": tmp_path,
        "console": Console(quiet=True),
    }
    agent = str(tmp_path / "rl.pt")
    with pytest.raises(ValueError, match="plays VIRLNavigation; --suite gp-l is of GeneralPoints"):
        run_evaluation(agent, suite_name="gp-l", ids=[], **played)
    run_evaluation(agent, suite_name=None, ids=[], **played)
    assert len(list(read_episodes(tmp_path / "run"))) == 4 * len(suite.columns)
