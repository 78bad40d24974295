"""What the study asks of a policy that learns, and those that do.

A learner knows nothing of checkpoints to be evaluated, budgets of a stage or where results go: it
trains until its report says stop.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import gymnasium as gym
import torch

from agents.demonstrations import Demonstrated, Transitions
from agents.images import IMAGES
from agents.pretrained import PretrainedConfig, PretrainedLM
from agents.pretrained.model import KIND
from agents.protocol import Agent
from agents.sb3.bc import BCConfig, train_bc
from agents.sb3.checkpoint import fill_network, load_state, naming, save_state
from agents.sb3.model import SB3Agent, agent_of, build_model, count_weights, load_model, save_model
from agents.sb3.policy import ResidualPolicy, SightedMLP
from agents.sb3.ppo import PPOConfig, train_ppo
from agents.sb3.training import Account, told_account
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
from benchmarks.study.presets import PolicyPreset
from benchmarks.tasks.task import Task


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


def usable_device(name: str | None) -> str:
    """Return the device of a preset, the CPU for None.

    Raises:
        ValueError: it is a GPU, and there is none that torch can use.
    """
    if name is not None and name.startswith("cuda") and not torch.cuda.is_available():
        raise ValueError(
            f"The device {name} is asked for, and torch finds no GPU. Run the study where there is "
            f"one, with a CUDA build of torch, or pass --device cpu."
        )
    return name or "cpu"


LEARNERS: Mapping[str, Callable[[Task, PolicyPreset, int], Learner]] = {
    "sb3": SB3Learner,
    "sb3-images": SB3ImageLearner,
    "tinylm": TinyLMLearner,
    "tinylm-images": TinyLMImageLearner,
    "pretrained": PretrainedLearner,
}
"""Learners by the name that a preset gives them; each is made from a task, a preset and a seed."""
