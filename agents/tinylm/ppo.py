"""Proximal policy optimisation on the model's own replies (Schulman et al., arXiv 1707.06347).

A word is an action and the reward comes with the last word of an attempt, without discount. The
distance from the weights at the start is logged and not penalised: arXiv 2509.04259 relates it to
what is forgotten.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from gp_env.config import GameConfig
from gp_env.deal import Dealer
from gp_env.verifier import Outcome
from torch import Tensor
from torch.nn import functional as F

from agents.tinylm.learn import Learner
from agents.tinylm.model import TinyLM
from agents.tinylm.play import Episodes, nth_episodes, play


@dataclass(frozen=True)
class PPOConfig:
    """How to train.

    Attributes:
        episodes: played before each round of updates.
        batch: episodes in a minibatch.
        epochs: passes over the episodes of a round.
        learning_rate: of AdamW, after the warm-up.
        warmup: steps of the optimiser over which the learning rate rises.
        clip: how far the probability ratio of a word may leave 1.
        gae_lambda: of generalised advantage estimation over words.
        value_weight, entropy_weight: of their terms in the loss.
        seed: of episodes, samples and minibatches.
    """

    episodes: int = 512
    batch: int = 128
    epochs: int = 2
    learning_rate: float = 3e-4
    warmup: int = 10
    clip: float = 0.2
    gae_lambda: float = 1.0
    value_weight: float = 0.1
    entropy_weight: float = 0.003
    seed: int = 0


class PPO(Learner):
    """Learns from its own play in the text game with the compact prompt.

    Args:
        model: at its start; changed in place.
        config: how to train.
        keywords: of the environment, such as `rule`, `split`, `fold` and `max_attempts` (default 1
            here). Episodes are those of an environment after `reset(seed=config.seed)`.
    """

    def __init__(self, model: TinyLM, config: PPOConfig | None = None, **keywords: Any) -> None:
        self.config = config = config or PPOConfig()
        super().__init__(
            model,
            learning_rate=config.learning_rate,
            warmup=config.warmup,
            weight_decay=0.0,
            seed=config.seed,
        )
        self._dealer = Dealer(GameConfig.make(**{"max_attempts": 1, **keywords}))
        self._start = copy.deepcopy(model).requires_grad_(False)

    def step(self) -> dict[str, float]:
        """Play `episodes` episodes and learn from them.

        Returns:
            reward (mean of an episode), success and unreadable (shares of the episodes), entropy
            (nats a word), clipped (share of words), value_error (root mean square, in rewards), kl
            (nats a word, from the weights at the start, before the updates).
        """
        config = self.config
        seeds = nth_episodes(config.seed, self.seen, config.episodes)
        played = play(self.model, self._dealer, seeds, 1.0, self._generator)
        advantages, returns = _estimate(played, config.gae_lambda)
        scores = advantages[played.chosen]
        advantages = (advantages - scores.mean()) / (scores.std() + 1e-6)
        sums: dict[str, float] = {"entropy": 0.0, "clipped": 0.0, "value_error": 0.0}
        kl = self._distance(played)
        updates = 0
        for _ in range(config.epochs):
            order = torch.randperm(config.episodes, generator=self._generator)
            for rows in order.split(config.batch):
                logged = self._update(played, advantages, returns, rows)
                sums = {name: sums[name] + logged[name] for name in sums}
                updates += 1
        self.seen += config.episodes
        self.sampled_words += played.sampled_words
        return {
            "reward": played.rewards.sum().item() / config.episodes,
            "success": played.share(Outcome.CORRECT),
            "unreadable": played.share(Outcome.UNREADABLE),
            "kl": kl,
            **{name: total / updates for name, total in sums.items()},
        }

    def _update(
        self, played: Episodes, advantages: Tensor, returns: Tensor, rows: Tensor
    ) -> dict[str, float]:
        config, device = self.config, self.model.device
        first, longest = _stretch(played, rows)
        columns = slice(first, longest)
        words = played.words[rows, :longest].to(device)
        chosen = played.chosen[rows, columns].to(device)
        logits, values = self.model(words[:, :-1], first - 1)
        log_policy = F.log_softmax(logits[chosen], dim=-1)
        log_probs = log_policy.gather(1, words[:, first:][chosen][:, None])[:, 0]
        old, gains, earned = (
            part[rows, columns].to(device)[chosen]
            for part in (played.log_probs, advantages, returns)
        )
        ratio = (log_probs - old).exp()
        bounded = ratio.clamp(1 - config.clip, 1 + config.clip)
        gain = torch.minimum(ratio * gains, bounded * gains).mean()
        entropy = -(log_policy.exp() * log_policy).sum(dim=-1).mean()
        value_error = F.mse_loss(values[chosen], earned)
        self._descend(
            config.value_weight * value_error - gain - config.entropy_weight * entropy
        )
        self.trained_words += int((played.words[rows] != 0).sum())
        return {
            "entropy": entropy.item(),
            "clipped": (ratio != bounded).float().mean().item(),
            "value_error": value_error.item() ** 0.5,
        }

    @torch.no_grad()
    def _distance(self, played: Episodes) -> float:
        """Return the mean over one minibatch of KL(model, model at the start), in nats a word."""
        rows = torch.arange(self.config.batch)
        first, longest = _stretch(played, rows)
        words = played.words[rows, : longest - 1].to(self.model.device)
        chosen = played.chosen[rows, first:longest].to(self.model.device)
        now, before = (
            F.log_softmax(model(words, first - 1)[0][chosen], dim=-1)
            for model in (self.model, self._start)
        )
        return F.kl_div(before, now, reduction="batchmean", log_target=True).item()

    def state(self) -> dict[str, Any]:
        return {**super().state(), "start": self._start.state_dict()}

    def load_state(self, state: Mapping[str, Any]) -> None:
        super().load_state(state)
        self._start.load_state_dict(state["start"])


def _stretch(played: Episodes, rows: Tensor) -> tuple[int, int]:
    """Return the place of the first chosen word among these rows, and that behind the last."""
    places = played.chosen[rows].any(dim=0).nonzero()
    return int(places[0]), int(places[-1]) + 1


def _estimate(played: Episodes, gae_lambda: float) -> tuple[Tensor, Tensor]:
    """Return advantages and returns of the chosen words, without discount, 0 elsewhere."""
    advantages = torch.zeros_like(played.values)
    advantage = next_value = torch.zeros(len(played.values))
    for place in reversed(range(played.values.shape[1])):
        chosen, value = played.chosen[:, place], played.values[:, place]
        step = played.rewards[:, place] + next_value - value + gae_lambda * advantage
        advantage = torch.where(chosen, step, advantage)
        next_value = torch.where(chosen, value, next_value)
        advantages[:, place] = torch.where(chosen, step, torch.zeros_like(step))
    return advantages, advantages + played.values
