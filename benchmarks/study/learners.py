"""What the study asks of a policy that learns, and the two that do.

A learner knows nothing of checkpoints to be evaluated, budgets of a stage or where results go: it
trains until its report says stop.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import gymnasium as gym
import torch

from agents.demonstrations import Demonstrated
from agents.protocol import Agent
from agents.sb3.bc import BCConfig, train_bc
from agents.sb3.checkpoint import save_state
from agents.sb3.model import SB3Agent, build_model, count_weights, load_model, save_model
from agents.sb3.ppo import PPOConfig, train_ppo
from agents.tinylm import PPO, SFT, SFTConfig, TinyLM, TinyLMAgent, TinyLMConfig
from agents.tinylm import PPOConfig as TinyLMPPOConfig
from benchmarks.study.presets import PolicyPreset
from benchmarks.tasks.task import Task


@dataclass(frozen=True)
class Usage:
    """Tokens that a stage has used so far: trained on (each epoch counted), and sampled."""

    trained: int
    sampled: int

    def flops(self, weights: int) -> float:
        """Return 6 N D_trained + 2 N D_sampled."""
        return 6.0 * weights * self.trained + 2.0 * weights * self.sampled


Report = Callable[[Usage], bool]
"""Told after every few updates; may evaluate the learner's agent. True ends the stage."""


@dataclass(frozen=True)
class Stage:
    """A stretch of training.

    Attributes:
        settings: of the training, as a preset gives them.
        flops: its compute.
        seed: fixes all that is random in it.
        resume: file with the state of an unfinished stage, kept up to date; where it exists, the
            stage goes on from it.
        report: see `Report`.
    """

    settings: Mapping[str, Any]
    flops: float
    seed: int
    resume: Path
    report: Report


class Learner(Protocol):
    """A policy and how it is trained.

    Attributes:
        interface: of the ids it plays, "" or "-Text".
        keywords: of its environments, beside those of the task.
        weights: their number, N.
    """

    interface: str
    keywords: Mapping[str, Any]
    weights: int

    def agent(self) -> Agent:
        """Return the greedy agent of the weights as they are now."""
        ...

    def save(self, path: Path) -> None:
        """Write the weights to a file that `load` and `benchmarks evaluate --agent` read."""
        ...

    def load(self, path: Path) -> None:
        """Read the weights, and forget everything else of earlier training."""
        ...

    def imitate(self, demonstrations: Demonstrated, stage: Stage) -> None:
        """Learn from demonstrations until the stage's report says stop or its compute is used."""
        ...

    def reinforce(self, game: Mapping[str, Any], stage: Stage) -> None:
        """Learn from own play of `game` (environment keywords), to the same end."""
        ...


class SB3Learner:
    """The residual MLP on symbolic observations: behaviour cloning and SB3's plain PPO."""

    interface = ""
    keywords: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, task: Task, preset: PolicyPreset, seed: int) -> None:
        self._id = f"{task.name}-v0"
        env: Any = gym.make(self._id)
        self._policy = build_model(
            env.observation_space, env.action_space, seed=seed, **preset.model
        )
        self.weights = count_weights(self._policy)

    def agent(self) -> Agent:
        """Return the greedy agent."""
        return SB3Agent(self._policy)

    def save(self, path: Path) -> None:
        """Write the weights."""
        save_model(path, self._policy)

    def load(self, path: Path) -> None:
        """Read the weights."""
        self._policy = load_model(path)

    def imitate(self, demonstrations: Demonstrated, stage: Stage) -> None:
        """Clone the demonstrations."""
        config = BCConfig(**stage.settings)
        transitions = demonstrations.transitions()
        length = len(transitions.actions) / len(demonstrations)
        train_bc(
            self._policy,
            transitions,
            math.ceil((stage.flops / (6 * self.weights) + config.batch_size) / length),
            config=config,
            seed=stage.seed,
            checkpoint=stage.resume,
            callback=lambda p: stage.report(Usage(p.account.tokens_trained, 0)),
            callback_every=math.ceil(4 * config.batch_size / length),
        )

    def reinforce(self, game: Mapping[str, Any], stage: Stage) -> None:
        """Play and improve."""
        settings = dict(stage.settings)
        copies = settings.pop("num_envs")
        env: Any = gym.make_vec(
            self._id, num_envs=copies, autoreset_mode="same_step", mask=None, **game
        )
        config = PPOConfig(**settings)
        train_ppo(
            self._policy,
            env.unwrapped,
            math.ceil(stage.flops / (self.weights * (6 * config.n_epochs + 2))),
            config=config,
            seed=stage.seed,
            checkpoint=stage.resume,
            callback=lambda p: stage.report(
                Usage(p.account.tokens_trained, p.account.tokens_sampled)
            ),
            callback_every=1,
        )


GAMES: Mapping[str, str] = {"GeneralPoints": "cards", "VIRLNavigation": "streets"}
"""TinyLM's name for the game of each task."""


class TinyLMLearner:
    """The small language model on a text game: next-word SFT and PPO on its own replies."""

    interface = "-Text"
    keywords: Mapping[str, Any] = MappingProxyType({"template": "compact"})

    def __init__(self, task: Task, preset: PolicyPreset, seed: int) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._model = TinyLM(TinyLMConfig(game=GAMES[task.name], **preset.model))
        self.weights = self._model.size()

    def agent(self) -> Agent:
        """Return the greedy agent."""
        return TinyLMAgent(self._model)

    def save(self, path: Path) -> None:
        """Write the weights in the form that `TinyLM.load` reads."""
        model = self._model
        save_state(path, {"config": vars(model.config), "model": model.state_dict()})

    def load(self, path: Path) -> None:
        """Read the weights."""
        self._model = TinyLM.load(path)

    def imitate(self, demonstrations: Demonstrated, stage: Stage) -> None:
        """Learn the demonstrated replies word by word."""
        training = SFT(self._model, demonstrations, SFTConfig(**stage.settings))
        self._train(training, stage)

    def reinforce(self, game: Mapping[str, Any], stage: Stage) -> None:
        """Reply, be judged and improve."""
        config = TinyLMPPOConfig(seed=stage.seed, **stage.settings)
        self._train(PPO(self._model, config, **game), stage)

    def _train(self, training: SFT | PPO, stage: Stage) -> None:
        def on_step(_: dict[str, float]) -> bool:
            usage = Usage(training.trained_words, training.sampled_words)
            return stage.report(usage) or usage.flops(self.weights) >= stage.flops

        # The compute ends the stage; no stage sees as many as this.
        training.train(sys.maxsize, on_step=on_step, checkpoint=stage.resume)


LEARNERS: Mapping[str, Callable[[Task, PolicyPreset, int], Learner]] = {
    "sb3": SB3Learner,
    "tinylm": TinyLMLearner,
}
"""Learners by the name that a preset gives them; each is made from a task, a preset and a seed."""
