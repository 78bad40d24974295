"""Reinforcement: plain PPO of Stable-Baselines3 on the policy that imitation trains, unmasked."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
from stable_baselines3 import PPO
from stable_baselines3.common.policies import ActorCriticPolicy

from agents.sb3.checkpoint import fill_network, naming
from agents.sb3.policy import SightedMLP
from agents.sb3.rollouts import ppo_for
from agents.sb3.training import Account, Callback, PathLike, RunKeeper
from shiftgym.sb3 import VectorEnvToSB3


class ResumableVectorEnv(Protocol):
    """A vector environment whose running episodes can be saved."""

    num_envs: int

    def get_state(self) -> dict[str, Any]:
        """Return everything that decides what comes next, as arrays and plain values."""
        ...

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what `get_state` returned."""
        ...


@dataclass(frozen=True)
class PPOConfig:
    """How to reinforce; the names are those of SB3's PPO.

    Attributes:
        n_steps: tokens each copy writes between two updates.
        batch_size: tokens in a batch.
        n_epochs: passes over a rollout.
    """

    learning_rate: float = 3e-4
    n_steps: int = 32
    batch_size: int = 1024
    n_epochs: int = 2
    gamma: float = 1.0
    gae_lambda: float = 0.95
    clip_range: float = 0.2
    ent_coef: float = 0.01
    vf_coef: float = 0.5
    max_grad_norm: float = 0.5


def train_ppo(
    policy: ActorCriticPolicy,
    vector_env: ResumableVectorEnv,
    budget: int,
    *,
    config: PPOConfig | None = None,
    seed: int = 0,
    checkpoint: PathLike | None = None,
    save_seconds: float = 30.0,
    callback: Callback | None = None,
    callback_every: int = 20_000,
    tensorboard: PathLike | None = None,
) -> Account:
    """Train a policy in place on its own play.

    Args:
        policy: any SB3 actor-critic policy for the environment's spaces.
        vector_env: made with `autoreset_mode="same_step"`.
        budget: environment steps (tokens, all copies together); rounded up to whole rollouts.
        config: how to reinforce; None for the defaults.
        seed: of the episodes, the sampled actions and the shuffling. It sets the global generators
            of Python, NumPy and torch, as SB3 does.
        checkpoint: file to save to; where it exists already the run goes on from it, exactly, from
            the end of its last saved update.
        save_seconds: time between two checkpoints.
        callback, callback_every: called each so many steps; True ends the run.
        tensorboard: folder for TensorBoard's events.

    Returns:
        What the run used.

    Raises:
        ValueError: for another autoreset mode, or a checkpoint of another run.
    """
    config = config or PPOConfig()
    keeper = RunKeeper(
        {
            "kind": "ppo",
            "budget": budget,
            "seed": seed,
            "num_envs": vector_env.num_envs,
            **asdict(config),
        },
        checkpoint=checkpoint,
        save_seconds=save_seconds,
        callback=callback,
        callback_every=callback_every,
        tensorboard=tensorboard,
    )
    bridge = VectorEnvToSB3(vector_env)  # type: ignore[arg-type]
    ppo = _build(policy, bridge, config, seed)
    ppo.set_logger(keeper.logger)
    if (saved := keeper.resume()) is not None:
        with naming(checkpoint):
            _restore(ppo, bridge, str(checkpoint), saved)
    rollout = config.n_steps * bridge.num_envs
    eye = (
        policy.features_extractor.eye if isinstance(policy.features_extractor, SightedMLP) else None
    )
    while ppo.num_timesteps < budget and not keeper.stopped:
        account = keeper.account
        before = (0, 0)
        if eye is not None:
            eye.forget()
            before = (eye.without_gradients, eye.with_gradients)
        # One rollout and one update a call: between two calls nothing is half done.
        ppo.learn(rollout, reset_num_timesteps=False)
        if eye is not None:
            account.pictures_sampled += eye.without_gradients - before[0]
            account.pictures_trained += eye.with_gradients - before[1]
        account.tokens_sampled = ppo.num_timesteps
        account.tokens_trained = ppo.num_timesteps * config.n_epochs
        account.episodes = bridge.episodes
        keeper.boundary(ppo.num_timesteps, budget, _metrics(ppo), lambda: _state(ppo, bridge))
    policy.set_training_mode(False)
    return keeper.account


def _build(policy: ActorCriticPolicy, bridge: VectorEnvToSB3, config: PPOConfig, seed: int) -> PPO:
    kind, rollouts = ppo_for(bridge.observation_space)
    ppo = kind(
        type(policy),
        bridge,
        rollout_buffer_class=rollouts,
        policy_kwargs={
            "net_arch": policy.net_arch,
            "ortho_init": policy.ortho_init,
            "features_extractor_class": policy.features_extractor_class,
            "features_extractor_kwargs": policy.features_extractor_kwargs,
        },
        stats_window_size=1_000,
        seed=seed,
        device=policy.device,
        **asdict(config),
    )
    # The very policy that came, with a new optimiser: what imitation left in its own is not ours.
    made = ppo.policy
    policy.optimizer = made.optimizer_class(
        policy.parameters(), lr=config.learning_rate, **made.optimizer_kwargs
    )
    ppo.policy = policy
    return ppo


def _metrics(ppo: PPO) -> dict[str, float]:
    episodes = ppo.ep_info_buffer or ()
    returns = [episode["r"] for episode in episodes]
    successes = list(ppo.ep_success_buffer or ())
    return {
        "return": float(np.mean(returns)) if returns else float("nan"),
        "success": float(np.mean(successes)) if successes else float("nan"),
    }


def _state(ppo: PPO, bridge: VectorEnvToSB3) -> dict[str, Any]:
    return {
        "policy": ppo.policy.state_dict(),
        "optimizer": ppo.policy.optimizer.state_dict(),
        "num_timesteps": ppo.num_timesteps,
        "updates": ppo._n_updates,
        "observations": ppo._last_obs,
        "episode_starts": ppo._last_episode_starts,
        "episodes": list(ppo.ep_info_buffer or ()),
        "successes": list(ppo.ep_success_buffer or ()),
        "bridge": bridge.get_state(),
    }


def _restore(ppo: PPO, bridge: VectorEnvToSB3, path: str, saved: dict[str, Any]) -> None:
    fill_network(path, ppo.policy, saved["policy"], finite=False)
    ppo.policy.optimizer.load_state_dict(saved["optimizer"])
    ppo.num_timesteps = saved["num_timesteps"]
    ppo._n_updates = saved["updates"]
    ppo._last_obs = saved["observations"]
    ppo._last_episode_starts = saved["episode_starts"]
    window = ppo._stats_window_size
    ppo.ep_info_buffer = deque(saved["episodes"], maxlen=window)
    ppo.ep_success_buffer = deque(saved["successes"], maxlen=window)
    bridge.set_state(saved["bridge"])
