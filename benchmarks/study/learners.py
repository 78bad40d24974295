"""What the study asks of a policy that learns, and the two that do.

A learner knows nothing of checkpoints to be evaluated, budgets of a stage or where results go: it
trains until its report says stop.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import gymnasium as gym
from agents.demonstrations import Demonstrations
from agents.protocol import Agent
from agents.sb3.bc import BCConfig, train_bc
from agents.sb3.model import SB3Agent, build_model, count_weights, load_model, save_model
from agents.sb3.ppo import PPOConfig, train_ppo
from gp_env.vector_env import GeneralPointsVectorEnv

from benchmarks.study.presets import PolicyPreset


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

    def imitate(
        self, demonstrations: Demonstrations, *, flops: float, seed: int, resume: Path, report: Report
    ) -> None:
        """Learn from demonstrations until `report` returns True or the compute is used.

        Args:
            resume: file with the state of an unfinished stage, kept up to date; where it exists,
                the stage goes on from it.
        """
        ...

    def reinforce(
        self, game: Mapping[str, Any], *, flops: float, seed: int, resume: Path, report: Report
    ) -> None:
        """Learn from own play of `game` (environment keywords), with the arguments of `imitate`."""
        ...


class SB3Learner:
    """The residual MLP on symbolic observations: behaviour cloning and SB3's plain PPO."""

    interface = ""
    keywords: Mapping[str, Any] = {}

    def __init__(self, preset: PolicyPreset, seed: int) -> None:
        env: Any = gym.make("gp_env:GeneralPoints-v0")
        self._policy = build_model(
            env.observation_space, env.action_space, seed=seed, **preset.model
        )
        self._bc = BCConfig(**preset.imitation)
        reinforcement = dict(preset.reinforcement)
        self._num_envs = reinforcement.pop("num_envs")
        self._ppo = PPOConfig(**reinforcement)
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

    def imitate(
        self, demonstrations: Demonstrations, *, flops: float, seed: int, resume: Path, report: Report
    ) -> None:
        """Clone the demonstrations."""
        transitions = demonstrations.transitions()
        length = len(transitions.actions) / len(demonstrations)
        train_bc(
            self._policy,
            transitions,
            math.ceil((flops / (6 * self.weights) + self._bc.batch_size) / length),
            config=self._bc,
            seed=seed,
            checkpoint=resume,
            callback=lambda p: report(Usage(p.account.tokens_trained, 0)),
            callback_every=math.ceil(4 * self._bc.batch_size / length),
        )

    def reinforce(
        self, game: Mapping[str, Any], *, flops: float, seed: int, resume: Path, report: Report
    ) -> None:
        """Play and improve."""
        env = GeneralPointsVectorEnv(
            self._num_envs, autoreset_mode="same_step", mask=None, **game
        )
        train_ppo(
            self._policy,
            env,
            math.ceil(flops / (self.weights * (6 * self._ppo.n_epochs + 2))),
            config=self._ppo,
            seed=seed,
            checkpoint=resume,
            callback=lambda p: report(Usage(p.account.tokens_trained, p.account.tokens_sampled)),
            callback_every=1,
        )


LEARNERS: Mapping[str, Callable[[PolicyPreset, int], Learner]] = {"sb3": SB3Learner}
"""Learners by the name that a preset gives them; each is made from its preset and a seed."""
