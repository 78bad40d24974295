"""How often an agent wins at the symbolic card game, for tests of learning."""

from __future__ import annotations

from typing import Any

import numpy as np

from agents.protocol import Agent
from gp_env.vector_env import GeneralPointsVectorEnv


def success_rate(agent: Agent, episodes: int, *, seed: int = 0, **keywords: Any) -> float:
    """Return the share of episodes of the symbolic card game that an agent solves.

    Args:
        agent: acts by observation and info alone; it sees no action mask.
        episodes: how many are played, side by side.
        seed: of the episodes.
        keywords: of the environment, such as `rule`, `split` and `max_attempts`.
    """
    env = GeneralPointsVectorEnv(episodes, autoreset_mode="next_step", mask=None, **keywords)
    observation, info = env.reset(seed=seed)
    for copy in range(episodes):
        agent.reset(copy)
    running = np.ones(episodes, dtype=bool)
    solved = 0
    while running.any():
        # Copies that ended play on with a token that costs nothing to choose; they are not counted.
        actions = np.zeros(episodes, dtype=np.int64)
        rows = np.flatnonzero(running)
        part = {key: values[rows] for key, values in info.items()}
        actions[rows] = agent.act(observation[rows], part)
        observation, _, terminated, truncated, info = env.step(actions)
        ended = running & (terminated | truncated)
        solved += int(info["is_success"][ended].sum())
        running &= ~ended
    return solved / episodes
