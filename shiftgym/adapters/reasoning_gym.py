"""reasoning-gym: text ids as procedural data sets, which its composite ones take.

import reasoning_gym
import shiftgym.adapters.reasoning_gym

data = reasoning_gym.create_dataset("general_points", size=100, seed=1)
data.score_answer("(5-1)*6*1", data[0])
"""

from __future__ import annotations

from dataclasses import dataclass, field, make_dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from reasoning_gym.factory import ProceduralDataset, register_dataset

from shiftgym.llm import reward, rows

_BLOCK = 50
"""Rows that are made together. Each block has a seed of its own, so that data sets of adjacent
seeds share no rows."""


@dataclass
class TextConfig:
    """What a data set is made of.

    Attributes:
        name: under which it is registered.
        id: whose actions are texts.
        keywords: of the environment.
        seed: None for a random one.
        size: rows.
    """

    name: str
    id: str
    keywords: dict[str, Any] = field(default_factory=dict)
    seed: int | None = None
    size: int = 500

    def validate(self) -> None:
        """Check nothing: what is wrong is told where the environment is made."""


class TextDataset(ProceduralDataset):
    """Rows of a text id; their metadata have the `task` and `point` of `shiftgym.llm.reward`."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__(config=config, seed=config.seed, size=config.size)
        self._block = lru_cache(maxsize=16)(self._make_block)

    def _make_block(self, number: int) -> list[dict[str, Any]]:
        seed = int(np.random.SeedSequence((self.seed, number)).generate_state(1)[0])
        return rows(self.config.id, _BLOCK, seed=seed, **self.config.keywords)

    def __getitem__(self, idx: int) -> dict[str, Any]:
        """Return question, answer and metadata of a row."""
        if not 0 <= idx < self.size:
            raise IndexError(f"The data set has the rows 0 to {self.size - 1}; got {idx}.")
        row = self._block(idx // _BLOCK)[idx % _BLOCK]
        return {
            "question": "\n\n".join(message["content"] for message in row["prompt"]),
            "answer": row["completion"][0]["content"],
            "metadata": {
                "source_dataset": self.config.name,
                "source_index": idx,
                "difficulty": {"value": row["difficulty"]},
                "task": row["task"],
                "point": row["point"],
            },
        }

    def score_answer(self, answer: str | None, entry: dict[str, Any]) -> float:
        """Return 1.0 for an answer worth as much as the expert's, bare or in JSON, else 0.0."""
        at = {name: entry["metadata"][name] for name in ("task", "point")}
        right, told = reward([entry["answer"], answer or ""], **at)
        return float(max(told, *reward([answer or ""], **at, bare=True)) >= right)


def register(name: str, id: str) -> None:
    """Register a data set of an id, for `reasoning_gym.create_dataset(name, ...)`."""
    config = make_dataclass(
        "TextConfig", [("name", str, name), ("id", str, id)], bases=(TextConfig,)
    )
    register_dataset(name, TextDataset, config)


register("general_points", "gp_env:GeneralPoints-Text-v0")
register("virl_navigation", "virl_env:VIRLNavigation-Text-v0")
