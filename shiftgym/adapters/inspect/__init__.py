"""inspect-ai: `inspect eval shiftgym/cards --model ...`, and `streets`, and `game -T id=...`."""

from __future__ import annotations

from typing import Any

from shiftgym.extras import installed_by
from shiftgym.llm import episodes

with installed_by("inspect-ai"):
    from inspect_ai import Task, task
    from inspect_ai.dataset import MemoryDataset, Sample

    from shiftgym.adapters.inspect.playing import chat, earned, play


@task
def game(id: str, n: int = 100, seed: int = 0, keywords: dict[str, Any] | None = None) -> Task:
    """n episodes of a text id; keywords are those of the environment."""
    samples = [
        Sample(input=chat(row.pop("prompt")), id=number, metadata=row)
        for number, row in enumerate(episodes(id, n, seed=seed, **(keywords or {})))
    ]
    return Task(dataset=MemoryDataset(samples, name=id), solver=play(), scorer=earned())


@task
def cards(n: int = 100, seed: int = 0, keywords: dict[str, Any] | None = None) -> Task:
    """n hands of the card game."""
    return game("gp_env:GeneralPoints-Text-v0", n, seed, keywords)


@task
def streets(n: int = 100, seed: int = 0, keywords: dict[str, Any] | None = None) -> Task:
    """n routes through a city."""
    return game("virl_env:VIRLNavigation-Text-v0", n, seed, keywords)
