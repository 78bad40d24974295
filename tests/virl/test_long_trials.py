"""Trials that take a minute or more, run by `make test-slow`."""

from __future__ import annotations

import math

import gymnasium as gym
import pytest

import virl_env

pytestmark = pytest.mark.slow

ROUTES = 1_000

BY_SIGHT_FREELY = 2
"""Every second route only: there, views in several directions are drawn at every point, and all of
the routes of an id would take about three minutes."""


@pytest.mark.parametrize("movement", ["rail", "free"])
@pytest.mark.parametrize("name", list(virl_env.variants()))
def test_the_expert_is_right_on_so_many_routes(name: str, movement: str) -> None:
    # So many different ones, also where an id deals but a few by itself.
    cities = len(virl_env.UNSEEN_CITIES) if "city" in virl_env.variants()[name] else 1
    env = gym.make(name, movement=movement, routes=math.ceil(ROUTES / cities))
    routes = env.unwrapped.task.dealer.pool.routes
    assert len({route.digest for route in routes}) >= ROUTES
    if "-Image" in name and movement == "free":
        routes = routes[::BY_SIGHT_FREELY]
    for route in routes:
        env.reset(seed=1, options={"route": route})
        terminated = truncated = False
        while not (terminated or truncated):
            *_, terminated, truncated, info = env.step(env.unwrapped.expert_action())
        assert terminated
        assert info["is_success"]
