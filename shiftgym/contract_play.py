"""Playing an environment as the contracts do, and what was seen as plain values."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

STEPS, DRAWN_STEPS = 150, 66
"""Actions that a contract plays; fewer where observations are drawn or written."""

_MOST_LISTED = 1_000
"""Numbers of an array that are compared as a list; of larger ones the digest is."""


class Step:
    """What one step or reset returned; `action` is None for a reset."""

    def __init__(
        self,
        action: Any,
        observation: Any,
        reward: float,
        terminated: bool,
        truncated: bool,
        info: dict[str, Any],
    ) -> None:
        self.action, self.observation, self.reward = action, observation, reward
        self.terminated, self.truncated, self.info = terminated, truncated, info

    @classmethod
    def of_reset(cls, returned: tuple[Any, dict[str, Any]]) -> Step:
        """Return the step that stands for a reset."""
        return cls(None, returned[0], 0.0, False, False, returned[1])


def steps_of(env: Any) -> int:
    """Return how many actions a contract plays in an environment."""
    return STEPS if is_symbolic(env) else DRAWN_STEPS


def play(env: Any, steps: int, *, seed: int | None = None, reset: bool = True) -> list[Step]:
    """Play, rightly mostly, so that episodes come to an end, and anything sometimes.

    Args:
        env: a single environment, reset wherever an episode ends.
        steps: actions.
        seed: of the first reset.
        reset: whether to begin with one.
    """
    generator = np.random.default_rng(0)
    seen = [Step.of_reset(env.reset(seed=seed))] if reset else []
    for _ in range(steps):
        action = _some_action(env, generator)
        seen.append(Step(action, *env.step(action)))
        if seen[-1].terminated or seen[-1].truncated:
            seen.append(Step.of_reset(env.reset()))
    return seen


def frozen(value: Any) -> Any:
    """Return nested steps, dicts and arrays as plain values, equal exactly when these are."""
    if isinstance(value, (str, int, float)) and not isinstance(value, np.generic):
        return value  # most of what there is
    if isinstance(value, Step):
        return {name: frozen(one) for name, one in vars(value).items()}
    if isinstance(value, Mapping):
        return {str(key): frozen(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [frozen(one) for one in value]
    if isinstance(value, np.ndarray):
        if value.size > _MOST_LISTED and value.dtype != object:
            # Lists of all pixels would take longer than to draw them.
            return [value.shape, str(value.dtype), hashlib.sha256(value.tobytes()).hexdigest()]
        return frozen(value.tolist()) if value.dtype == object else value.tolist()
    return value.item() if isinstance(value, np.generic) else value


def _some_action(env: Any, generator: np.random.Generator) -> Any:
    if generator.random() < 0.7:
        return env.unwrapped.expert_action()
    if isinstance(env.action_space, gym.spaces.Text):
        # Without braces, or as a reply that can be read and is wrong.
        return ["hm", "{", '{"action": "stop()", "formula": "1+1"}'][generator.integers(3)]
    return int(generator.integers(env.action_space.n))


def some_actions(env: Any, generator: np.random.Generator) -> NDArray[np.int64]:
    """Return an action for each copy of a vector environment, right mostly."""
    anything = generator.integers(0, env.single_action_space.n, env.num_envs)
    chosen: NDArray[np.int64] = np.where(
        generator.random(env.num_envs) < 0.85, env.expert_action(), anything
    )
    return chosen


def is_symbolic(env: Any) -> bool:
    """Return whether observations are numbers, neither drawn nor written."""
    space = env.observation_space
    return not isinstance(space, (gym.spaces.Text, gym.spaces.Dict)) and len(space.shape) < 3
