"""The two learners of the study, for seconds: they train, stop, resume and load as it expects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
import torch
from rich.console import Console

from agents.images import IMAGES
from agents.sb3.model import build_model, save_model
from benchmarks.evaluation import folder_name, run_evaluation
from benchmarks.options import EvaluationOptions
from benchmarks.players import scripted_player
from benchmarks.rollouts import play
from benchmarks.runs import read_episodes
from benchmarks.study.learners.device import usable_device
from benchmarks.study.learners.learner import Stage, Usage
from benchmarks.study.learners.registry import LEARNERS
from benchmarks.study.presets import Preset, preset_named
from benchmarks.study.results import load_results
from benchmarks.study.run import run_study
from benchmarks.suites import SUITES, Suite
from benchmarks.tasks import TASKS
from benchmarks.weights import saved_player
from tests.tiny_policies import FLOPS, POLICIES

TOLD = {name: suite for name, suite in SUITES.items() if not suite.axes}
SEEN = {name: suite for name, suite in SUITES.items() if suite.axes}
# Each policy daily on one task, which it knows by its protocol alone. Street views take three times
# as long as cards, and replies in the streets longer than hands.
DAILY = {("gp-l", "lm"), ("virl-l", "mlp")}
CASES = [
    *(
        (suite, policy, () if (name, policy) in DAILY else pytest.mark.slow)
        for name, suite in TOLD.items()
        for policy in ("mlp", "lm")
    ),
    *(
        (suite, policy, pytest.mark.slow if name == "virl-vl" else ())
        for name, suite in SEEN.items()
        for policy in ("cnn", "lm-images")
    ),
]


@pytest.mark.parametrize(
    ("suite", "policy"),
    [pytest.param(*case, marks=marks, id=f"{case[0].name}-{case[1]}") for *case, marks in CASES],
)
@pytest.mark.parametrize("arm", ["sft", "rl"])
def test_a_learner_spends_its_compute_and_comes_back(
    tmp_path: Path, suite: Suite, policy: str, arm: str
) -> None:
    preset, task, fold = POLICIES[policy], TASKS[suite.task], suite.fold(0)
    learner = LEARNERS[preset.learner](task, preset, 3)
    # A picture costs as much as ten thousand tokens of the small MLP, or some fifty of the model.
    flops = {"cnn": 15, "lm-images": 5}.get(policy, 1) * FLOPS
    spent: list[float] = []

    def report(usage: Usage) -> bool:
        assert usage.trained > 0
        assert (usage.sampled > 0) == (arm == "rl")
        assert (usage.pictures_trained > 0) == (policy == "cnn")
        assert (usage.pictures_sampled > 0) == (policy == "cnn" and arm == "rl")
        spent.append(learner.flops(usage))
        return spent[-1] >= flops

    settings = preset.sft if arm == "sft" else preset.rl
    stage = Stage(settings, flops, 1, tmp_path / "resume.pt", report)
    if arm == "sft":
        # Pictures take long to draw.
        count = 20 if suite.axes else 200
        shown = task.demonstrate(count, seed=1, rules=(task.rule,), fold=fold, **suite.game)
        learner.imitate(shown, stage)
    else:
        learner.reinforce({**task.game(task.rule, fold), **suite.game}, stage)
    assert spent == sorted(spent)
    assert flops <= spent[-1] < 1.5 * flops

    # Saved weights play as they did, and the command `evaluate` finds their task.
    learner.save(tmp_path / f"{arm}.pt")
    who = saved_player(tmp_path / f"{arm}.pt")
    assert (who.task, who.interface) == (task.name, learner.interface)
    game = {**task.game(task.rule, fold), **suite.game, **learner.keywords}
    cell = (suite.id("in", learner.interface), game)
    seeds = suite.episode_seeds(0, 3 if suite.axes else 20)
    played = [play(make, *cell, seeds) for make in (who.make, lambda _: learner.agent())]
    assert played[0] == played[1] or policy.startswith("lm")
    assert [e.replies for e in played[0]] == [e.replies for e in played[1]]


# Processes take most of the time, and replies of the language model most of the rest.
@pytest.mark.parametrize(
    "name, policies, workers",
    [
        ("gp-l", ("mlp",), 1),
        pytest.param("virl-l", ("mlp",), 0, marks=pytest.mark.slow),
        pytest.param("gp-l", ("mlp", "lm"), 2, marks=pytest.mark.slow),
    ],
)
def test_a_study_with_learners(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    policies: tuple[str, ...],
    workers: int,
) -> None:
    for task in ("cards", "streets"):
        monkeypatch.setattr(f"benchmarks.tasks.{task}.MEMORISED", 100)
    suite = SUITES[name]
    preset = Preset(
        name="micro",
        seeds=1,
        solutions="first" if name == "gp-l" else None,
        competence=0.3,
        validation_episodes=4,
        points=1,
        curve_episodes=4,
        final_episodes=6,
        policies={policy: POLICIES[policy] for policy in policies},
    )
    run_study(preset, suite, tmp_path, seeds=[0], workers=workers, console=Console(quiet=True))
    results = load_results(tmp_path)
    assert {difference.policy for difference in results.primary()} == set(policies)
    assert {point.arm for point in results.curves} == {"init", "sft", "rl"}


def run_asked(agent: Path, **options: Any) -> None:
    run_evaluation(EvaluationOptions(str(agent), **options), Console(quiet=True))


def test_weights_from_nowhere_are_tested_on_no_fold_unasked(tmp_path: Path) -> None:
    suite = SUITES["gp-l"]
    LEARNERS["sb3"](TASKS[suite.task], POLICIES["mlp"], 1).save(tmp_path / "rl.pt")
    played = {"columns": ["in"], "episodes": 2, "out": tmp_path / "run"}
    with pytest.raises(ValueError, match="nobody says which fold"):
        run_asked(tmp_path / "rl.pt", **played)
    run_asked(tmp_path / "rl.pt", seed=1, **played)
    (row, *_) = read_episodes(tmp_path / "run")
    assert row.keywords["fold"] == list(suite.fold(1))


def test_weights_play_pictures_of_the_size_that_they_know(tmp_path: Path) -> None:
    env: Any = gym.make("VIRLNavigation-Image-v0", image_size=48)
    images = IMAGES["VIRLNavigation"]
    policy = build_model(
        env.observation_space,
        env.action_space,
        width=16,
        blocks=1,
        views=images.VIEWS,
        reads=images.READS,
    )
    save_model(tmp_path / "rl.pt", policy)
    folder = tmp_path / "run"
    run_asked(tmp_path / "rl.pt", columns=["in"], episodes=2, seed=0, out=folder)
    assert [row.keywords["image_size"] for row in read_episodes(folder)] == [48, 48]


def test_a_folder_for_many_columns_has_no_endless_name(tmp_path: Path) -> None:
    who = scripted_player("expert", SUITES["gp-vl"], seed=0, max_attempts=1)
    asked = EvaluationOptions(agent="expert", episodes=5, max_attempts=1)
    names = {folder_name(who, "-".join(["in"] * count), 0, asked) for count in (60, 61)}
    assert len(names) == 2
    assert max(map(len, names)) <= 120


def test_weights_are_not_put_before_another_task(tmp_path: Path) -> None:
    suite = SUITES["virl-l"]
    learner = LEARNERS["sb3"](TASKS[suite.task], POLICIES["mlp"], 0)
    learner.save(tmp_path / "rl.pt")
    played = {"episodes": 4, "seed": 0, "out": tmp_path / "run"}
    agent = tmp_path / "rl.pt"
    with pytest.raises(ValueError, match="plays VIRLNavigation; --suite gp-l is of GeneralPoints"):
        run_asked(agent, suite="gp-l", **played)
    run_asked(agent, **played)
    assert len(list(read_episodes(tmp_path / "run"))) == 4 * len(suite.columns)


def test_weights_with_an_eye_play_what_can_be_seen(tmp_path: Path) -> None:
    suite = SUITES["gp-vl"]
    learner = LEARNERS["sb3-images"](TASKS[suite.task], POLICIES["cnn"], 0)
    learner.save(tmp_path / "rl.pt")
    played = {"episodes": 4, "seed": 0}
    agent, folder = tmp_path / "rl.pt", tmp_path / "run"
    run_asked(agent, columns=["visual_ood", "noise_3"], out=folder, **played)
    rows = list(read_episodes(folder))
    assert [row.id for row in rows[::4]] == [
        "GeneralPoints-Image-VisualOOD-v0",
        "GeneralPoints-Image-v0",
    ]
    assert rows[-1].keywords["look"] == {"noise": 3}
    assert all(0.0 <= (row.metrics or {})["recognition"] <= 1.0 for row in rows)
    assert "Read: of each hand" in (folder / "table.md").read_text()
    with pytest.raises(ValueError, match="plays Image ids only; got GeneralPoints-v0"):
        run_asked(agent, ids=["GeneralPoints-v0"], out=tmp_path / "other", **played)
    with pytest.raises(ValueError, match="no column nois of gp-vl: expected some of in, rule_ood"):
        run_asked(agent, columns=["nois"], out=tmp_path / "other", **played)


def test_a_preset_for_a_gpu_says_so_where_there_is_none() -> None:
    preset = preset_named("smollm2", "gp-l")
    assert preset.policies["smollm2"].device == "cuda"
    assert preset.on("cpu").policies["smollm2"].device is None
    moved = preset_named("full", "gp-l").on("cuda:1")
    assert [policy.device for policy in moved.policies.values()].count("cuda:1") == 1
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="torch finds no GPU"):
            usable_device("cuda")
