"""From a file of weights that a study saved to a player."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import gymnasium as gym

from agents.pretrained import PretrainedLM
from agents.pretrained.model import KIND
from agents.sb3.checkpoint import load_state
from agents.sb3.model import agent_of, load_model
from agents.tinylm import TinyLM, TinyLMAgent
from agents.vision.game import InPictures
from benchmarks.players import Player
from benchmarks.runs import RUN_FILE, read_record
from benchmarks.study.learners.language import GAMES
from benchmarks.tasks import TASKS


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
        return Player(name, lambda _: agent, task, digest, (interface,), size, seed=trained)
    if "config" in state:
        model = TinyLM.load(path)
        writer = TinyLMAgent(model)
        wanted: dict[str, Any] = {"template": "compact"}
        if isinstance(model.game, InPictures):
            wanted.update(model.game.keywords)
        task = _task_of_game(model.config.game)
        return Player(name, lambda _: writer, task, digest, ("-Text",), wanted, seed=trained)
    if KIND in state:
        pretrained = PretrainedLM.load(path)
        task = _task_of_game(pretrained.config.game)
        agent = TinyLMAgent(pretrained)
        wanted = {"template": "compact"}
        return Player(name, lambda _: agent, task, digest, ("-Text",), wanted, seed=trained)
    raise ValueError(
        f"{path} holds no weights of an agent that is known here; it has the keys "
        f"{', '.join(map(str, list(state)[:8]))}. Name an init.pt, sft.pt or rl.pt of a study."
    )


def _task_of_game(game: str) -> str:
    """Return the task of one of TinyLM's games."""
    known = game.partition("-")[0]
    return next(name for name, of in GAMES.items() if of == known)


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
