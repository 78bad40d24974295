"""What the bridge to Stable-Baselines3 buys: `python -m benchmarks.speed.bridge`.

A rollout collected without a policy shows what the environment side costs; whole PPO runs show what
is left of it once a network of some width has to be run and trained as well.
"""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.buffers import RolloutBuffer
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnv

from agents.sb3.policy import ResidualPolicy, policy_keywords
from agents.sb3.ppo import PPOConfig
from benchmarks.speed.rows import row, show, with_ratios
from gp_env.env import GeneralPointsEnv
from gp_env.vector_env import GeneralPointsVectorEnv
from shiftgym.sb3 import VectorEnvToSB3

COPIES = 256
STEPS = 64
ROUNDS = 3
WIDTHS = (64, 512)
BAR = 10.0
"""The bridge's rollouts against DummyVecEnv's, the policy left out."""


def measure(copies: int = COPIES, widths: tuple[int, ...] = WIDTHS) -> list[dict[str, Any]]:
    """Time rollouts and PPO through the bridge and through DummyVecEnv, taking turns.

    Args:
        copies: episodes side by side.
        widths: of the residual MLP of the whole PPO runs.

    Returns:
        Rows as `benchmarks.speed.rows.row` makes them.
    """
    torch.set_num_threads(1)
    makers = {"bridge": _bridge, "DummyVecEnv": _dummy}
    rows = []
    rollout = dict.fromkeys(makers, 0.0)
    envs = {name: make(copies) for name, make in makers.items()}
    for _ in range(ROUNDS):
        for name, env in envs.items():
            rollout[name] = max(rollout[name], _rollout_speed(env))
    rows += [row(f"rollout, {name}", speed, "steps/s") for name, speed in rollout.items()]
    ratio = rollout["bridge"] / rollout["DummyVecEnv"]
    rows.append(row("rollout, bridge over DummyVecEnv", ratio, "x", BAR))
    for width in widths:
        speeds = {name: _ppo_speed(env, width) for name, env in envs.items()}
        rows += [row(f"PPO, width {width}, {name}", speeds[name], "steps/s") for name in speeds]
        ratio = speeds["bridge"] / speeds["DummyVecEnv"]
        rows.append(row(f"PPO, width {width}, bridge over DummyVecEnv", ratio, "x"))
    return rows


def _bridge(copies: int) -> VecEnv:
    return VectorEnvToSB3(GeneralPointsVectorEnv(copies, autoreset_mode="same_step", mask=None))


def _dummy(copies: int) -> VecEnv:
    return DummyVecEnv([lambda: GeneralPointsEnv(mask=None)] * copies)


def _rollout_speed(env: VecEnv) -> float:
    """Return steps/s of a loop that steps with drawn actions and fills a rollout buffer."""
    env.seed(0)
    copies = env.num_envs
    buffer = RolloutBuffer(STEPS, env.observation_space, env.action_space, n_envs=copies)
    drawn = np.random.default_rng(0).integers(0, env.action_space.n, (STEPS, copies))
    zero = torch.zeros(copies)
    observations, starts = env.reset(), np.ones(copies, dtype=bool)
    started = time.perf_counter()
    for actions in drawn:
        following, rewards, dones, _ = env.step(actions)
        buffer.add(observations, actions[:, None], rewards, starts, zero, zero)
        observations, starts = following, dones
    return STEPS * copies / (time.perf_counter() - started)


def _ppo_speed(env: VecEnv, width: int) -> float:
    """Return steps/s of PPO with the defaults of `train_ppo`, after one warming update."""
    config = replace(PPOConfig(), n_steps=min(PPOConfig.n_steps, STEPS))
    ppo = PPO(
        ResidualPolicy,
        env,
        policy_kwargs=policy_keywords(width),
        seed=0,
        device="cpu",
        **asdict(config),
    )
    rollout = config.n_steps * env.num_envs
    ppo.learn(rollout)
    started = time.perf_counter()
    ppo.learn(rollout, reset_num_timesteps=False)
    return rollout / (time.perf_counter() - started)


if __name__ == "__main__":
    show(with_ratios(measure()))
