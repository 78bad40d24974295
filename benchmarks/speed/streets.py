"""How fast street navigation steps, in ratios to Gymnasium's CartPole."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np

import virl_env
from benchmarks.speed.rows import best_speeds, expert_actions, play_single, row, show, with_ratios

COPIES = 1024
STEPS = 2_000
"""So many that the first dealing, of episodes for every copy, is a small share of the time."""
SINGLE_STEPS = 10_000
ROUNDS = 7

STREETS = "VIRLNavigation-v0"
CARTPOLE = "CartPole-v1"


def measure() -> list[dict[str, Any]]:
    """Measure every bar of the symbolic environment."""
    return [*_vector(), *_single()]


def _vector() -> list[dict[str, Any]]:
    generator = np.random.default_rng(0)
    actions = {
        CARTPOLE: generator.integers(0, 2, (STEPS, COPIES)),
        "random": generator.integers(0, len(virl_env.ACTIONS), (STEPS, COPIES)),
        "expert": expert_actions(gym.make_vec(STREETS, num_envs=COPIES), STEPS),
    }
    envs = {
        name: gym.make_vec(
            CARTPOLE if name == CARTPOLE else STREETS,
            num_envs=COPIES,
            vectorization_mode="vector_entry_point",
        )
        for name in actions
    }

    def play(name: str) -> None:
        # The same seed, so that recorded expert actions meet the routes that they walk.
        envs[name].reset(seed=0)
        for action in actions[name]:
            envs[name].step(action)

    runs = {name: lambda name=name: play(name) for name in actions}
    speeds = best_speeds(runs, dict.fromkeys(runs, STEPS * COPIES), ROUNDS)
    return [
        row(f"vector CartPole, {COPIES} copies", speeds[CARTPOLE], "steps/s"),
        row(f"vector navigation on rails, {COPIES} copies", speeds["random"], "steps/s"),
        row("the same over CartPole", speeds["random"] / speeds[CARTPOLE], "x", 0.5),
        row("the same, expert's actions", speeds["expert"], "steps/s"),
        row("the same over CartPole", speeds["expert"] / speeds[CARTPOLE], "x"),
    ]


def _single() -> list[dict[str, Any]]:
    generator = np.random.default_rng(0)
    envs = {
        CARTPOLE: gym.make(CARTPOLE),
        "rail": gym.make(STREETS),
        "free": gym.make(STREETS, movement="free"),
    }
    actions = {
        name: generator.integers(0, int(env.action_space.n), SINGLE_STEPS).tolist()
        for name, env in envs.items()
    }

    runs = {name: lambda name=name: play_single(envs[name], actions[name]) for name in envs}
    speeds = best_speeds(runs, dict.fromkeys(runs, SINGLE_STEPS))
    return [
        row("single navigation on rails", speeds["rail"], "steps/s"),
        row("the same over CartPole", speeds["rail"] / speeds[CARTPOLE], "x"),
        row("single navigation, free movement", speeds["free"], "steps/s"),
        row("the same over CartPole", speeds["free"] / speeds[CARTPOLE], "x"),
    ]


if __name__ == "__main__":
    show(with_ratios(measure()))
