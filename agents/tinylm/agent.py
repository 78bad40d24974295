"""TinyLM as a player of the text game."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from agents.tinylm.model import TinyLM
from agents.tinylm.play import MAX_WORDS
from agents.tinylm.words import decode, encode


class TinyLMAgent:
    """Replies to the chats of `GeneralPoints-Text` environments with `template="compact"`.

    Args:
        model: is not changed.
        temperature: 0 plays the likeliest word each time.
        seed: of the draws where temperature is above 0.
    """

    def __init__(self, model: TinyLM, temperature: float = 0.0, seed: int = 0) -> None:
        self.model = model
        self.temperature = temperature
        self._generator = torch.Generator().manual_seed(seed)

    def act(self, observation: Sequence[str], info: Mapping[str, Any]) -> list[str]:
        """Return a reply to each chat of `info["messages"]`, or to each observation without it."""
        chats = info.get("messages")
        if chats is None:
            chats = [[{"role": "user", "content": text}] for text in observation]
        texts = [encode("\n".join(message["content"] for message in chat)) for chat in chats]
        samples = self.model.generate(texts, self.temperature, self._generator, MAX_WORDS)
        lengths = samples.lengths.tolist()
        return [decode(row[:size]) for row, size in zip(samples.words.tolist(), lengths)]

    def reset(self, index: int) -> None:
        """Nothing is remembered: a chat holds its whole episode."""
