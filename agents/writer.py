"""TinyLM as an agent: it reads the chats of text environments, with their pictures, and replies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from agents.draws import EpisodeDraws, uniform
from agents.vision.chats import Chat, Picture, parts_of
from agents.vision.eye import PICTURE, no_picture
from shiftgym.mixer import words as words_of

if TYPE_CHECKING:
    from agents.tinylm.model import TinyLM


class TinyLMAgent:
    """Replies to the chats of text environments with `template="compact"`.

    Args:
        model: shared, not copied.
        temperature: 0 for the likeliest words, else words are drawn.
        seed: of the draws, which depend on it and on `info["episode_seed"]` alone.
    """

    def __init__(self, model: TinyLM, temperature: float = 0.0, seed: int = 0) -> None:
        self.model, self.temperature = model, temperature
        self._draws = EpisodeDraws(seed)

    def act(self, observation: Sequence[str], info: Mapping[str, Any]) -> list[str]:
        """Return a reply to each chat of `info["messages"]`; without it, to each observation."""
        game = self.model.game
        chats = info.get("messages", [[{"content": text}] for text in observation])
        texts, pictures = zip(*map(read_chat, chats))
        drawn = self._draws.next(info.get("episode_seed", range(len(texts))))

        def draw(rows: torch.Tensor, place: int) -> torch.Tensor:
            numbers = uniform(words_of(drawn[rows.numpy(force=True)], place))
            return torch.from_numpy(numbers)[:, None]

        words, lengths, *_ = self.model.generate(
            [game.encode_prompt(text) for text in texts],
            self.temperature,
            draw if self.temperature else None,
            pictures=torch.from_numpy(np.stack(pictures)),
        )
        return [game.decode(reply[:size]) for reply, size in zip(words.tolist(), lengths.tolist())]

    def reset(self, index: int) -> None:
        """Begin the draws of an episode; a chat holds all else that matters."""
        self._draws.reset(index)


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
