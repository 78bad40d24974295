"""A vector environment's state, saved in the middle of episodes, is all it needs to go on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gp_env.vector_env import GeneralPointsVectorEnv

CASES = [
    {"autoreset_mode": "same_step", "rule": "random"},
    {"autoreset_mode": "next_step", "max_attempts": 1, "mask": None},
    {"autoreset_mode": "same_step", "num_cards": 5, "max_episode_steps": 7},
]


def play(env: GeneralPointsVectorEnv, actions: np.ndarray[Any, Any]) -> list[bytes]:
    trace = []
    for row in actions:
        observations, rewards, terminated, truncated, info = env.step(row)
        for part in (observations, rewards, terminated, truncated, info["episode_seed"]):
            trace.append(part.tobytes())
    return trace


@pytest.mark.parametrize("keywords", CASES)
def test_goes_on_exactly(keywords: dict[str, Any]) -> None:
    actions = np.random.default_rng(0).integers(0, 26, (160, 6))
    env = GeneralPointsVectorEnv(6, **keywords)
    env.reset(seed=4)
    play(env, actions[:75])
    state = env.get_state()
    expected = play(env, actions[75:])
    other = GeneralPointsVectorEnv(6, **keywords)
    other.set_state(state)
    assert play(other, actions[75:]) == expected
    other.reset(seed=5)
    other.step(other.expert_action())
    other.set_state(state)
    assert np.array_equal(other.expert_action(), _after(env, state).expert_action())


def _after(env: GeneralPointsVectorEnv, state: dict[str, Any]) -> GeneralPointsVectorEnv:
    env.set_state(state)
    return env


def test_refuses_the_state_of_another_number_of_copies() -> None:
    with pytest.raises(ValueError, match="num_envs=3"):
        GeneralPointsVectorEnv(2).set_state(GeneralPointsVectorEnv(3).get_state())
