"""How an episode is played and scored, in the words of inspect-ai."""

from __future__ import annotations

from typing import Any

from inspect_ai.model import ChatMessage
from inspect_ai.scorer import Score, Scorer, Target, mean, scorer, stderr
from inspect_ai.solver import Generate, Solver, TaskState, solver
from pydantic import TypeAdapter

from shiftgym.llm import Dialogue

_CHAT = TypeAdapter(list[ChatMessage])


@solver
def play() -> Solver:
    """Ask the model for replies until the episode is over."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        dialogue = Dialogue(state.metadata["task"])
        while not dialogue.over:
            state.messages = chat(dialogue.messages)
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


def chat(messages: list[dict[str, Any]]) -> Any:
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
