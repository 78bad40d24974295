"""What one-hot observations buy in training: `python -m benchmarks.speed.ppo`.

Stable-Baselines3's PPO walks the streets through our bridge with `observation="onehot"`, through
the bridge with integers, and through DummyVecEnv with integers, which SB3 turns into ones and zeros
itself, place by place. All take turns in one process, and what counts is the CPU's time.
"""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from typing import Any

import torch
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnv

from agents.sb3.ppo import PPOConfig
from benchmarks.speed.rows import row, show, with_ratios
from shiftgym.sb3 import VectorEnvToSB3
from virl_env.env import VIRLNavigationEnv
from virl_env.vector_env import VIRLNavigationVectorEnv

COPIES = 16
UPDATES = 4
"""Of the repository's settings, in each round."""
ROUNDS = 4
BAR = 1.7
"""Steps a CPU second of one-hot through the bridge, against integers through DummyVecEnv."""

ONEHOT, INTEGERS, DUMMY = "bridge, one-hot", "bridge, integers", "DummyVecEnv, integers"
SB3_STEPS = 256
"""Of each copy in a round with SB3's own settings, whose ten epochs of small batches cost most."""


def measure(copies: int = COPIES, rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """Time PPO on each kind of environment, with the settings of `PPOConfig` and with SB3's own.

    Args:
        copies: sub-environments.
        rounds: in which all take turns; the best of each counts.

    Returns:
        Rows as `benchmarks.speed.rows.row` makes them.
    """
    torch.set_num_threads(1)
    steps = PPOConfig.n_steps
    settings = asdict(replace(PPOConfig(), batch_size=min(PPOConfig.batch_size, steps * copies)))
    rows = _compare("PPO", copies, settings, UPDATES * steps, rounds, BAR)
    return rows + _compare("SB3's settings", copies, {"n_steps": SB3_STEPS}, SB3_STEPS, 2, None)


def _compare(
    what: str, copies: int, settings: dict[str, Any], steps: int, rounds: int, bar: float | None
) -> list[dict[str, Any]]:
    makers = {ONEHOT: lambda: _bridge(copies, "onehot"), INTEGERS: lambda: _bridge(copies, None)}
    makers[DUMMY] = lambda: DummyVecEnv([VIRLNavigationEnv] * copies)
    models = {
        name: PPO("MlpPolicy", make(), seed=0, device="cpu", **settings)
        for name, make in makers.items()
    }
    seconds = dict.fromkeys(models, float("inf"))
    for number in range(rounds + 1):
        for name, model in models.items():
            started = time.process_time()
            model.learn(steps * copies, reset_num_timesteps=False)
            # The first round warms up.
            if number:
                seconds[name] = min(seconds[name], time.process_time() - started)
    speeds = {name: steps * copies / seconds[name] for name in models}
    rows = [row(f"{what}, {name}", speed, "steps/CPU s") for name, speed in speeds.items()]
    ratio = speeds[ONEHOT] / speeds[DUMMY]
    rows.append(row(f"{what}, {ONEHOT} over {DUMMY}", ratio, "x", bar))
    return rows


def _bridge(copies: int, observation: str | None) -> VecEnv:
    envs = VIRLNavigationVectorEnv(copies, autoreset_mode="same_step", observation=observation)
    return VectorEnvToSB3(envs)


if __name__ == "__main__":
    show(with_ratios(measure()))
