"""Behaviour cloning: cross-entropy on the tokens that demonstrations write."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from stable_baselines3.common.policies import ActorCriticPolicy
from torch.nn import functional

from agents.demonstrations import Transitions
from agents.sb3.training import Account, Callback, PathLike, RunKeeper


@dataclass(frozen=True)
class BCConfig:
    """How to imitate.

    Attributes:
        learning_rate: of AdamW.
        weight_decay: of AdamW.
        batch_size: tokens in a batch.
        max_grad_norm: gradients are clipped to this norm.
        warmup: updates over which the learning rate rises from nought.
    """

    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    batch_size: int = 512
    max_grad_norm: float = 1.0
    warmup: int = 50


def train_bc(
    policy: ActorCriticPolicy,
    transitions: Transitions,
    budget: int,
    *,
    config: BCConfig | None = None,
    seed: int = 0,
    checkpoint: PathLike | None = None,
    save_seconds: float = 30.0,
    callback: Callback | None = None,
    callback_every: int = 2_000,
    tensorboard: PathLike | None = None,
) -> Account:
    """Train a policy in place on demonstrated tokens.

    Each epoch shuffles the tokens anew, by seed and epoch alone. Only the action head and what it
    rests on learn; the value head stays as it is.

    Args:
        policy: any SB3 actor-critic policy with a discrete action space.
        transitions: what was seen and done, from `Demonstrations.transitions`.
        budget: demonstrations to learn from; past their number they repeat.
        config: how to imitate; None for the defaults.
        seed: of the shuffling.
        checkpoint: file to save to; where it exists already the run goes on from it, exactly.
        save_seconds: time between two checkpoints.
        callback, callback_every: called each so many demonstrations; True ends the run.
        tensorboard: folder for TensorBoard's events.

    Returns:
        What the run used.

    Raises:
        ValueError: where there is nothing to learn from, or the checkpoint is of another run.
    """
    config = config or BCConfig()
    count = len(transitions.actions)
    if not count or budget < 1:
        raise ValueError(
            f"Imitation needs demonstrations and a budget of at least one; got {count} "
            f"transitions and a budget of {budget}."
        )
    keeper = RunKeeper(
        {"kind": "bc", "budget": budget, "seed": seed, "transitions": count, **asdict(config)},
        checkpoint=checkpoint,
        save_seconds=save_seconds,
        callback=callback,
        callback_every=callback_every,
        tensorboard=tensorboard,
    )
    # The value head gets no gradient and so, under AdamW, no weight decay either.
    optimizer = torch.optim.AdamW(
        policy.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
    )
    tokens = round(budget * count / transitions.demonstrations)
    update = 0
    if (saved := keeper.resume()) is not None:
        policy.load_state_dict(saved["policy"])
        optimizer.load_state_dict(saved["optimizer"])
        update = saved["update"]

    def state() -> dict[str, Any]:
        return {
            "policy": policy.state_dict(),
            "optimizer": optimizer.state_dict(),
            "update": update,
        }

    policy.set_training_mode(True)
    updates = -(-tokens // config.batch_size)
    batches = _Batches(transitions, config.batch_size, seed)
    while update < updates and not keeper.stopped:
        observations, actions = batches[update]
        for group in optimizer.param_groups:
            group["lr"] = config.learning_rate * min(1.0, (update + 1) / max(config.warmup, 1))
        loss, accuracy = _update(policy, optimizer, observations, actions, config.max_grad_norm)
        update += 1
        keeper.account.tokens_trained = update * config.batch_size
        done = min(budget, update * config.batch_size * transitions.demonstrations // count)
        keeper.account.demonstrations = done = budget if update == updates else done
        keeper.boundary(done, budget, {"loss": loss, "token_accuracy": accuracy}, state)
    policy.set_training_mode(False)
    return keeper.account


class _Batches:
    """Batch i of an endless walk through the tokens in shuffled epochs, a function of the seed."""

    def __init__(self, transitions: Transitions, size: int, seed: int) -> None:
        self._transitions = transitions
        self._size = size
        self._seed = seed
        self._orders: dict[int, np.ndarray[Any, np.dtype[np.int64]]] = {}

    def __getitem__(self, batch: int) -> tuple[torch.Tensor, torch.Tensor]:
        count = len(self._transitions.actions)
        places = np.arange(batch * self._size, (batch + 1) * self._size)
        epochs = places // count
        rows = np.concatenate(
            [self._order(epoch)[places[epochs == epoch] % count] for epoch in np.unique(epochs)]
        )
        return (
            torch.from_numpy(self._transitions.observations[rows]),
            torch.from_numpy(self._transitions.actions[rows].astype(np.int64)),
        )

    def _order(self, epoch: int) -> np.ndarray[Any, np.dtype[np.int64]]:
        if epoch not in self._orders:
            rng = np.random.default_rng((self._seed, epoch))
            # One batch touches two epochs at most where the data is longer than a batch.
            self._orders = {
                old: order for old, order in self._orders.items() if old == epoch - 1
            } | {epoch: rng.permutation(len(self._transitions.actions))}
        return self._orders[epoch]


def _update(
    policy: ActorCriticPolicy,
    optimizer: torch.optim.Optimizer,
    observations: torch.Tensor,
    actions: torch.Tensor,
    max_grad_norm: float,
) -> tuple[float, float]:
    """Take one step down the loss; return the loss and the share of tokens guessed right."""
    observations, actions = observations.to(policy.device), actions.to(policy.device)
    latent = policy.mlp_extractor.forward_actor(policy.extract_features(observations))
    logits = policy.action_net(latent)
    loss = functional.cross_entropy(logits, actions)
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(policy.parameters(), max_grad_norm)
    optimizer.step()
    return loss.item(), (logits.argmax(dim=1) == actions).float().mean().item()
