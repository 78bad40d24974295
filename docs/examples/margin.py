"""What an agent earns, against one that draws its actions: how examples tell that it learned."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import gymnasium as gym

ID = "virl_env:VIRLNavigation-v0"
EPISODES = 40


def check(act: Callable[[Any], Any], *, margin: float = 3.0, **keywords: Any) -> None:
    """Print the mean return of an agent and of chance; end the program where it is no better.

    Args:
        act: returns an action for one observation.
        margin: by which it has to be better.
        keywords: of the environment.
    """
    env = gym.make(ID, **{"observation": "onehot", **keywords})
    env.action_space.seed(0)
    learned, drawn = _mean(env, act), _mean(env, lambda seen: env.action_space.sample())
    print(f"result: return {learned:.1f}, of chance {drawn:.1f}")
    sys.exit(0 if learned > drawn + margin else 1)


def _mean(env: Any, act: Callable[[Any], Any]) -> float:
    total = 0.0
    for episode in range(EPISODES):
        seen, _ = env.reset(seed=10_000 + episode)
        over = False
        while not over:
            seen, reward, terminated, truncated, _ = env.step(int(act(seen)))
            total += float(reward)
            over = terminated or truncated
    return total / EPISODES
