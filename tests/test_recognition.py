"""What agents that see read in pictures, counted with every episode, and what a probe finds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from rich.console import Console

from agents.scripted import ExpertAgent
from agents.sights import SIGHTS
from benchmarks.evaluate import play
from benchmarks.probe import TRAINING, UNTRAINED, Seen, fit, look, probe
from benchmarks.records import RunRecord
from benchmarks.runs import Run, RunError
from benchmarks.study.learners import LEARNERS
from benchmarks.study.presets import PRESETS, PolicyPreset, Preset
from benchmarks.study.results import job_folder
from benchmarks.suites import SUITES, Suite
from benchmarks.tasks import TASKS
from benchmarks.tasks.task import RECOGNITION

QUIET = Console(quiet=True)
SEEING = {name: of for name, of in SUITES.items() if name.endswith("-vl")}
seeing = pytest.mark.parametrize("of", SEEING.values(), ids=list(SEEING))

Says = Callable[[NDArray[np.uint8]], NDArray[np.int64]]


class Reading(ExpertAgent):
    """An expert that says of what it is shown whatever a function makes of the truth."""

    def __init__(self, env: Any, of: Suite, says: Says) -> None:
        super().__init__(env)
        self._symbolic, self._of, self._says = env, of, says

    def reads(self, observation: Any) -> NDArray[np.int64]:
        assert observation["image"].dtype == np.uint8
        return self._says(SIGHTS[self._of.task].facts(self._symbolic.symbols))


def recognition(of: Suite, says: Says, count: int = 12) -> list[float]:
    keywords = {**of.keywords("in", 0, seen=True), "max_attempts": 1}
    played = play(
        lambda env: Reading(env, of, says),
        of.id("in", "-Image"),
        keywords,
        of.episode_seeds(0, count),
    )
    assert all(episode.success for episode in played)
    return [episode.metrics[RECOGNITION] for episode in played if RECOGNITION in episode.metrics]


@seeing
def test_who_reads_all_recognises_all(of: Suite) -> None:
    shares = recognition(of, lambda facts: facts.astype(np.int64))
    assert len(shares) > 6
    assert set(shares) == {1.0}


@seeing
def test_who_reads_nothing_recognises_nothing(of: Suite) -> None:
    assert set(recognition(of, lambda facts: np.zeros(facts.shape, dtype=np.int64))) == {0.0}


def test_a_hand_read_in_part_counts_in_part() -> None:
    def first_card_only(facts: NDArray[np.uint8]) -> NDArray[np.int64]:
        read = np.zeros(facts.shape, dtype=np.int64)
        read[:, 0] = facts[:, 0]
        return read

    assert set(recognition(SUITES["gp-vl"], first_card_only)) == {0.25}


def test_sides_and_crossings_are_not_what_recognition_counts() -> None:
    def category_only(facts: NDArray[np.uint8]) -> NDArray[np.int64]:
        read = np.full(facts.shape, 99, dtype=np.int64)
        read[:, 0] = facts[:, 0]
        return read

    assert set(recognition(SUITES["virl-vl"], category_only)) == {1.0}


def tiny(of: Suite) -> Preset:
    policy = PolicyPreset(
        learner="sb3-images",
        model={"width": 16, "blocks": 1},
        init_demonstrations=10,
        sft_demonstrations=10,
        init_flops=1.0,
        check_flops=1.0,
        arm_flops=1.0,
        minutes=(1, 1, 1),
    )
    return PRESETS[of.name]["quick"].model_copy(update={"policies": {"cnn": policy}})


def study_folder(folder: Path, of: Suite, preset: Preset) -> Path:
    """Return the folder of a study whose one job has come to its init."""
    record = RunRecord(
        kind="study",
        config=preset.plain(exclude={"seeds"}),
        seeds=[0],
        suites={of.name: of.digest},
    )
    with Run(folder, record):
        for name, policy in preset.policies.items():
            job = job_folder(folder, name, 0)
            job.mkdir(parents=True)
            LEARNERS[policy.learner](TASKS[of.task], policy, 0).save(job / "init.pt")
    return folder


@seeing
def test_agents_with_an_eye_say_what_they_see(of: Suite) -> None:
    learner = LEARNERS["sb3-images"](TASKS[of.task], tiny(of).policies["cnn"], 0)
    agent = learner.agent()
    keywords = {**of.keywords("in", 0, seen=True), "max_attempts": 1}
    played = play(lambda _: agent, of.id("in", "-Image"), keywords, of.episode_seeds(0, 12))
    shares = [episode.metrics[RECOGNITION] for episode in played if RECOGNITION in episode.metrics]
    assert shares
    # An eye that never learned anything guesses.
    assert 0.0 <= np.mean(shares) < 0.5


def test_the_probe_reads_what_it_was_fitted_on(tmp_path: Path) -> None:
    of = SUITES["gp-vl"]
    found = probe(study_folder(tmp_path, of, tiny(of)), episodes=10, console=QUIET)
    shares = {(one.stage, one.column): one.estimate.value for one in found}
    assert {stage for stage, _ in shares} == {UNTRAINED, "init"}
    assert {TRAINING, "in", "rule_ood", "visual_ood"} < {column for _, column in shares}
    assert shares["init", TRAINING] > 0.9
    assert all(0.0 <= share <= 1.0 for share in shares.values())
    assert "visual_ood" in (tmp_path / "probe.md").read_text()
    assert (tmp_path / "probe.json").exists()


def test_a_reader_of_sights_that_tell_nothing_is_at_chance() -> None:
    of = SUITES["gp-vl"]
    learner = LEARNERS["sb3-images"](TASKS[of.task], tiny(of).policies["cnn"], 0)
    eye: Any = learner._policy.features_extractor.eye  # type: ignore[attr-defined]
    facts = SIGHTS[of.task].facts
    seen, asked = look(of, TRAINING, 0, 60), look(of, "in", 0, 60)

    def share(fitted_on: Seen) -> float:
        reader = fit(eye, fitted_on, facts, 0)
        with torch.no_grad():
            answers = reader(eye(torch.from_numpy(asked.pictures)))
        read = torch.stack([logits.argmax(dim=1) for logits in answers], dim=1).numpy()
        right, shown = TASKS[of.task].recognised(asked.symbols, read)
        return float(right.sum() / shown.sum())

    order = np.random.default_rng(0).permutation(len(seen.pictures))
    shuffled = Seen(seen.pictures, seen.symbols[order], seen.episodes, seen.clusters)
    assert share(shuffled) < 0.25
    assert share(seen) > 0.5


def test_pictures_on_the_way_are_of_the_column_and_seen_once() -> None:
    of = SUITES["gp-vl"]
    seen = look(of, "visual_ood", 0, 20)
    assert len(seen.pictures) == 20
    assert sorted(seen.episodes) == list(range(20))
    suits = seen.symbols[:, 6:12]
    assert set(suits[suits > 0].tolist()) <= {2, 3}


def test_a_study_in_which_nobody_sees_is_not_probed(tmp_path: Path) -> None:
    of = SUITES["gp-vl"]
    blind = tiny(of).policies["cnn"].model_copy(update={"learner": "sb3"})
    folder = study_folder(tmp_path, of, tiny(of).model_copy(update={"policies": {"mlp": blind}}))
    with pytest.raises(RunError, match="No policy in"):
        probe(folder, episodes=10, console=QUIET)
