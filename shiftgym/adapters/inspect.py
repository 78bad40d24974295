"""inspect-ai: `inspect eval shiftgym/cards --model ...`, and `streets`, and `game -T id=...`."""

from __future__ import annotations

from typing import Any

from shiftgym.extras import installed_by
from shiftgym.llm import Dialogue, episodes

with installed_by("inspect-ai"):
    from inspect_ai import Task, task
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.model import ChatMessage
    from inspect_ai.scorer import Score, Scorer, Target, mean, scorer, stderr
    from inspect_ai.solver import Generate, Solver, TaskState, solver
    from pydantic import TypeAdapter

_CHAT = TypeAdapter(list[ChatMessage])


@task
def game(id: str, n: int = 100, seed: int = 0, keywords: dict[str, Any] | None = None) -> Task:
    """n episodes of a text id; keywords are those of the environment."""
    samples = [
        Sample(input=_chat(row.pop("prompt")), id=number, metadata=row)
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


@solver
def play() -> Solver:
    """Ask the model for replies until the episode is over."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        dialogue = Dialogue(state.metadata["task"])
        while not dialogue.over:
            state.messages = _chat(dialogue.messages)
            state = await generate(state)
            dialogue.reply(state.output.completion)
        state.metadata.update(reward=dialogue.total, success=dialogue.success)
        return state

    return solve


@scorer(metrics={"success": [mean(), stderr()], "reward": [mean(), stderr()]})
def earned() -> Scorer:
    """Success of the episode, 0 or 1, and the sum of its rewards."""

    async def score(state: TaskState, target: Target) -> Score:
        told = {"success": float(state.metadata["success"]), "reward": state.metadata["reward"]}
        return Score(value=told, answer=state.output.completion)

    return score


def _chat(messages: list[dict[str, Any]]) -> Any:
    """Return messages as inspect-ai has them."""
    return _CHAT.validate_python([{**one, "content": _content(one)} for one in messages])


def _content(message: dict[str, Any]) -> Any:
    """Return what a message says; a picture is a part of another form in inspect-ai."""
    content = message["content"]
    if isinstance(content, str):
        return content
    return [
        part if part["type"] == "text" else {"type": "image", "image": part["image_url"]["url"]}
        for part in content
    ]
