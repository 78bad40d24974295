"""Episodes of the text game played by the hundred, for training and validation.

The same prompts, judge and feedback as `GeneralPoints-Text` with `template="compact"`, without a
Gym environment for each copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from gp_env.config import GameConfig
from gp_env.deal import Dealer
from gp_env.mixer import episode_seeds
from gp_env.rules import Rule
from gp_env.text import COMPACT, build_feedback, build_prompt, judge_reply
from gp_env.verifier import Outcome
from numpy.typing import NDArray
from torch import Tensor

from agents.tinylm.model import TinyLM
from agents.tinylm.words import decode, encode

MAX_WORDS = 40
"""The longest reply: one to six cards needs 35 words."""


@dataclass(frozen=True)
class Episodes:
    """n episodes, as dialogues in words with what was earned by them.

    Attributes:
        words: int64 of shape (n, length), 0 behind the end.
        chosen: bool of the same shape, which words the model chose.
        log_probs, values: float32 of the same shape, of each chosen word and of the state it was
            chosen in; 0 elsewhere.
        rewards: float32 of the same shape, of each attempt at its last word.
        outcomes: the outcome of each episode's last attempt.
        sampled_words: words that went through the model.
    """

    words: Tensor
    chosen: Tensor
    log_probs: Tensor
    values: Tensor
    rewards: Tensor
    outcomes: list[Outcome]
    sampled_words: int

    def share(self, outcome: Outcome) -> float:
        """Return the share of episodes that ended with this outcome."""
        return self.outcomes.count(outcome) / len(self.outcomes)


def nth_episodes(seed: int, first: int, count: int) -> NDArray[np.int64]:
    """Return the episode seeds of an environment after `reset(seed=seed)`, from number `first`."""
    same = np.full(count, seed & (2**64 - 1), dtype=np.uint64)
    return episode_seeds(same, np.zeros_like(same), np.arange(first, first + count, dtype=np.uint64))


def play(
    model: TinyLM,
    dealer: Dealer,
    seeds: NDArray[np.int64],
    temperature: float = 0.0,
    generator: torch.Generator | None = None,
) -> Episodes:
    """Play the episodes of these seeds side by side, each to its end.

    Args:
        dealer: deals the hands; its configuration says what wins and how many attempts there are.
        temperature, generator: of the choice of words.
    """
    config, deals = dealer.config, dealer.deal(seeds)
    count, room = len(seeds), model.config.context
    hands = [deals.hand(row) for row in range(count)]
    rules = [Rule(*values) for values in deals.rules.tolist()]
    texts = [
        encode(build_prompt(hand, config.stated_rule or rule, config.target, template=COMPACT))
        for hand, rule in zip(hands, rules)
    ]
    chosen = torch.zeros((count, room), dtype=torch.bool)
    log_probs, values, rewards = torch.zeros((3, count, room))
    outcomes = [Outcome.UNREADABLE] * count
    running, sampled_words = list(range(count)), 0
    for left in reversed(range(config.max_attempts)):
        prompts = [texts[row] for row in running]
        samples = model.generate(prompts, temperature, generator, MAX_WORDS)
        replies, lengths = samples.words.tolist(), samples.lengths.tolist()
        sampled_words += sum(map(len, prompts)) + sum(lengths)
        going = []
        for index, row in enumerate(running):
            size, start = lengths[index], len(texts[row])
            reply, place = replies[index][:size], slice(start, start + size)
            _, verdict = judge_reply(decode(reply), hands[row], rules[row], config.target)
            chosen[row, place] = True
            log_probs[row, place] = samples.log_probs[index, :size]
            values[row, place] = samples.values[index, :size]
            rewards[row, start + size - 1] = verdict.reward
            outcomes[row] = verdict.outcome
            texts[row] = texts[row] + reply
            if left and verdict.outcome is not Outcome.CORRECT:
                texts[row] += encode(build_feedback(verdict, left, COMPACT))
                going.append(row)
        running = going
        if not running:
            break
    longest = max(map(len, texts))
    words = torch.tensor([text + [0] * (longest - len(text)) for text in texts])
    columns = (part[:, :longest] for part in (chosen, log_probs, values, rewards))
    return Episodes(words, *columns, outcomes, sampled_words)


def success_rate(model: TinyLM, episodes: int, *, seed: int = 0, **keywords: Any) -> float:
    """Return the share of episodes that greedy play solves.

    Args:
        model: plays.
        episodes: how many.
        seed: of the episodes: those of an environment after `reset(seed=seed)`.
        keywords: of the environment, such as `rule`, `split`, `fold` and `max_attempts`.
    """
    dealer = Dealer(GameConfig.make(**keywords))
    return play(model, dealer, nth_episodes(seed, 0, episodes)).share(Outcome.CORRECT)
