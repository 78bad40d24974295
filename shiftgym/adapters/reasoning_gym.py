"""reasoning-gym: text ids as procedural data sets, which its composite ones take.

import reasoning_gym
import shiftgym.adapters.reasoning_gym

data = reasoning_gym.create_dataset("general_points", size=100, seed=1)
data.score_answer("(5-1)*6*1", data[0])
"""

from __future__ import annotations

from dataclasses import dataclass, field, make_dataclass
from random import Random
from typing import Any

from shiftgym.extras import installed_by
from shiftgym.llm import expert_rows, reward, text_environment

with installed_by("reasoning-gym"):
    from reasoning_gym.factory import ProceduralDataset, register_dataset


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


class TextDataset(ProceduralDataset):
    """Rows of a text id, each of an episode of its own and drawn from the points of it.

    Their metadata have the `task` and `point` of `shiftgym.llm.reward`.
    """

    def __init__(self, config: TextConfig) -> None:
        super().__init__(config=config, seed=config.seed, size=config.size)
        self._env = text_environment(config.id, **config.keywords)

    def __getitem__(self, idx: int) -> dict[str, Any]:
        """Return question, answer and metadata of a row."""
        if not 0 <= idx < self.size:
            raise IndexError(f"The data set has the rows 0 to {self.size - 1}; got {idx}.")
        # With data sets of adjacent seeds it shares no rows, as it would with seed + idx.
        draw = Random(f"{self.seed} {idx}")
        row = draw.choice(expert_rows(self._env, seed=draw.getrandbits(32)))
        where = {"source_dataset": self.config.name, "source_index": idx, "point": row["point"]}
        return {
            "question": "\n\n".join(message["content"] for message in row["prompt"]),
            "answer": row["completion"][0]["content"],
            "metadata": {**where, "task": row["task"], "difficulty": {"value": row["difficulty"]}},
        }

    def score_answer(self, answer: str | None, entry: dict[str, Any]) -> float:
        """Return 1.0 for an answer worth as much as the expert's, bare or in JSON, else 0.0."""
        said, about = answer or "", entry["metadata"]
        right, told = reward([entry["answer"], said], **about)
        (bare,) = reward([said], bare=True, **about)
        return float(max(told, bare) >= right)


def register(name: str, id: str) -> None:
    """Register a data set of an id, for `reasoning_gym.create_dataset(name, ...)`."""
    fields = [("name", str, name), ("id", str, id)]
    register_dataset(name, TextDataset, make_dataclass("Config", fields, bases=(TextConfig,)))


register("general_points", "gp_env:GeneralPoints-Text-v0")
register("virl_navigation", "virl_env:VIRLNavigation-Text-v0")
