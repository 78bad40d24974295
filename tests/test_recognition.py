"""What image-based agents read in pictures, counted with every episode, and what a probe finds."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from rich.console import Console

from agents.images import IMAGES
from agents.sb3.eye import Eye
from agents.scripted import ExpertAgent
from benchmarks.probe import TRAINING, UNTRAINED, fit, look, probe, sight
from benchmarks.records import RunRecord
from benchmarks.rollouts import play
from benchmarks.runs import Run, RunError
from benchmarks.study.folder import job_folder
from benchmarks.study.learners.registry import LEARNERS
from benchmarks.study.presets import PRESETS, PolicyPreset, Preset
from benchmarks.suites import SUITES, Suite
from benchmarks.tasks import TASKS
from benchmarks.tasks.task import RECOGNITION
from virl_env.world.city import CATEGORIES

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
        return self._says(IMAGES[self._of.task].facts(self._symbolic.symbols))


def recognition(of: Suite, says: Says, count: int = 8) -> list[float]:
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


def study_folder(folder: Path, of: Suite, preset: Preset, seeds: int = 1) -> Path:
    """Return the folder of a study whose jobs have come to their init."""
    record = RunRecord(
        kind="study",
        config=preset.plain(exclude={"seeds"}),
        seeds=list(range(seeds)),
        suites={of.name: of.digest},
    )
    with Run(folder, record):
        for (name, policy), seed in product(preset.policies.items(), range(seeds)):
            job = job_folder(folder, name, seed)
            job.mkdir(parents=True)
            LEARNERS[policy.learner](TASKS[of.task], policy, seed).save(job / "init.pt")
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


def test_the_probe_tells_what_cards_show_in_hands_it_was_not_fitted_on(tmp_path: Path) -> None:
    of = SUITES["gp-vl"]
    folder = study_folder(tmp_path, of, tiny(of))
    found = probe(folder, episodes=60, training=400, console=QUIET)
    shares = {(one.stage, one.column): one.estimate.value for one in found}
    assert {stage for stage, _ in shares} == {UNTRAINED, "init"}
    assert {TRAINING, "in", "rule_ood", "visual_ood"} < {column for _, column in shares}
    # Plain cards are in the pixels; with red ones an eye that never learned gets lost.
    assert shares["init", "in"] > 0.9
    assert shares[UNTRAINED, "visual_ood"] < 0.6 < shares[UNTRAINED, "in"]
    assert "With one seed all of it is conditional" in (tmp_path / "probe.md").read_text()
    assert (tmp_path / "probe.json").exists()


def test_the_probe_compares_stages_on_the_same_seeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # How well the readers read is not what is tested here.
    monkeypatch.setattr("benchmarks.probe._STEPS", 2)
    of = SUITES["gp-vl"]
    folder = study_folder(tmp_path, of, tiny(of), seeds=2)
    ahead = job_folder(folder, "cnn", 0)
    (ahead / "sft.pt").write_bytes((ahead / "init.pt").read_bytes())
    found = probe(folder, episodes=10, training=20, console=QUIET)
    assert {(one.stage, one.estimate.seeds) for one in found} == {(UNTRAINED, 2), ("init", 2)}
    (job_folder(folder, "cnn", 1) / "init.pt").unlink()
    with pytest.raises(RunError, match="for every seed"):
        probe(folder, episodes=10, training=20, console=QUIET)


def test_many_episodes_are_seen_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    of = SUITES["virl-vl"]
    eyes = {"init": Eye((64, 64, 12), 4, IMAGES[of.task].READS)}
    whole = sight(of, "in", 0, 7, eyes)
    monkeypatch.setattr("benchmarks.probe._AT_ONCE", 3)
    parts = sight(of, "in", 0, 7, eyes)
    assert whole.clusters == parts.clusters
    for one in (whole, parts):
        assert len(one.symbols) == len(one.episodes) == len(one.encoded["init"])
    # Side by side, episodes lie step by step; each has the same steps.
    left, right = (np.argsort(one.episodes, kind="stable") for one in (whole, parts))
    assert np.array_equal(whole.symbols[left], parts.symbols[right])
    assert torch.allclose(whole.encoded["init"][left], parts.encoded["init"][right], atol=1e-5)


def test_a_reader_of_sights_that_tell_nothing_is_at_chance() -> None:
    of = SUITES["gp-vl"]
    task, images = TASKS[of.task], IMAGES[of.task]
    eyes = {"init": Eye((84, 84, 3), 1, images.READS)}
    seen, asked = (sight(of, column, 0, 60, eyes) for column in (TRAINING, "in"))
    facts = images.facts(seen.symbols)

    def share(facts: NDArray[np.uint8]) -> float:
        answers = fit(seen.encoded["init"], facts, images.READS, 0)(asked.encoded["init"])
        read = torch.stack([logits.argmax(dim=1) for logits in answers], dim=1).numpy()
        right, shown = task.recognised(asked.symbols, read)
        return float(right.sum() / shown.sum())

    assert share(facts[np.random.default_rng(0).permutation(len(facts))]) < 0.25
    assert share(facts) > 0.5


def test_pictures_on_the_way_are_of_the_column_and_seen_once() -> None:
    of = SUITES["gp-vl"]
    seen = look(of, "visual_ood", 0, of.episode_seeds(0, 20))
    assert len(seen.pictures) == 20
    assert sorted(seen.episodes) == list(range(20))
    suits = seen.symbols[:, 6:12]
    assert set(suits[suits > 0].tolist()) <= {2, 3}


def test_a_study_in_which_nobody_sees_is_not_probed(tmp_path: Path) -> None:
    of = SUITES["gp-vl"]
    blind = tiny(of).policies["cnn"].model_copy(update={"learner": "sb3"})
    folder = study_folder(tmp_path, of, tiny(of).model_copy(update={"policies": {"mlp": blind}}))
    with pytest.raises(RunError, match="No policy in"):
        probe(folder, episodes=10, training=10, console=QUIET)


# What replies in words report


class Telling:
    """A model that wins, and says of what it sees what a function makes of its report."""

    def __init__(self, env: Any, says: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        self._env, self._says = env, says

    def act(self, observation: Any, info: Any) -> list[str]:
        replies = map(json.loads, self._env.expert_action())
        return [json.dumps(self._says(reply)) for reply in replies]

    def reset(self, index: int) -> None:
        pass


def told(task: str, says: Callable[[dict[str, Any]], dict[str, Any]], **keywords: Any) -> Any:
    """Return recognition over some episodes, None where no episode has any."""
    more = {"VIRLNavigation": {"landmarks": "all", "turns": (1, 2), "routes": 20}}.get(task, {})
    keywords = {"images": True, "max_attempts": 1, **more, **keywords}
    if keywords["images"]:
        # Nobody looks at them here.
        keywords["image_size"] = 32
    played = play(lambda env: Telling(env, says), f"{task}-Text-v0", keywords, range(3))
    shares = [one.metrics[RECOGNITION] for one in played if RECOGNITION in one.metrics]
    return sum(shares) / len(shares) if shares else None


def test_cards_are_read_as_a_reply_names_them() -> None:
    def naming(change: Callable[[list[str]], list[str]]) -> Any:
        return told("GeneralPoints", lambda reply: {**reply, "cards": change(reply["cards"])})

    assert naming(lambda cards: cards) == 1.0
    assert naming(lambda cards: [f"{card} of hearts" for card in reversed(cards)]) == 1.0
    assert naming(lambda cards: ["x", "y", *cards[2:]]) == 0.5
    # Who names every card there is has not read the hand.
    assert naming(lambda cards: cards + ["nothing"] * 12) == 0.25
    assert told("GeneralPoints", lambda reply: {"formula": reply["formula"]}) is None
    assert told("GeneralPoints", lambda reply: reply, images=False) is None


@pytest.mark.parametrize("template", ["default", "compact"])
def test_landmarks_are_read_as_a_reply_names_them(template: str) -> None:
    def seeing(change: Callable[[str], str]) -> Any:
        return told(
            "VIRLNavigation",
            lambda reply: {**reply, "current observation": change(reply["current observation"])},
            template=template,
        )

    assert seeing(lambda seen: seen) == 1.0
    assert seeing(lambda seen: "Only a street. Intersection: yes.") == 0.0
    everything = " ".join("ABCDEFGHIJ") + " " + " ".join(CATEGORIES)
    assert 0.0 < seeing(lambda seen: everything) < 0.8
    assert told("VIRLNavigation", lambda reply: {"action": reply["action"]}) is None
