"""Proximal policy optimisation on the model's own replies (Schulman et al., arXiv 1707.06347).

A word is an action; the reward comes with the last word of an attempt. The distance from the first
weights, which arXiv 2509.04259 relates to forgetting, is logged, and penalised where asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from agents.tinylm.learn import Learner, divergence
from agents.tinylm.model import TinyLM, pad
from agents.vision.eye import draw_all
from shiftgym.mixer import episode_seeds


class Episodes(NamedTuple):
    """n dialogues in words, with what was earned by them.

    Attributes:
        words: int64 of shape (n, length), 0 behind the end.
        chosen: bool of the same shape, which words the model chose.
        log_probs, values, rewards: float32 of the same shape: of each chosen word, of the state it
            was chosen in, and of each attempt at its last word; 0 elsewhere.
        pictures: uint8 of shape (n, height, width, 3), or (n, 0).
        outcomes: of each dialogue's last attempt.
        sampled_words: words that went through the model.
    """

    words: Tensor
    chosen: Tensor
    log_probs: Tensor
    values: Tensor
    rewards: Tensor
    pictures: Tensor
    outcomes: list[str]
    sampled_words: int


def play(
    model: TinyLM,
    dealer: Any,
    episodes: Sequence[int],
    seed: int = 0,
    temperature: float = 0.0,
    generator: torch.Generator | None = None,
) -> Episodes:
    """Play episodes side by side, with prompts and judge of the environment but without one.

    They are those of these numbers in an environment after `reset(seed=seed)`, dealt by a dealer of
    the model's game; words are chosen as in `TinyLM.generate`.
    """
    game, same = model.game, np.full(len(episodes), seed, dtype=np.uint64)
    seeds = episode_seeds(same, 0 * same, np.array(episodes, dtype=np.uint64))
    dialogues = game.open(dealer, seeds)
    texts = [game.encode_prompt(dialogue.prompt) for dialogue in dialogues]
    pictures = draw_all([dialogue.draw for dialogue in dialogues])
    columns = torch.zeros((4, len(texts), model.config.context))
    outcomes, sampled_words, running = [""] * len(texts), 0, list(range(len(texts)))
    for left in reversed(range(dealer.config.max_attempts)):
        prompts = [texts[row] for row in running]
        sampled = model.generate(prompts, temperature, generator, None, pictures[running])
        words, lengths, log_probs, values = (part.cpu() for part in sampled)
        sampled_words += sum(map(len, prompts)) + int(lengths.sum())
        for index, row in enumerate(running):
            reply = words[index, : lengths[index]].tolist()
            start, end = len(texts[row]), len(texts[row]) + len(reply)
            outcomes[row], reward, feedback = dialogues[row].judge(game.decode(reply), left)
            columns[0, row, start:end] = 1.0
            columns[1, row, start:end] = log_probs[index, : len(reply)]
            columns[2, row, start:end] = values[index, : len(reply)]
            columns[3, row, end - 1] = reward
            texts[row] += reply
            if left and outcomes[row] != "correct":
                texts[row] += game.encode(feedback)
        running = [row for row in running if outcomes[row] != "correct"]
        if not running:
            break
    words = pad(texts)
    chosen, *earned = columns[..., : words.shape[1]]
    return Episodes(words, chosen > 0, *earned, pictures, outcomes, sampled_words)


@dataclass(frozen=True)
class PPOConfig:
    """How to train: `episodes` are played, then learnt from `epochs` times, `batch` at a time;
    `clip` bounds how far a word's probability ratio leaves 1; `kl_weight` is that of the divergence
    from the first weights, in nats a word, in the loss; `seed` fixes deals and draws."""

    episodes: int = 512
    batch: int = 128
    epochs: int = 2
    learning_rate: float = 2e-4
    clip: float = 0.2
    value_weight: float = 0.02
    entropy_weight: float = 0.01
    kl_weight: float = 0.0
    seed: int = 0


class PPO(Learner):
    """Learns from its own play of the model's game, in the episodes of an environment with these
    keywords, `max_attempts` 1 unless given, after `reset(seed=config.seed)`."""

    def __init__(self, model: TinyLM, config: PPOConfig | None = None, **keywords: Any) -> None:
        self.config = config = config or PPOConfig()
        self._dealer = model.game.dealer(**{"max_attempts": 1, **keywords})
        super().__init__(model, config.learning_rate, f"{config} on {self._dealer}", config.seed)
        self._keep_first()

    def step(self) -> dict[str, float]:
        """Play and learn; return reward, success and unreadable (means of the episodes); kl (from
        the first weights, before the updates) and entropy in nats a word; clipped (share of words);
        value_error, squared."""
        config = self.config
        episodes = self._episodes(range(self.seen, self.seen + config.episodes))
        played = play(self.model, self._dealer, episodes, config.seed, 1.0, self._generator)
        returns = played.rewards.flip(1).cumsum(1).flip(1)
        gains = self._gains(played, returns)
        with torch.no_grad():
            rows = slice(config.batch)
            _, before, _ = self._judge(self._models["first_model"], played, rows)
            kl = played.log_probs[rows][played.chosen[rows]].mean().item() - before.mean().item()
        updates = []
        for _ in range(config.epochs):
            order = torch.randperm(config.episodes, generator=self._generator)
            parts = order.split(config.batch)
            updates += [self._update(played, gains, returns, rows) for rows in parts]
        self.seen += config.episodes
        self.sampled_words += played.sampled_words
        entropy, clipped, value_error = torch.tensor(updates).mean(dim=0).tolist()
        logged = {"kl": kl, "entropy": entropy, "clipped": clipped, "value_error": value_error}
        logged["reward"] = played.rewards.sum().item() / config.episodes
        for name, outcome in (("success", "correct"), ("unreadable", "unreadable")):
            logged[name] = played.outcomes.count(outcome) / config.episodes
        return logged

    def _episodes(self, numbers: range) -> Sequence[int]:
        """Return the numbers of the episodes that are played next."""
        return numbers

    def _gains(self, played: Episodes, returns: Tensor) -> Tensor:
        """Return the advantage of each word, of returns that are undiscounted, with lambda 1.

        It is what is still to be earned, less what was expected.
        """
        gains = returns - played.values
        spread, mean = torch.std_mean(gains[played.chosen])
        return (gains - mean) / (spread + 1e-6)

    def _judge(self, model: TinyLM, played: Episodes, rows: Tensor | slice) -> tuple[Tensor, ...]:
        """Return, where a word was chosen, log-probabilities of all and of that one, and values."""
        words, chosen = played.words[rows].to(self.device), played.chosen[rows].to(self.device)
        logits, values = model(words[:, :-1], pictures=played.pictures[rows])
        log_policy = F.log_softmax(logits[chosen[:, 1:]], dim=-1)
        log_probs = log_policy.gather(1, words[chosen][:, None])[:, 0]
        return log_policy, log_probs, values[chosen[:, 1:]]

    def _update(
        self, played: Episodes, gains: Tensor, returns: Tensor, rows: Tensor
    ) -> list[float]:
        """Learn from some of the episodes; return entropy, share of clipped words, value error."""
        config, chosen = self.config, played.chosen[rows]
        columns = (played.log_probs, gains, returns)
        old, gain, earned = (column[rows][chosen].to(self.device) for column in columns)
        log_policy, log_probs, values = self._judge(self.model, played, rows)
        ratio = (log_probs - old).exp()
        bounded = ratio.clamp(1 - config.clip, 1 + config.clip)
        surrogate = torch.minimum(ratio * gain, bounded * gain).mean()
        entropy = -(log_policy.exp() * log_policy).sum(dim=-1).mean()
        value_error = F.mse_loss(values, earned)
        bonus = surrogate + config.entropy_weight * entropy
        loss = config.value_weight * value_error - bonus
        words = int((played.words[rows] != 0).sum())
        if config.kl_weight:
            with torch.no_grad():
                log_first, _, _ = self._judge(self._models["first_model"], played, rows)
            loss = loss + config.kl_weight * divergence(log_policy, log_first)
            # A pass without learning costs what sampling does.
            self.sampled_words += words
        self._descend([loss])
        self.trained_words += words
        clipped = (ratio != bounded).float().mean()
        return [entropy.item(), clipped.item(), value_error.item()]
