"""Playing an episode again from its task string and its actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import gymnasium as gym

from shiftgym.checks import shown
from shiftgym.task_string import TaskString, is_held


class Replay(NamedTuple):
    """What came of an episode that was played again.

    Attributes:
        rewards: of each action.
        outcomes: `info["outcome"]` after each action.
        terminated, truncated: whether the last action ended the episode.
        info: after the last action; after the reset where there is none.
    """

    rewards: list[float]
    outcomes: list[str]
    terminated: bool
    truncated: bool
    info: dict[str, Any]


def replay(
    task: str,
    actions: Sequence[Any],
    *,
    options: Mapping[str, Any] | None = None,
    **keywords: Any,
) -> Replay:
    """Play an episode again.

    The environment is made by `gymnasium.make`, which imports the package that the task's id names.

    Args:
        task: the `info["task"]` of any step of the episode.
        actions: what was done in it, from its start: indices, or replies on text ids.
        options: what was given to `reset` in place of what is dealt, such as {"hand": "3 3 8 8"},
            where that was done.
        keywords: of the environment: what a string cannot hold (a city, a route, a template), as
            the episode was played with, and `render_mode`.

    Raises:
        ValueError: where the task is none, or does not start the same episode here; where a keyword
            or an option is missing; where there are actions after the end of the episode.
        gymnasium.error.Error: where no such id is registered.
    """
    told = TaskString.parse(task)
    if isinstance(actions, str):
        raise ValueError("actions is a sequence, of replies on text ids; got a string.")
    actions = list(actions)
    env = environment_of(told, **keywords)
    try:
        _, info = env.reset(options={**(options or {}), "task": task})
        if not _is_started(info.get("task"), told):
            raise ValueError(f"{told.id} tells no tasks: it is no environment of this kind.")
        rewards: list[float] = []
        outcomes: list[str] = []
        terminated = truncated = False
        for action in actions:
            if terminated or truncated:
                raise ValueError(
                    f"The episode ended after {len(rewards)} of {len(actions)} actions. Pass those "
                    f"of one episode."
                )
            _, reward, terminated, truncated, info = env.step(action)
            rewards.append(float(reward))
            outcomes.append(info["outcome"])
    finally:
        env.close()
    return Replay(rewards, outcomes, terminated, truncated, info)


def _is_started(text: Any, task: TaskString) -> bool:
    """Return whether what `info["task"]` holds is the episode of a task, however that is spaced."""
    try:
        started = TaskString.parse(text)
    except ValueError:
        return False
    return (started.episode_seed, started.digest) == (task.episode_seed, task.digest)


def environment_of(task: TaskString, **keywords: Any) -> Any:
    """Return a new environment that plays a task, which may be anybody's.

    Args:
        task: in parts.
        keywords: as for `replay`.

    Raises:
        ValueError: where a keyword is missing, or the environment cannot be made.
        gymnasium.error.Error: where no such id is registered.
    """
    held = task.keywords
    missing = [name for name, one in held.items() if not is_held(one) and name not in keywords]
    if missing:
        raise ValueError(
            f"The task was played with {missing[0]}={held[missing[0]]}, which a string cannot "
            f"hold. Pass it: shiftgym.replay(task, actions, {missing[0]}=...)."
        )
    try:
        return gym.make(task.id, disable_env_checker=True, **{**held, **keywords})
    except (ImportError, TypeError) as error:
        told = f"{type(error).__name__}: {error}"
        raise ValueError(f"The environment of the task cannot be made: {shown(told)}") from None
