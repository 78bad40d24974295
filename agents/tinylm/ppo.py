"""Proximal policy optimisation on the model's own replies (Schulman et al., arXiv 1707.06347).

A word is an action; the reward comes with the last word of an attempt. The distance from the first
weights is logged, not penalised: arXiv 2509.04259 relates it to forgetting.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from agents.tinylm.learn import Learner
from agents.tinylm.model import TinyLM
from agents.tinylm.play import Episodes, play
from gp_env.config import GameConfig
from gp_env.deal import Dealer
from gp_env.verifier import Outcome


@dataclass(frozen=True)
class PPOConfig:
    """How to train: `episodes` are played, then learnt from `epochs` times, `batch` at a time.

    `clip` bounds how far a word's probability ratio leaves 1; `seed` fixes hands and draws.
    """

    episodes: int = 512
    batch: int = 128
    epochs: int = 2
    learning_rate: float = 2e-4
    clip: float = 0.2
    value_weight: float = 0.02
    entropy_weight: float = 0.01
    seed: int = 0


class PPO(Learner):
    """Learns from its own play in the text game with the compact prompt.

    Args:
        keywords: of the environment, such as `rule`, `split`, `fold`, and `max_attempts` (1 unless
            given). Episodes are those of an environment after `reset(seed=config.seed)`.
    """

    def __init__(self, model: TinyLM, config: PPOConfig | None = None, **keywords: Any) -> None:
        self.config = config = config or PPOConfig()
        game = GameConfig.make(**{"max_attempts": 1, **keywords})
        super().__init__(model, config.learning_rate, f"{config} on {game}", config.seed)
        self._dealer = Dealer(game)
        self._first_model = copy.deepcopy(model).requires_grad_(False)

    def step(self) -> dict[str, float]:
        """Play and learn.

        Returns:
            reward, success, unreadable (means of the episodes); kl (from the first weights, before
            the updates) and entropy in nats a word; clipped (share of words); value_error, squared.
        """
        config = self.config
        episodes = range(self.seen, self.seen + config.episodes)
        played = play(self.model, self._dealer, episodes, config.seed, 1.0, self._generator)
        # Undiscounted, with lambda 1: what is still to be earned, less what was expected.
        returns = played.rewards.flip(1).cumsum(1).flip(1)
        gains = returns - played.values
        spread, mean = torch.std_mean(gains[played.chosen])
        gains = (gains - mean) / (spread + 1e-6)
        with torch.no_grad():
            rows = slice(config.batch)
            _, before, _ = self._judge(self._first_model, played, rows)
            kl = played.log_probs[rows][played.chosen[rows]].mean().item() - before.mean().item()
        updates = []
        for _ in range(config.epochs):
            order = torch.randperm(config.episodes, generator=self._generator)
            for rows in order.split(config.batch):
                updates.append(self._update(played, gains, returns, rows))
        self.seen += config.episodes
        self.sampled_words += played.sampled_words
        entropy, clipped, value_error = torch.tensor(updates).mean(dim=0).tolist()
        logged = {"kl": kl, "entropy": entropy, "clipped": clipped, "value_error": value_error}
        logged["reward"] = played.rewards.sum().item() / config.episodes
        for name, outcome in (("success", Outcome.CORRECT), ("unreadable", Outcome.UNREADABLE)):
            logged[name] = played.outcomes.count(outcome) / config.episodes
        return logged

    def _judge(
        self, model: TinyLM, played: Episodes, rows: Tensor | slice
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return, where a word was chosen, log-probabilities of all and of that one, and values."""
        words, chosen = played.words[rows].to(self.device), played.chosen[rows].to(self.device)
        logits, values = model(words[:, :-1])
        log_policy = F.log_softmax(logits[chosen[:, 1:]], dim=-1)
        log_probs = log_policy.gather(1, words[chosen][:, None])[:, 0]
        return log_policy, log_probs, values[chosen[:, 1:]]

    def _update(
        self, played: Episodes, gains: Tensor, returns: Tensor, rows: Tensor
    ) -> tuple[float, float, float]:
        config, chosen = self.config, played.chosen[rows]
        old, gain, earned = (
            column[rows][chosen].to(self.device) for column in (played.log_probs, gains, returns)
        )
        log_policy, log_probs, values = self._judge(self.model, played, rows)
        ratio = (log_probs - old).exp()
        bounded = ratio.clamp(1 - config.clip, 1 + config.clip)
        surrogate = torch.minimum(ratio * gain, bounded * gain).mean()
        entropy = -(log_policy.exp() * log_policy).sum(dim=-1).mean()
        value_error = F.mse_loss(values, earned)
        bonus = surrogate + config.entropy_weight * entropy
        self._descend(config.value_weight * value_error - bonus)
        self.trained_words += int((played.words[rows] != 0).sum())
        return entropy.item(), (ratio != bounded).float().mean().item(), value_error.item()

    def state(self) -> dict[str, Any]:
        """Return the state of the learner and its first weights."""
        return {**super().state(), "first_model": self._first_model.state_dict()}

    def resume(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` returned."""
        super().resume(state)
        self._first_model.load_state_dict(state["first_model"])
