"""Supervised fine-tuning: the next word of demonstrated replies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from gp_env.text import COMPACT, build_feedback, build_prompt, build_reply
from gp_env.verifier import verify
from torch import Tensor
from torch.nn import functional as F

from agents.demonstrations import Demonstrations
from agents.tinylm.learn import Learner
from agents.tinylm.model import TinyLM
from agents.tinylm.words import encode


@dataclass(frozen=True)
class SFTConfig:
    """How to train.

    Attributes:
        batch: demonstrations a step.
        learning_rate: of AdamW, after the warm-up.
        warmup: steps over which the learning rate rises.
        weight_decay: of AdamW.
        seed: of the order of the demonstrations.
    """

    batch: int = 64
    learning_rate: float = 1e-3
    warmup: int = 100
    weight_decay: float = 0.01
    seed: int = 0


@dataclass(frozen=True)
class Corpus:
    """Demonstrations in words.

    Attributes:
        words: int16 of shape (n, length), 0 behind the end.
        starts, ends: int64 of shape (n,), the places of the first word that is taught and behind
            the last.
    """

    words: Tensor
    starts: Tensor
    ends: Tensor

    @classmethod
    def of(cls, demonstrations: Demonstrations) -> Corpus:
        """Write out dialogues: the winning reply is taught, wrong attempts before it are shown."""
        attempts = demonstrations.keywords.get("max_attempts", 5)
        texts: list[list[int]] = []
        starts: list[int] = []
        for index in range(len(demonstrations)):
            hand, rule = demonstrations.hand(index), demonstrations.scoring_rule(index)
            target = int(demonstrations.target[index])
            *wrong, right = demonstrations.formulas(index)
            text = encode(build_prompt(hand, rule, target, template=COMPACT))
            for number, formula in enumerate(wrong, 1):
                verdict = verify(formula, hand, rule, target)
                text += encode(build_reply(hand, rule, formula))
                text += encode(build_feedback(verdict, attempts - number, COMPACT))
            starts.append(len(text))
            texts.append(text + encode(build_reply(hand, rule, right)))
        ends = np.array([len(text) for text in texts])
        words = np.zeros((len(texts), ends.max()), dtype=np.int16)
        words[np.arange(words.shape[1]) < ends[:, None]] = np.concatenate(texts)
        return cls(torch.from_numpy(words), torch.tensor(starts), torch.from_numpy(ends))


class SFT(Learner):
    """Teaches demonstrations, in a fresh order each time they have all been seen."""

    def __init__(
        self, model: TinyLM, corpus: Corpus | Demonstrations, config: SFTConfig | None = None
    ) -> None:
        self.config = config = config or SFTConfig()
        super().__init__(
            model,
            learning_rate=config.learning_rate,
            warmup=config.warmup,
            weight_decay=config.weight_decay,
            seed=config.seed,
        )
        self._corpus = corpus if isinstance(corpus, Corpus) else Corpus.of(corpus)
        self._queue = torch.zeros(0, dtype=torch.int64)

    def step(self) -> dict[str, float]:
        """Learn from `batch` demonstrations; return the loss, in nats a word."""
        while len(self._queue) < self.config.batch:
            order = torch.randperm(len(self._corpus.ends), generator=self._generator)
            self._queue = torch.cat([self._queue, order])
        rows, self._queue = self._queue[: self.config.batch], self._queue[self.config.batch :]
        starts, ends = self._corpus.starts[rows], self._corpus.ends[rows]
        first, longest = int(starts.min()), int(ends.max())
        words = self._corpus.words[rows, :longest].to(self.model.device, torch.int64)
        logits, _ = self.model(words[:, :-1], first - 1)
        places = torch.arange(first, longest)
        taught = (places >= starts[:, None]) & (places < ends[:, None])
        taught = taught.to(self.model.device)
        loss = F.cross_entropy(logits[taught], words[:, first:][taught])
        self._descend(loss)
        self.seen += len(rows)
        self.trained_words += int(ends.sum())
        return {"loss": loss.item()}

    def state(self) -> dict[str, Any]:
        return {**super().state(), "queue": self._queue}

    def load_state(self, state: Mapping[str, Any]) -> None:
        super().load_state(state)
        self._queue = state["queue"]
