"""How fast the card game steps and deals, in ratios to Gymnasium's CartPole and to Minigrid."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import gymnasium as gym
import minigrid  # noqa: F401  (registers its ids)
import numpy as np

import gp_env
from benchmarks.speed.rows import best_speeds, expert_actions, play_single, row, show, with_ratios
from gp_env.config import GameConfig
from gp_env.deal import Dealer
from gp_env.verifier import judge_tokens

COPIES = 1024
STEPS = 2_000
"""So many that the first dealing, of episodes for every copy, is a small share of the time."""
SINGLE_STEPS = 20_000
HANDS = 200_000

GP = "GeneralPoints-v0"
CARTPOLE = "CartPole-v1"
MINIGRID = "MiniGrid-Empty-8x8-v0"


def measure() -> list[dict[str, Any]]:
    """Measure every bar of the symbolic environment."""
    return [*_vector(), *_single(), *_dealing(), *_import()]


def _vector() -> list[dict[str, Any]]:
    generator = np.random.default_rng(0)
    cartpole = _make_vec(CARTPOLE)
    games = {name: _make_vec(GP) for name in ("random", "masked", "expert")}
    balance = generator.integers(0, 2, (STEPS, COPIES))
    anything = generator.integers(0, len(gp_env.TOKENS), (STEPS, COPIES))
    masked, expert = _masked_actions(STEPS), expert_actions(_make_vec(GP), STEPS)

    def play(env: gym.vector.VectorEnv, actions: np.ndarray) -> None:
        # The same seed, so that recorded actions meet the hands that they were chosen for.
        env.reset(seed=0)
        # Actions repeat from round to round, and what they submit must be judged each time.
        judge_tokens.cache_clear()
        for action in actions:
            env.step(action)

    speeds = best_speeds(
        {
            "cartpole": lambda: play(cartpole, balance),
            "random": lambda: play(games["random"], anything),
            "masked": lambda: play(games["masked"], masked),
            "expert": lambda: play(games["expert"], expert),
        },
        dict.fromkeys(("cartpole", *games), STEPS * COPIES),
    )
    return [
        row(f"vector CartPole, {COPIES} copies", speeds["cartpole"], "steps/s"),
        row(f"vector GeneralPoints, {COPIES} copies", speeds["random"], "steps/s"),
        row("the same over CartPole", speeds["random"] / speeds["cartpole"], "x", 1.0),
        row("the same, random actions that the mask allows", speeds["masked"], "steps/s"),
        row("the same over CartPole", speeds["masked"] / speeds["cartpole"], "x", 0.6),
        row("the same, expert's actions", speeds["expert"], "steps/s"),
        row("the same over CartPole", speeds["expert"] / speeds["cartpole"], "x", 0.3),
    ]


def _make_vec(name: str) -> gym.vector.VectorEnv:
    return gym.make_vec(name, num_envs=COPIES, vectorization_mode="vector_entry_point")


def _masked_actions(steps: int) -> np.ndarray:
    """Return random actions that the mask allows, which is how a policy starts."""
    env, generator = _make_vec(GP), np.random.default_rng(0)
    _, infos = env.reset(seed=0)
    actions = np.zeros((steps, COPIES), dtype=np.int64)
    for step in range(steps):
        draws = generator.random((COPIES, len(gp_env.TOKENS))) * infos["action_mask"]
        actions[step] = draws.argmax(axis=1)
        *_, infos = env.step(actions[step])
    return actions


def _single() -> list[dict[str, Any]]:
    generator = np.random.default_rng(0)
    envs = {name: gym.make(name) for name in (CARTPOLE, GP, MINIGRID)}
    # Minigrid is so much slower that a tenth of the steps takes as long.
    steps = {CARTPOLE: SINGLE_STEPS, GP: SINGLE_STEPS, MINIGRID: SINGLE_STEPS // 10}
    actions = {
        name: generator.integers(0, int(env.action_space.n), steps[name]).tolist()
        for name, env in envs.items()
    }

    speeds = best_speeds(
        {name: lambda name=name: play_single(envs[name], actions[name]) for name in envs}, steps
    )
    return [
        *[row(f"single {name}", speeds[name], "steps/s") for name in envs],
        row("single GeneralPoints over CartPole", speeds[GP] / speeds[CARTPOLE], "x", 0.4),
        row("single GeneralPoints over Minigrid", speeds[GP] / speeds[MINIGRID], "x", 3.0),
    ]


def _dealing() -> list[dict[str, Any]]:
    seeds = np.arange(HANDS)
    dealers = {
        "one rule": Dealer(GameConfig.make()),
        "random rules": Dealer(GameConfig.make(rule="random")),
    }
    speeds = best_speeds(
        {name: lambda dealer=dealer: dealer.deal(seeds) for name, dealer in dealers.items()},
        dict.fromkeys(dealers, HANDS),
    )
    return [row(f"dealing, {name}", speed, "hands/s", 200_000) for name, speed in speeds.items()]


_COST = """
import sys, time
import gymnasium
before = time.perf_counter()
import gp_env
env = gymnasium.make({name!r})
env.reset(seed=0)
print(time.perf_counter() - before)
assert "torch" not in sys.modules
# The peak of this process alone; getrusage would count what its parent held when it forked.
print(*[line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:")])
"""


def _import() -> list[dict[str, Any]]:
    if not Path("/proc/self/status").exists():
        return []  # Only Linux tells a process's peak.
    runs = []
    for _ in range(3):
        command = [sys.executable, "-c", _COST.format(name=GP)]
        output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        runs.append([float(number) for number in output.stdout.split()])
    seconds, kibibytes = (min(column) for column in zip(*runs))
    return [
        row("import gp_env, make and reset, beyond Gymnasium", seconds, "s", 0.5, at_most=True),
        row("memory, Gymnasium included", kibibytes / 1024, "MiB", 120, at_most=True),
    ]


if __name__ == "__main__":
    started = time.perf_counter()
    show(with_ratios(measure()))
    print(f"{time.perf_counter() - started:.0f} s")
