"""Rows of a data set: prompts, and what an expert replies to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import chain, islice
from typing import Any, TypeAlias

import gymnasium as gym
from gymnasium.spaces import Text

from shiftgym.checks import MAX_COUNT, in_range

Row: TypeAlias = dict[str, Any]

TOOL_PROMPT = """\
You play a game by calling the tool `submit`. Each call gives one reply; what it returns says \
what comes next, or what was wrong. Where the game asks you to close your reply with something, \
pass that to the tool. Go on until you are told that the game is over.

"""
"""The prompt of tool callers; what `Tools.reset` returns is put behind it."""

MAX_POINTS = 10_000
"""Replies that an expert may take to end an episode."""


def rows(id: str, n: int, *, seed: int = 0, tools: bool = False, **keywords: Any) -> list[Row]:
    """Return rows of a data set, each with a prompt and the right reply to it.

    Args:
        id: whose actions are texts, "package:Id-v0" where importing the package registers it.
        n: how many rows, 0 or more.
        seed: of the episodes; they are never those of a suite.
        tools: whether the rows are for tool callers, one an episode, see `Tools`.
        keywords: of the environment, such as split="train".

    Returns:
        For each row a dict: `prompt`, messages up to the reply; `completion`, the message that an
        expert replies with; `task`, the `info["task"]` of the episode; `point`, how many replies
        come before it in the episode; `difficulty`, of the episode: what `difficulty()` of the
        environment says where it has one, else how many replies the expert needs. Higher is harder,
        within an id. With `tools` the prompt is `TOOL_PROMPT`, and there is no completion.

    Raises:
        ValueError: for an id whose actions are no texts, for an n that is no such number, and what
            the environment refuses.
        gymnasium.error.Error: where no such id is registered.
    """
    n = in_range("n", n, 0, MAX_COUNT)
    if tools:
        begun = episodes(id, n, seed=seed, **keywords)
        return [{**row, "prompt": [{"role": "user", "content": TOOL_PROMPT}]} for row in begun]
    with closing(text_environment(id, **keywords)) as env:
        return list(islice(chain.from_iterable(_episodes(env, seed)), n))


def episodes(id: str, n: int, *, seed: int = 0, **keywords: Any) -> list[Row]:
    """Return a row for each of n episodes, with what the game says first as its prompt.

    For whoever plays the episodes with a `Dialogue` or in an environment. Arguments, errors and
    columns are those of `rows`, but for the completion, which is left out.
    """
    n = in_range("n", n, 0, MAX_COUNT)
    with closing(text_environment(id, **keywords)) as env:
        begun = (played[0] for played in islice(_episodes(env, seed), n))
        return [{name: row[name] for name in row if name != "completion"} for row in begun]


def text_environment(id: str, **keywords: Any) -> Any:
    """Return an environment whose actions are texts.

    Raises:
        ValueError: for an id whose actions are something else, and what the environment refuses.
        gymnasium.error.Error: where no such id is registered.
    """
    env: Any = gym.make(id, disable_env_checker=True, **keywords)
    if not isinstance(env.action_space, Text):
        raise ValueError(
            f"The actions of {id} are no texts, so no prompt can be made of it. Name an id with "
            f"-Text in it, such as gp_env:GeneralPoints-Text-v0."
        )
    return env


def expert_rows(
    env: Any, *, seed: int | None = None, options: dict[str, Any] | None = None
) -> list[Row]:
    """Return the rows of one episode, see `rows`, which an expert plays to its end.

    Args:
        env: whose actions are texts.
        seed, options: of `reset`.

    Raises:
        ValueError: the expert does not end the episode.
    """
    _, info = env.reset(seed=seed, options=options)
    measure, found = getattr(env.unwrapped, "difficulty", None), list[Row]()
    difficulty = None if measure is None else float(measure())
    task, ended = info["task"], False
    while not ended:
        if len(found) == MAX_POINTS:
            raise ValueError(f"The expert does not end the episode in {MAX_POINTS} replies: {task}")
        reply = env.unwrapped.expert_action()
        found.append(
            {
                "prompt": info["messages"],
                "completion": [{"role": "assistant", "content": reply}],
                "task": task,
                "point": len(found),
            }
        )
        _, _, terminated, truncated, info = env.step(reply)
        ended = terminated or truncated
    hard = float(len(found)) if difficulty is None else difficulty
    return [{**row, "difficulty": hard} for row in found]


def _episodes(env: Any, seed: int) -> Iterator[list[Row]]:
    """Yield the rows of one episode after another, without end."""
    yield expert_rows(env, seed=seed)
    while True:
        yield expert_rows(env)
