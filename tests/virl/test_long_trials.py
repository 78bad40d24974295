"""Trials that take a minute or more, run by `make test-slow`."""

from __future__ import annotations

import gymnasium as gym
import pytest

import virl_env

pytestmark = pytest.mark.slow

ROUTES = 1_000


@pytest.mark.parametrize("movement", ["rail", "free"])
@pytest.mark.parametrize("name", list(virl_env.variants()))
def test_the_expert_is_right_on_a_thousand_routes(name: str, movement: str) -> None:
    # Every id has to be walked over so many routes, also where it deals but a few by itself.
    env = gym.make(name, movement=movement, routes=112)
    env.reset(seed=1)
    for _ in range(ROUTES):
        terminated = truncated = False
        while not (terminated or truncated):
            *_, terminated, truncated, info = env.step(env.unwrapped.expert_action())
        assert terminated
        assert info["is_success"]
        env.reset()
