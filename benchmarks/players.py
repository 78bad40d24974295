"""From what stands behind `--agent` to something that plays: a scripted name, or saved weights."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agents.gp.demonstrations import demonstrate
from agents.gp.memoriser import MemoriserAgent
from agents.sb3.checkpoint import load_state
from agents.sb3.model import SB3Agent, load_model
from agents.scripted import ExpertAgent, RandomAgent
from agents.tinylm import TinyLM, TinyLMAgent
from benchmarks.evaluate import MakeAgent
from benchmarks.runs import RUN_FILE, read_record
from gp_env.arithmetic import TOKENS

SCRIPTED = ("random", "expert", "memoriser")
MEMORISED = 20_000
"""Demonstrations that the memoriser knows: nearly every training hand."""


@dataclass(frozen=True)
class Player:
    """An agent that can be put before environments.

    Attributes:
        name: for rows and folders.
        digest: of its weights, "" where it has none.
        interface: of the ids it plays, "" or "-Text"; None for both.
        keywords: it wants of its environments.
        seed: of the study that trained it, None where it is not known.
    """

    name: str
    make: MakeAgent
    digest: str = ""
    interface: str | None = ""
    keywords: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None


def player(agent: str, *, seed: int, training: Mapping[str, Any]) -> Player:
    """Return the player of a name or a path.

    Args:
        agent: one of SCRIPTED, or a file of weights that a study saved.
        seed: of what the agent draws.
        training: keywords of the hands that the memoriser has seen.

    Raises:
        ValueError: it is neither a name nor a readable file of weights.
    """
    if agent == "random":
        return Player(agent, lambda _: RandomAgent(len(TOKENS), seed=seed))
    if agent == "expert":
        return Player(agent, ExpertAgent, interface=None)
    if agent == "memoriser":
        memoriser = MemoriserAgent(demonstrate(MEMORISED, seed=seed, **training))
        return Player(agent, lambda _: memoriser)
    path = Path(agent)
    if not path.is_file():
        raise ValueError(
            f"--agent {agent} is neither {', '.join(SCRIPTED)} nor a file. A study saves the "
            f"weights of its arms as jobs/*/init.pt, sft.pt and rl.pt."
        )
    name = f"{path.parent.name}-{path.stem}"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    try:
        state = load_state(path)
    except ValueError:
        raise ValueError(
            f"{path} is no file of weights. Name an init.pt, sft.pt or rl.pt of a study."
        ) from None
    trained = _study_seed(path)
    if "slots" in state:
        symbolic = SB3Agent(load_model(path))
        return Player(name, lambda _: symbolic, digest, seed=trained)
    if "config" in state:
        writer = TinyLMAgent(TinyLM.load(path))
        compact = {"template": "compact"}
        return Player(name, lambda _: writer, digest, "-Text", compact, seed=trained)
    raise ValueError(
        f"{path} holds no weights of an agent that is known here; it has the keys "
        f"{', '.join(map(str, list(state)[:8]))}. Name an init.pt, sft.pt or rl.pt of a study."
    )


def _study_seed(path: Path) -> int | None:
    """Return the seed of the job in whose folder the weights lie, None elsewhere."""
    if not (path.parent / RUN_FILE).exists():
        return None
    record = read_record(path.parent)
    return record.seeds[0] if record.kind == "job" else None
