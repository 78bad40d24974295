"""Behaviour cloning: cross-entropy on the tokens that demonstrations write.

Where demonstrations show pictures, what a picture shows is taught beside what is done, as replies
in words name the cards before they play them (arXiv 2501.17161): else nobody could say whether an
agent errs because it misreads.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3.common.policies import ActorCriticPolicy
from torch.nn import functional

from agents.demonstrations import Transitions
from agents.sb3.checkpoint import fill_network, naming
from agents.sb3.policy import SightedMLP
from agents.sb3.shuffle import in_blocks
from agents.sb3.training import Account, Callback, PathLike, RunKeeper


@dataclass(frozen=True)
class BCConfig:
    """How to imitate.

    Attributes:
        learning_rate: of AdamW.
        weight_decay: of AdamW.
        batch_size: tokens in a batch.
        max_grad_norm: gradients are clipped to this norm.
        warmup: updates over which the learning rate rises from zero.
        reading_weight: of the loss of reading pictures, beside that of the tokens.
    """

    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    batch_size: int = 512
    max_grad_norm: float = 1.0
    warmup: int = 50
    reading_weight: float = 1.0


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

    Each epoch shuffles the tokens anew, by seed and epoch alone; tokens that follow one another
    before the same picture stay together, so that it is worked out once for all of them. Only the
    action head and what it rests on learn; the value head stays as it is.

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
        ValueError: where there is nothing to learn from, the policy's eye is not for these
            pictures, or the checkpoint is of another run.
    """
    config = config or BCConfig()
    _check_sight(policy, transitions)
    count = len(transitions.actions)
    if not count or budget < 1:
        raise ValueError(
            f"Imitation needs demonstrations and a budget of at least one; got {count} "
            f"transitions and a budget of {budget}."
        )
    keeper = RunKeeper(
        {
            "kind": "bc",
            "budget": budget,
            "seed": seed,
            "transitions": transitions.digest(),
            **asdict(config),
        },
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
        with naming(checkpoint):
            fill_network(str(checkpoint), policy, saved["policy"], finite=False)
            optimizer.load_state_dict(saved["optimizer"])
            update = int(saved["update"])

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
        rows = batches[update]
        for group in optimizer.param_groups:
            group["lr"] = config.learning_rate * min(1.0, (update + 1) / max(config.warmup, 1))
        logits, misreading, pictures = _propose(policy, transitions, rows)
        actions = torch.from_numpy(transitions.actions[rows].astype(np.int64)).to(policy.device)
        loss = functional.cross_entropy(logits, actions)
        _descend(policy, optimizer, loss + config.reading_weight * misreading, config.max_grad_norm)
        update += 1
        keeper.account.tokens_trained = update * config.batch_size
        keeper.account.pictures_trained += pictures
        done = min(budget, update * config.batch_size * transitions.demonstrations // count)
        keeper.account.demonstrations = done = budget if update == updates else done
        metrics = {
            "loss": loss.item(),
            "token_accuracy": (logits.argmax(dim=1) == actions).float().mean().item(),
        }
        if transitions.pictures is not None:
            metrics["misreading"] = misreading.item()
        keeper.boundary(done, budget, metrics, state)
    policy.set_training_mode(False)
    return keeper.account


def _check_sight(policy: ActorCriticPolicy, transitions: Transitions) -> None:
    """Refuse pictures for a policy that sees none, or other ones, and none for one that sees."""
    extractor, images = policy.features_extractor, transitions.pictures
    eye = extractor.eye if isinstance(extractor, SightedMLP) else None
    if eye is None and images is not None:
        raise ValueError(
            f"These demonstrations show pictures, and a policy on {policy.observation_space} sees "
            f"none. Build it for the spaces of an -Image id."
        )
    if eye is not None and images is None:
        raise ValueError(
            "These demonstrations show no pictures, and the policy has an eye for them. Play them "
            "by with_pictures of agents.gp.images or agents.virl.images."
        )
    if eye is not None and images is not None:
        shown, wanted = (images.shape, images.reads), (eye.shape, eye.reads)
        if shown != wanted:
            raise ValueError(
                f"The pictures of these demonstrations have the shape and the facts {shown}, and "
                f"the policy's eye is made for {wanted}. Give both the same image_size= and task."
            )


class _Batches:
    """Rows of batch i of an endless walk through shuffled epochs, a function of the seed."""

    def __init__(self, transitions: Transitions, size: int, seed: int) -> None:
        self._count = len(transitions.actions)
        self._size = size
        self._seed = seed
        self._starts = np.arange(self._count)
        if transitions.picture is not None:
            self._starts = np.flatnonzero(np.diff(transitions.picture, prepend=-1))
        self._orders: dict[int, NDArray[np.int64]] = {}

    def __getitem__(self, batch: int) -> NDArray[np.int64]:
        places = np.arange(batch * self._size, (batch + 1) * self._size)
        epochs = places // self._count
        return np.concatenate(
            [
                self._order(epoch)[places[epochs == epoch] % self._count]
                for epoch in np.unique(epochs)
            ]
        )

    def _order(self, epoch: int) -> NDArray[np.int64]:
        if epoch not in self._orders:
            rng = np.random.default_rng((self._seed, epoch))
            shuffled = in_blocks(self._starts, self._count, rng.permutation(len(self._starts)))
            # One batch touches two epochs at most where the data is longer than a batch.
            self._orders = {
                old: order for old, order in self._orders.items() if old == epoch - 1
            } | {epoch: shuffled}
        return self._orders[epoch]


def _propose(
    policy: ActorCriticPolicy, transitions: Transitions, rows: NDArray[np.int64]
) -> tuple[torch.Tensor, torch.Tensor, int]:
    """Return logits of the actions in some rows, the loss of reading, and how many pictures."""
    state = torch.from_numpy(transitions.observations[rows]).to(policy.device)
    if transitions.pictures is None or transitions.picture is None:
        features, misreading, pictures = policy.extract_features(state), torch.zeros(()), 0
    else:
        extractor = policy.features_extractor
        assert isinstance(extractor, SightedMLP)
        numbers, which = np.unique(transitions.picture[rows], return_inverse=True)
        encoded = extractor.eye(torch.from_numpy(transitions.pictures[numbers]).to(policy.device))
        facts = torch.from_numpy(transitions.pictures.facts[numbers].astype(np.int64))
        misreading = extractor.eye.misreading(encoded, facts.to(policy.device))
        features = extractor.consider(state, encoded[torch.from_numpy(which).to(policy.device)])
        pictures = len(numbers)
    assert isinstance(features, torch.Tensor)  # actor and critic share them
    return policy.action_net(policy.mlp_extractor.forward_actor(features)), misreading, pictures


def _descend(
    policy: ActorCriticPolicy,
    optimizer: torch.optim.Optimizer,
    loss: torch.Tensor,
    max_grad_norm: float,
) -> None:
    """Take one step down the loss."""
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(policy.parameters(), max_grad_norm)
    optimizer.step()
