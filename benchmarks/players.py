"""From what stands behind `--agent` to something that plays: a scripted name, or saved weights."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gymnasium as gym

from agents.sb3.checkpoint import load_state
from agents.sb3.model import agent_of, load_model
from agents.tinylm import TinyLM, TinyLMAgent
from agents.vision.game import InPictures
from benchmarks.runs import RUN_FILE, read_record
from benchmarks.study.learners import GAMES
from benchmarks.suites import Suite, sees_pictures
from benchmarks.tasks import TASKS
from benchmarks.tasks.task import MakeAgent

EXPERT = "expert"
"""The one scripted agent that answers in text as well."""


@dataclass(frozen=True)
class Player:
    """An agent that can be put before environments.

    Attributes:
        name: for rows and folders.
        task: that it plays, None for any.
        digest: of its weights, "" where it has none.
        interface: of the ids it plays, "", "-Image" or "-Text"; None for "" and "-Text".
        keywords: it wants of its environments.
        seed: of the study that trained it, None where it is not known.
    """

    name: str
    make: MakeAgent
    task: str | None = None
    digest: str = ""
    interface: str | None = ""
    keywords: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None

    @property
    def sees(self) -> bool:
        """Whether it is shown pictures."""
        return sees_pictures(self.interface or "", self.keywords)

    @property
    def interfaces(self) -> tuple[str, ...]:
        """Of the ids it plays."""
        return ("", "-Text") if self.interface is None else (self.interface,)


def scripted_player(name: str, suite: Suite, *, seed: int, max_attempts: int) -> Player:
    """Return a player that needs no learning.

    Args:
        name: one of the references of the suite's task.
        suite: whose training episodes the memoriser has seen.
        seed: of what the agent draws, and of the fold.

    Raises:
        ValueError: for another name.
    """
    task = TASKS[suite.task]
    if name not in task.references:
        raise ValueError(
            f"--agent {name} is neither {', '.join(task.references)} nor a file. A study saves the "
            f"weights of its arms as jobs/*/init.pt, sft.pt and rl.pt."
        )
    make = task.reference(name, seed=seed, fold=suite.fold(seed), max_attempts=max_attempts)
    if name == EXPERT:
        return Player(name, make, interface=None)
    return Player(name, make, task=task.name)


def saved_player(path: Path) -> Player:
    """Return the player of weights that a study saved; the file tells which task they play.

    Raises:
        ValueError: it is no readable file of weights.
    """
    name = f"{path.parent.name}-{path.stem}"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    try:
        state = load_state(path)
    except ValueError as error:
        raise ValueError(
            f"{path} is no file of weights. Name an init.pt, sft.pt or rl.pt of a study. {error}"
        ) from None
    trained = _study_seed(path)
    if "slots" in state:
        agent = agent_of(load_model(path))
        picture = state.get("picture")
        interface = "-Image" if picture else ""
        size = {"image_size": int(picture[0])} if picture else {}
        task = _task_with_slots(path, state["slots"], interface)
        return Player(name, lambda _: agent, task, digest, interface, size, seed=trained)
    if "config" in state:
        model = TinyLM.load(path)
        writer = TinyLMAgent(model)
        wanted: dict[str, Any] = {"template": "compact"}
        if isinstance(model.game, InPictures):
            wanted.update(model.game.keywords)
        game = model.config.game.removesuffix("-images")
        task = next(name for name, known in GAMES.items() if known == game)
        return Player(name, lambda _: writer, task, digest, "-Text", wanted, seed=trained)
    raise ValueError(
        f"{path} holds no weights of an agent that is known here; it has the keys "
        f"{', '.join(map(str, list(state)[:8]))}. Name an init.pt, sft.pt or rl.pt of a study."
    )


def _task_with_slots(path: Path, slots: list[int], interface: str) -> str:
    """Return the task whose observations have these slots, beside a picture or without one."""
    for name in TASKS:
        env: Any = gym.make(f"{name}{interface}-v0", disable_env_checker=True)
        space: Any = env.observation_space
        if (space["state"] if interface else space).nvec.tolist() == slots:
            return name
    raise ValueError(
        f"{path} holds weights for observations of {len(slots)} slots that no task here has. Use "
        f"the version that made them."
    )


def _study_seed(path: Path) -> int | None:
    """Return the seed of the job in whose folder the weights lie, None elsewhere."""
    if not (path.parent / RUN_FILE).exists():
        return None
    record = read_record(path.parent)
    return record.seeds[0] if record.kind == "job" else None
