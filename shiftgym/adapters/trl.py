"""TRL: data sets for its trainers, a reward function and an environment.

from shiftgym.adapters import trl

SFTTrainer(model, train_dataset=trl.expert("gp_env:GeneralPoints-Text-v0", 1000))
GRPOTrainer(model, reward_funcs=trl.reward, train_dataset=trl.prompts(...))
GRPOTrainer(model, environment_factory=trl.Tools, train_dataset=trl.calls(...))
"""

from __future__ import annotations

from typing import Any

from shiftgym.extras import installed_by
from shiftgym.llm import Tools, reward, rows

with installed_by("trl"):
    from datasets import Dataset

__all__ = ["Tools", "calls", "expert", "prompts", "reward"]


def expert(id: str, n: int, **keywords: Any) -> Dataset:
    """Return n rows of prompt and right completion, for SFT; keywords as for `llm.rows`."""
    return Dataset.from_list(rows(id, n, **keywords)).select_columns(["prompt", "completion"])


def prompts(id: str, n: int, **keywords: Any) -> Dataset:
    """Return n rows of prompt, task and point, for GRPO with `reward`."""
    return Dataset.from_list(rows(id, n, **keywords)).remove_columns(["completion"])


def calls(id: str, n: int, **keywords: Any) -> Dataset:
    """Return n rows, one an episode, for GRPO with `environment_factory=Tools`."""
    return Dataset.from_list(rows(id, n, tools=True, **keywords))
