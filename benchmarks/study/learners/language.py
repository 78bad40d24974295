"""Language models as learners: a small one, and a pretrained one with adapters."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch

from agents.demonstrations import Demonstrated
from agents.pretrained import PretrainedConfig, PretrainedLM
from agents.pretrained.model import KIND
from agents.protocol import Agent
from agents.sb3.checkpoint import fill_network, load_state, naming, save_state
from agents.tinylm import (
    GRPO,
    PPO,
    SFT,
    GRPOConfig,
    RejectionConfig,
    RejectionSFT,
    SFTConfig,
    TinyLM,
    TinyLMAgent,
    TinyLMConfig,
)
from agents.tinylm import PPOConfig as TinyLMPPOConfig
from agents.vision.game import InPictures
from benchmarks.study.learners.device import usable_device
from benchmarks.study.learners.learner import Stage, Usage
from benchmarks.study.presets import PolicyPreset
from benchmarks.tasks.task import Task

GAMES: Mapping[str, str] = {"GeneralPoints": "cards", "VIRLNavigation": "streets"}
"""TinyLM's name for the game of each task."""


OWN_PLAY: Mapping[str, tuple[Any, Any]] = {
    "rl": (PPO, TinyLMPPOConfig),
    "grpo": (GRPO, GRPOConfig),
    "rejection": (RejectionSFT, RejectionConfig),
}
"""Of each method by which TinyLM learns from own play: the learner and its configuration."""


CHECKPOINT_EVERY = 2_500
"""Replies that TinyLM sees between two states on disk: what a killed job does again."""


class TinyLMLearner:
    """The small language model on a text game: next-word SFT and PPO on its own replies."""

    interface = "-Text"
    keywords: Mapping[str, Any] = MappingProxyType({"template": "compact"})
    _medium = ""

    def __init__(self, task: Task, preset: PolicyPreset, seed: int) -> None:
        game = GAMES[task.name] + self._medium
        self._device = usable_device(preset.device)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._model = self._made({"game": game, **preset.model}).to(self._device)
        self.weights = self._model.size()

    def _made(self, settings: Mapping[str, Any]) -> TinyLM | PretrainedLM:
        """Return a new model."""
        return TinyLM(TinyLMConfig(**settings))

    def flops(self, usage: Usage) -> float:
        """Return the compute of what a stage has used."""
        return usage.flops(self.weights)

    def agent(self, temperature: float = 0.0, seed: int = 0) -> Agent:
        """Return the greedy agent, or one that samples."""
        return TinyLMAgent(self._model, temperature, seed)

    def save(self, path: Path) -> None:
        """Write the weights in the form that `TinyLM.load` reads."""
        model = self._model
        save_state(path, {"config": vars(model.config), "model": model.state_dict()})

    def load(self, path: Path) -> None:
        """Read the weights."""
        self._model = TinyLM.load(path).to(self._device)

    def reported(self, path: Path) -> Usage | None:
        """Return what was last reported before a state was written: each step is."""
        saved = load_state(path)
        with naming(path):
            seen, _, trained, sampled = saved["counts"]
            return Usage(int(trained), int(sampled), episodes=int(seen))

    def imitate(self, demonstrations: Demonstrated, stage: Stage) -> None:
        """Learn the demonstrated replies word by word."""
        training = SFT(self._model, demonstrations, SFTConfig(**stage.settings))
        self._train(training, stage)

    def reinforce(self, game: Mapping[str, Any], stage: Stage) -> None:
        """Reply, be judged and improve."""
        learner, config = OWN_PLAY[stage.method]
        settings = config(seed=stage.seed, **stage.settings)
        self._train(learner(self._model, settings, **game), stage)

    def _train(self, training: SFT | PPO | RejectionSFT, stage: Stage) -> None:
        def on_step(_: dict[str, float]) -> bool:
            words = training.trained_words, training.sampled_words
            usage = Usage(*words, episodes=training.seen)
            return stage.report(usage) or self.flops(usage) >= stage.flops

        # The compute ends the stage; no stage sees as many as this.
        training.train(
            sys.maxsize,
            on_step=on_step,
            checkpoint=stage.resume,
            checkpoint_every=CHECKPOINT_EVERY,
        )


class TinyLMImageLearner(TinyLMLearner):
    """The same with pictures in the dialogue, whose tokens count as words do.

    What the eye computes to make them is not counted. Imitation's setting `look` says how pictures
    look, "plain" by default; everything else is played in the environment's own.
    """

    _medium = "-images"

    def __init__(self, task: Task, preset: PolicyPreset, seed: int) -> None:
        super().__init__(task, preset, seed)
        game: Any = self._model.game
        assert isinstance(game, InPictures)
        self.keywords = {**self.keywords, **game.keywords}

    def imitate(self, demonstrations: Any, stage: Stage) -> None:
        """Learn the demonstrated replies word by word."""
        settings = dict(stage.settings)
        shown = {**demonstrations.keywords, "look": settings.pop("look", "plain")}
        seen = replace(demonstrations, keywords=shown)
        super().imitate(seen, replace(stage, settings=settings))


class PretrainedLearner(TinyLMLearner):
    """A pretrained chat model with LoRA, by the same SFT and PPO; its template is put around the
    compact wording."""

    def _made(self, settings: Mapping[str, Any]) -> PretrainedLM:
        return PretrainedLM(PretrainedConfig(**settings))

    def save(self, path: Path) -> None:
        """Write the adapters and the value head."""
        model = self._model
        save_state(path, {KIND: vars(model.config), "model": model.state_dict()})

    def load(self, path: Path) -> None:
        """Read the adapters and the value head into the model that there is."""
        fill_network(path, self._model, load_state(path).get("model"))
