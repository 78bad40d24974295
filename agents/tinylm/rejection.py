"""Fine-tuning on the model's own right replies, sampled from its first weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from agents.tinylm.learn import Imitation, SFTConfig
from agents.tinylm.model import TinyLM
from agents.tinylm.ppo import Episodes, play


@dataclass(frozen=True)
class RejectionConfig(SFTConfig):
    """How to train: as `SFTConfig`; `episodes` are sampled at a time at temperature 1, and `decay`
    counts them; `seed` fixes deals and draws."""

    episodes: int = 512
    seed: int = 0


class RejectionSFT(Imitation):
    """Teaches right replies of the first weights, each once: what the policy becomes samples none.

    Episodes are those of an environment with these keywords, `max_attempts` 1 unless given, after
    `reset(seed=config.seed)`. Of a dialogue the last reply is taught, the one that won.
    """

    def __init__(
        self, model: TinyLM, config: RejectionConfig | None = None, **keywords: Any
    ) -> None:
        self.config: RejectionConfig = config or RejectionConfig()
        self._dealer = model.game.dealer(**{"max_attempts": 1, **keywords})
        settings = f"{self.config} on {self._dealer}"
        super().__init__(model, self.config.learning_rate, settings, self.config.seed)
        self._keep_first()
        # Right replies that wait to be taught, as `write_out` gives them, with their pictures.
        self._kept: tuple[Tensor, ...] = ()

    def step(self) -> dict[str, float]:
        """Learn from the next `batch` right replies; return the loss, a mean over words in nats.

        Where fewer are left, episodes are sampled first, and success, a mean of these, is returned
        too. A model that is right too seldom samples in this step and learns in a later one.
        """
        logged: dict[str, float] = {}
        batch = self.config.batch
        if self._left() < batch:
            logged["success"] = self._sample()
        if self._left() >= batch:
            words, starts, ends, pictures = (part[:batch] for part in self._kept)
            self._kept = tuple(part[batch:].clone() for part in self._kept)
            logged["loss"] = self._learn(words, starts, ends, pictures)
        return logged

    def _left(self) -> int:
        return len(self._kept[0]) if self._kept else 0

    def _sample(self) -> float:
        """Play some episodes with the first weights, keep the dialogues that were won."""
        config = self.config
        numbers = range(self.seen, self.seen + config.episodes)
        first = self._models["first_model"]
        played = play(first, self._dealer, numbers, config.seed, 1.0, self._generator)
        won = _won(played, self.model.config.context)
        self._kept = tuple(map(torch.cat, zip(self._kept, won))) if self._kept else won
        self.seen += config.episodes
        self.sampled_words += played.sampled_words
        return len(won[0]) / config.episodes

    def state(self) -> dict[str, Any]:
        """Return all that later steps depend on but the arguments of the constructor."""
        return {**super().state(), "kept": self._kept}

    def resume(self, state: Mapping[str, Any], path: str = "The checkpoint") -> None:
        """Go on from what `state` returned; `path` names its file in errors. FileError: no fit."""
        super().resume(state, path)
        self._kept = tuple(state["kept"])


def _won(played: Episodes, longest: int) -> tuple[Tensor, ...]:
    """Return the dialogues that were won, of `longest` words: what `Imitation` learns from."""
    rows = torch.tensor([outcome == "correct" for outcome in played.outcomes])
    words, chosen = played.words[rows], played.chosen[rows]
    places = torch.arange(chosen.shape[1]).expand(chosen.shape)
    # Replies start where a word is chosen behind one that is not; the first word never is.
    starting = F.pad(chosen[:, 1:] & ~chosen[:, :-1], (1, 0))
    starts, ends = ((places * where).amax(dim=1) for where in (starting, chosen))
    words = F.pad(words, (0, longest - words.shape[1])).to(torch.int32)
    return words, starts, ends + 1, played.pictures[rows]
