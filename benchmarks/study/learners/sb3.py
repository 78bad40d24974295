"""Stable-Baselines3's policies as learners: on symbols, and on pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import gymnasium as gym

from agents.demonstrations import Demonstrated, Transitions
from agents.images import IMAGES
from agents.protocol import Agent
from agents.sb3.bc import BCConfig, train_bc
from agents.sb3.checkpoint import load_state, naming
from agents.sb3.model import SB3Agent, agent_of, build_model, count_weights, load_model, save_model
from agents.sb3.policy import ResidualPolicy, SightedMLP
from agents.sb3.ppo import PPOConfig, train_ppo
from agents.sb3.training import Account, told_account
from benchmarks.study.learners.learner import Stage, Usage
from benchmarks.study.presets import PolicyPreset
from benchmarks.tasks.task import Task


class SB3Learner:
    """The residual MLP on symbolic observations: behaviour cloning and SB3's plain PPO."""

    interface = ""
    keywords: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, task: Task, preset: PolicyPreset, seed: int) -> None:
        self._id = f"{task.name}{self.interface}-v0"
        env: Any = gym.make(self._id)
        spaces = env.observation_space, env.action_space
        self._policy = build_model(*spaces, seed=seed, **preset.model, **self._eye_of(task))
        self.weights = count_weights(self._policy)

    def flops(self, usage: Usage) -> float:
        """Return the compute of what a stage has used."""
        return usage.flops(self.weights)

    def agent(self, temperature: float = 0.0, seed: int = 0) -> Agent:
        """Return the greedy agent, or one that samples, always with a temperature of 1."""
        if temperature:
            return SB3Agent(self._policy, deterministic=False, seed=seed)
        return agent_of(self._policy)

    def save(self, path: Path) -> None:
        """Write the weights."""
        save_model(path, self._policy)

    def load(self, path: Path) -> None:
        """Read the weights."""
        self._policy = load_model(path)

    def reported(self, path: Path) -> Usage | None:
        """Return what was last reported before a state was written."""
        saved = load_state(path)
        with naming(path):
            account = told_account(saved)
        return None if account is None else _usage(account)

    def imitate(self, demonstrations: Demonstrated, stage: Stage) -> None:
        """Clone the demonstrations."""
        settings = dict(stage.settings)
        transitions = self._transitions(demonstrations, settings)
        config = BCConfig(**settings)
        length = len(transitions.actions) / len(demonstrations)
        train_bc(
            self._policy,
            transitions,
            math.ceil((stage.flops / (6 * self.weights) + config.batch_size) / length),
            config=config,
            seed=stage.seed,
            checkpoint=stage.resume,
            callback=lambda p: stage.report(_usage(p.account)),
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
            callback=lambda p: stage.report(_usage(p.account)),
            callback_every=1,
        )

    def _eye_of(self, task: Task) -> dict[str, Any]:
        """Return what a model is told of pictures."""
        return {}

    def _transitions(self, demonstrations: Demonstrated, settings: dict[str, Any]) -> Transitions:
        """Return what is to be cloned; take out of the settings what only this needs."""
        return demonstrations.transitions()


class SB3ImageLearner(SB3Learner):
    """The same with an eye: convolutions over the pictures of the -Image ids.

    Imitation's setting `look` says how its pictures look, "plain" by default; everything else is
    played in the environment's own.
    """

    interface = "-Image"

    def __init__(self, task: Task, preset: PolicyPreset, seed: int) -> None:
        self._images = IMAGES[task.name]
        super().__init__(task, preset, seed)
        self._use(self._policy)

    def flops(self, usage: Usage) -> float:
        """Return the compute of what a stage has used."""
        return usage.flops(self.weights, self._eye.flops)

    def load(self, path: Path) -> None:
        """Read the weights."""
        super().load(path)
        self._use(self._policy)

    def _eye_of(self, task: Task) -> dict[str, Any]:
        return {
            "views": self._images.VIEWS,
            "reads": self._images.READS,
            "unordered_reads": self._images.UNORDERED_READS,
        }

    def _use(self, policy: ResidualPolicy) -> None:
        assert isinstance(policy.features_extractor, SightedMLP)
        self._eye = policy.features_extractor.eye
        # N counts what reads tokens; what sees is used once a picture and counted apart.
        self.weights = count_weights(policy) - sum(w.numel() for w in self._eye.parameters())

    def _transitions(self, demonstrations: Demonstrated, settings: dict[str, Any]) -> Transitions:
        return self._images.with_pictures(demonstrations, settings.pop("look", "plain"))


def _usage(account: Account) -> Usage:
    return Usage(
        account.tokens_trained,
        account.tokens_sampled,
        account.pictures_trained,
        account.pictures_sampled,
        account.demonstrations + account.episodes,
    )
