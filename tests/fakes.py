"""Learners that need no training: they grow more skilled with every token they are given."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.demonstrations import Demonstrated
from agents.protocol import Agent
from benchmarks.study.learners.learner import Report, Stage, Usage
from benchmarks.study.presets import PolicyPreset
from benchmarks.tasks.task import Task
from gp_env import Rule, solve
from gp_env.text import build_reply
from virl_env.actions import ACTION_INDEX
from virl_env.observe import decode
from virl_env.world.geometry import COMPASS, RELATIVE

TOKENS_A_STEP = 500


class SkilledAtCards:
    """Plays the compact text game well enough to win a share of hands that grows with skill."""

    def __init__(self, skill: float) -> None:
        self.skill = skill

    def act(self, observation: list[str], info: Any) -> list[str]:
        return [self._reply(prompt) for prompt in observation]

    def _reply(self, prompt: str) -> str:
        if random.Random(prompt).random() >= self.skill:
            return "no idea"
        cards, jack, queen, king = re.findall(r"Cards: (.*)\. J (\d+) Q (\d+) K (\d+)", prompt)[0]
        rule = Rule(int(jack), int(queen), int(king))
        return build_reply(cards, rule, solve(cards, rule)[0])

    def reset(self, index: int) -> None:
        pass


class SkilledInStreets:
    """Reads the symbols of navigation, right at a share of points that grows with skill."""

    def __init__(self, skill: float) -> None:
        self.skill = skill

    def act(self, observation: NDArray[np.uint8], info: Any) -> NDArray[np.int64]:
        return np.array([ACTION_INDEX[self._action(row)] for row in observation])

    def _action(self, row: NDArray[np.uint8]) -> str:
        seen = decode(row)
        if random.Random(row.tobytes()).random() >= self.skill or not seen["lines"]:
            return "forward()"
        line, (frame, words) = seen["lines"][0], seen["directions"]
        if line["turn"] == "walk":
            return "stop()" if seen["intersection"] else "forward()"
        if frame == "world":
            return f"turn_direction({words[COMPASS.index(line['compass'])]})"
        return f"turn_direction({words[RELATIVE.index(line['turn'])]})"

    def reset(self, index: int) -> None:
        pass


class FakeLearner:
    """Grows more skilled with every token, and writes its state after every third step."""

    weights = 1000
    steps_taken = 0

    def __init__(self, task: Task, preset: PolicyPreset, seed: int) -> None:
        self.in_text = task.name == "GeneralPoints"
        self.interface = "-Text" if self.in_text else ""
        self.keywords: Mapping[str, Any] = {"template": "compact"} if self.in_text else {}
        self.skill = 0.0
        self.task = task

    def flops(self, usage: Usage) -> float:
        return usage.flops(self.weights)

    def agent(self) -> Agent:
        return (SkilledAtCards if self.in_text else SkilledInStreets)(self.skill)

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(self.skill))

    def load(self, path: Path) -> None:
        self.skill = json.loads(path.read_text())

    def reported(self, path: Path) -> Usage | None:
        step, _, sampled = json.loads(path.read_text())
        return Usage(TOKENS_A_STEP * step, sampled * step)

    def imitate(self, demonstrations: Demonstrated, stage: Stage) -> None:
        assert demonstrations.keywords["split"] == "train"
        self._learn(0, stage.resume, stage.report)

    def reinforce(self, game: Mapping[str, Any], stage: Stage) -> None:
        assert self.task.rule in game.values()
        assert game["split"] == "train"
        self._learn(TOKENS_A_STEP // 2, stage.resume, stage.report)

    def _learn(self, sampled: int, resume: Path, report: Report) -> None:
        start, first = 0, self.skill
        if resume.exists():
            start, first, _ = json.loads(resume.read_text())
        for step in range(start + 1, 10_000):
            type(self).steps_taken += 1
            self.skill = first + 0.02 * step
            stop = report(Usage(TOKENS_A_STEP * step, sampled * step))
            if step % 3 == 0:
                resume.write_text(json.dumps((step, first, sampled)))
            if stop:
                return


class Guessing:
    """Looks at pictures, sees nothing in them and always does the same."""

    def act(self, observation: dict[str, NDArray[np.uint8]], info: Any) -> NDArray[np.int64]:
        return np.zeros(len(observation["image"]), dtype=np.int64)

    def reads(self, observation: dict[str, NDArray[np.uint8]]) -> NDArray[np.int64]:
        return np.zeros((len(observation["image"]), 6), dtype=np.int64)

    def reset(self, index: int) -> None:
        pass


class SeeingFake(FakeLearner):
    """The same for the -Image ids, and never any better."""

    def __init__(self, task: Task, preset: PolicyPreset, seed: int) -> None:
        super().__init__(task, preset, seed)
        self.interface, self.keywords = "-Image", {}

    def agent(self) -> Agent:
        return Guessing()
