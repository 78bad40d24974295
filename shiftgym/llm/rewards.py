"""What completions are worth, by playing them in the episodes of their rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from gymnasium.spaces import Text

from shiftgym.checks import MAX_COUNT, in_range
from shiftgym.prompts import Message
from shiftgym.replaying import environment_of
from shiftgym.task_string import TaskString

Completion: TypeAlias = str | Sequence[Mapping[str, Any]]
"""A reply as text, or messages, of which those of the assistant are the replies in order."""


def reward(
    completions: Sequence[Completion],
    task: str | Sequence[str],
    point: int | Sequence[int] = 0,
    *,
    bare: bool = False,
    **_: object,
) -> list[float]:
    """Return what each completion is worth, as GRPO trainers ask for it.

    An unreadable reply has its reward like any other; it is no error. A completion of several
    replies, as in a dialogue about what was wrong, is worth their sum; what comes after the end of
    the episode is not read. One without any reply is worth what an empty reply is: saying nothing
    is no way out.

    Args:
        completions: of n rows.
        task: of each row, or one for all.
        point: of each row, or one for all.
        bare: whether replies are the answer and nothing else, such as "(5-1)*(10-4)", in place of
            what the prompt asks for.

    Returns:
        n rewards.

    Raises:
        ValueError: for numbers of rows that differ, a task that is none or was played with an
            object that a string cannot hold, and a point that its episode does not have.
        TypeError: for a completion that is neither text nor messages, and for one in place of a
            list of them.
    """
    if isinstance(completions, (str, Mapping)):
        raise TypeError(
            f"The completions are a list, one for each row; got one {type(completions).__name__}. "
            f"Put it into a list."
        )
    count = len(completions)
    tasks = [task] * count if isinstance(task, str) else list(task)
    points = list(point) if isinstance(point, Iterable) else [point] * count
    if not len(tasks) == len(points) == count:
        raise ValueError(
            f"Each of {count} completions has a task and a point; got {len(tasks)} tasks and "
            f"{len(points)} points. Pass one for each, or one for all."
        )
    envs: dict[str, Any] = {}
    try:
        return [
            _worth(begun(envs, *one)[0], _replies(completion), bare)
            for one, completion in zip(zip(tasks, points), completions)
        ]
    finally:
        for env in envs.values():
            env.close()


def begun(envs: dict[str, Any], task: str, point: int) -> tuple[Any, list[Message]]:
    """Return an environment at a point of a task's episode, and the chat there.

    Args:
        envs: those that were made, by how; a new one is added.
    """
    point = in_range("point", point, 0, MAX_COUNT)
    told = TaskString.parse(task)
    made = str(told._replace(episode_seed=0, digest=""))
    env = envs.get(made)
    if env is None:
        env = envs[made] = environment_of(told)
        if not isinstance(env.action_space, Text):
            raise ValueError(f"The actions of {told.id} are no texts; name a task of a -Text id.")
    _, info = env.reset(options={"task": task})
    for number in range(point):
        _, _, terminated, truncated, info = env.step(env.unwrapped.expert_action())
        if terminated or truncated:
            raise ValueError(
                f"The episode of the task has the points 0 to {number}; got {point}: {task}"
            )
    messages: list[Message] = info["messages"]
    return env, messages


def _worth(env: Any, replies: Sequence[str], bare: bool) -> float:
    template = getattr(env.unwrapped, "template", None)
    key = getattr(template, "answer_key", "") if bare else ""
    total = 0.0
    for reply in replies or [""]:
        # A task without a key asks for the answer alone anyway.
        said = json.dumps({key: reply.strip()}) if key else reply
        _, gained, terminated, truncated, _ = env.step(said)
        total += float(gained)
        if terminated or truncated:
            break
    return total


def _replies(completion: Completion) -> list[str]:
    """Return the replies of a completion; messages of others are left out."""
    if isinstance(completion, str):
        return [completion]
    try:
        return [_text(one["content"]) for one in completion if one["role"] == "assistant"]
    except (KeyError, TypeError) as error:
        raise TypeError(
            f"A completion is a text, or a list of messages with role and content; got "
            f"{type(completion).__name__}."
        ) from error


def _text(content: Any) -> str:
    """Return the content of a message, which may be a list of parts, or None for no text."""
    if content is None or isinstance(content, str):
        return content or ""
    return "".join(part["text"] for part in content if part["type"] == "text")
