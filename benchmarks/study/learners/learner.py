"""What the study asks of a policy that learns.

A learner knows nothing of checkpoints to be evaluated, budgets of a stage or where results go: it
trains until its report says stop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from agents.demonstrations import Demonstrated
from agents.protocol import Agent


@dataclass(frozen=True)
class Usage:
    """What a stage has used so far.

    Attributes:
        trained, sampled: tokens, those trained on counted in each epoch.
        pictures_trained, pictures_sampled: pictures that were worked out for them.
        episodes: demonstrations learned from, repeats counted again, or episodes played.
    """

    trained: int
    sampled: int
    pictures_trained: int = 0
    pictures_sampled: int = 0
    episodes: int = 0

    def flops(self, weights: int, picture: float = 0.0) -> float:
        """Return 6 N D_trained + 2 N D_sampled, and the same of pictures.

        Args:
            weights: N, of what reads tokens.
            picture: FLOPs of working out a picture once; to learn from it takes three times that,
                as 6 N is to 2 N.
        """
        tokens = weights * (6.0 * self.trained + 2.0 * self.sampled)
        return tokens + picture * (3.0 * self.pictures_trained + self.pictures_sampled)


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
        method: of learning from own play, see `benchmarks.study.presets.Arm`.
    """

    settings: Mapping[str, Any]
    flops: float
    seed: int
    resume: Path
    report: Report
    method: str = "rl"


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

    def flops(self, usage: Usage) -> float:
        """Return the compute of what a stage has used."""
        ...

    def agent(self, temperature: float = 0.0, seed: int = 0) -> Agent:
        """Return the agent of the weights as they are now; 0 for the greedy one, 1 to sample."""
        ...

    def save(self, path: Path) -> None:
        """Write the weights to a file that `load` and `benchmarks evaluate --agent` read."""
        ...

    def load(self, path: Path) -> None:
        """Read the weights, and forget everything else of earlier training."""
        ...

    def reported(self, path: Path) -> Usage | None:
        """Return the usage that was last reported before the state of a stage was written.

        None for a state of earlier versions, which does not tell it.
        """
        ...

    def imitate(self, demonstrations: Demonstrated, stage: Stage) -> None:
        """Learn from demonstrations until the stage's report says stop or its compute is used."""
        ...

    def reinforce(self, game: Mapping[str, Any], stage: Stage) -> None:
        """Learn from own play of `game` (environment keywords) by the stage's method, as long."""
        ...
