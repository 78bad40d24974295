"""Playing the text game: as an agent in any environment, and by the hundred to learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from agents.tinylm.model import TinyLM
from agents.tinylm.words import decode, encode
from gp_env.deal import Dealer
from gp_env.rules import Rule
from gp_env.text import COMPACT, build_feedback, build_prompt, judge_reply
from gp_env.verifier import Outcome
from shiftgym.mixer import episode_seeds


class TinyLMAgent:
    """Replies to the chats of `GeneralPoints-Text` environments with `template="compact"`.

    Args:
        temperature: 0 writes the likeliest word each time.
        seed: of the draws where temperature is above 0.
    """

    def __init__(self, model: TinyLM, temperature: float = 0.0, seed: int = 0) -> None:
        self.model, self.temperature = model, temperature
        self._generator = torch.Generator().manual_seed(seed)

    def act(self, observation: Sequence[str], info: Mapping[str, Any]) -> list[str]:
        """Return a reply to each chat of `info["messages"]`; without it, to each observation."""
        chats = info.get("messages", [[{"content": text}] for text in observation])
        texts = [encode("\n".join(message["content"] for message in chat)) for chat in chats]
        words, lengths, *_ = self.model.generate(texts, self.temperature, self._generator)
        return [decode(reply[:length]) for reply, length in zip(words.tolist(), lengths.tolist())]

    def reset(self, index: int) -> None:
        """Nothing is remembered: a chat holds its whole episode."""


class Episodes(NamedTuple):
    """n episodes as dialogues in words, with what was earned by them.

    Attributes:
        words: int64 of shape (n, length), 0 behind the end.
        chosen: bool of the same shape, which words the model chose.
        log_probs, values, rewards: float32 of the same shape: of each chosen word, of the state it
            was chosen in, and of each attempt at its last word; 0 elsewhere.
        outcomes: of each episode's last attempt.
        sampled_words: words that went through the model.
    """

    words: Tensor
    chosen: Tensor
    log_probs: Tensor
    values: Tensor
    rewards: Tensor
    outcomes: list[Outcome]
    sampled_words: int


def play(
    model: TinyLM,
    dealer: Dealer,
    episodes: range,
    seed: int = 0,
    temperature: float = 0.0,
    generator: torch.Generator | None = None,
) -> Episodes:
    """Play episodes side by side, with prompts and judge of the environment but without one.

    Args:
        dealer: its configuration says what is dealt, what wins and how many attempts there are.
        episodes: their numbers, in an environment after `reset(seed=seed)`.
        temperature, generator: of the choice of words.
    """
    config, same = dealer.config, np.full(len(episodes), seed, dtype=np.uint64)
    deals = dealer.deal(episode_seeds(same, 0 * same, np.array(episodes, dtype=np.uint64)))
    hands = [deals.hand(row) for row in range(len(episodes))]
    rules = [Rule(*values) for values in deals.rules.tolist()]
    texts = [
        encode(build_prompt(hand, config.stated_rule or rule, config.target, template=COMPACT))
        for hand, rule in zip(hands, rules)
    ]
    columns = torch.zeros((4, len(episodes), model.config.context))
    outcomes = [Outcome.UNREADABLE] * len(episodes)
    running, sampled_words = list(range(len(episodes))), 0
    for left in reversed(range(config.max_attempts)):
        prompts = [texts[row] for row in running]
        sampled = model.generate(prompts, temperature, generator)
        words, lengths, log_probs, values = (part.cpu() for part in sampled)
        sampled_words += sum(map(len, prompts)) + int(lengths.sum())
        for index, row in enumerate(running):
            length, start = int(lengths[index]), len(texts[row])
            reply = words[index, :length].tolist()
            _, verdict = judge_reply(decode(reply), hands[row], rules[row], config.target)
            outcomes[row] = verdict.outcome
            place = slice(start, start + length)
            columns[0, row, place] = 1.0
            columns[1, row, place] = log_probs[index, :length]
            columns[2, row, place] = values[index, :length]
            columns[3, row, place.stop - 1] = verdict.reward
            texts[row] += reply
            if left and verdict.outcome is not Outcome.CORRECT:
                texts[row] += encode(build_feedback(verdict, left, COMPACT))
        running = [row for row in running if outcomes[row] is not Outcome.CORRECT]
        if not running:
            break
    longest = max(map(len, texts))
    words = torch.tensor([text + [0] * (longest - len(text)) for text in texts])
    chosen, log_probs, values, rewards = columns[..., :longest]
    return Episodes(words, chosen > 0, log_probs, values, rewards, outcomes, sampled_words)
