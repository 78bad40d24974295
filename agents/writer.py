"""TinyLM as an agent: it reads the chats of text environments, with their pictures, and replies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from agents.vision.chats import Chat, Picture, parts_of
from agents.vision.eye import PICTURE, no_picture

if TYPE_CHECKING:
    from agents.tinylm.model import TinyLM


class TinyLMAgent:
    """Replies to the chats of text environments with `template="compact"`; with the likeliest words
    for `temperature` 0, else with words that are drawn as `seed` has it."""

    def __init__(self, model: TinyLM, temperature: float = 0.0, seed: int = 0) -> None:
        self.model, self.temperature = model, temperature
        self._generator = torch.Generator().manual_seed(seed)

    def act(self, observation: Sequence[str], info: Mapping[str, Any]) -> list[str]:
        """Return a reply to each chat of `info["messages"]`; without it, to each observation."""
        game = self.model.game
        chats = info.get("messages", [[{"content": text}] for text in observation])
        texts, pictures = zip(*map(read_chat, chats))
        words, lengths, *_ = self.model.generate(
            [game.encode(text) for text in texts],
            self.temperature,
            self._generator,
            pictures=torch.from_numpy(np.stack(pictures)),
        )
        return [game.decode(reply[:size]) for reply, size in zip(words.tolist(), lengths.tolist())]

    def reset(self, index: int) -> None:
        """Nothing is remembered: a chat holds all that matters."""


def read_chat(chat: Chat) -> tuple[str, Picture]:
    """Return the texts of a chat as one, behind the mark of a picture if it has one, and that.

    Raises:
        ValueError: it has several.
    """
    parts = [part for message in chat for part in parts_of(message["content"])]
    texts = [part for part in parts if isinstance(part, str)]
    pictures = [part for part in parts if not isinstance(part, str)]
    if len(pictures) > 1:
        raise ValueError(f"TinyLM reads chats with one picture; this one has {len(pictures)}.")
    return PICTURE * len(pictures) + "\n".join(texts), pictures[0] if pictures else no_picture()
