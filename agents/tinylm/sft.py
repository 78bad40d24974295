"""Supervised fine-tuning: the next word of demonstrated replies."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from agents.gp.demonstrations import Demonstrations
from agents.tinylm.learn import Learner
from agents.tinylm.model import TinyLM
from agents.tinylm.words import encode
from gp_env.text import COMPACT, build_feedback, build_prompt, build_reply
from gp_env.verifier import verify


@dataclass(frozen=True)
class SFTConfig:
    """How to train: `batch` demonstrations a step, at the `learning_rate` of AdamW."""

    batch: int = 64
    learning_rate: float = 2e-3


def write_out(demonstrations: Demonstrations) -> tuple[Tensor, Tensor, Tensor]:
    """Return n demonstrations in words, int16 of shape (n, length), 0 behind the end; and where the
    winning replies start and end, int64 of shape (n,)."""
    attempts = demonstrations.keywords.get("max_attempts", 5)
    texts, starts, ends = [], [], []
    for index in range(len(demonstrations)):
        hand, rule = demonstrations.hand(index), demonstrations.scoring_rule(index)
        target = int(demonstrations.target[index])
        *wrong, right = demonstrations.formulas(index)
        text = encode(build_prompt(hand, rule, target, template=COMPACT))
        for number, formula in enumerate(wrong, 1):
            feedback = build_feedback(
                verify(formula, hand, rule, target), attempts - number, COMPACT
            )
            text += encode(build_reply(hand, rule, formula)) + encode(feedback)
        starts.append(len(text))
        text += encode(build_reply(hand, rule, right))
        ends.append(len(text))
        texts.append(torch.tensor(text, dtype=torch.int16))
    return pad_sequence(texts, batch_first=True), torch.tensor(starts), torch.tensor(ends)


class SFT(Learner):
    """Teaches the winning replies of demonstrations in their order, again and again.

    Wrong attempts before a winning one are shown, and are not taught.
    """

    def __init__(
        self, model: TinyLM, demonstrations: Demonstrations, config: SFTConfig | None = None
    ) -> None:
        self.config = config = config or SFTConfig()
        shown = f"{len(demonstrations)} demonstrations of {demonstrations.keywords}"
        super().__init__(model, config.learning_rate, f"{config} on {shown}")
        self._words, self._starts, self._ends = write_out(demonstrations)

    def step(self) -> dict[str, float]:
        """Learn from the next `batch` demonstrations; return the loss in nats a word."""
        rows = torch.arange(self.seen, self.seen + self.config.batch) % len(self._words)
        starts, ends = self._starts[rows, None], self._ends[rows, None]
        first, longest = int(starts.min()), int(ends.max())
        words = self._words[rows, :longest].to(self.device, torch.int64)
        places = torch.arange(first, longest)
        taught = ((places >= starts) & (places < ends)).to(self.device)
        logits, _ = self.model(words[:, :-1], first - 1)
        loss = F.cross_entropy(logits[taught], words[:, first:][taught])
        self._descend(loss)
        self.seen += len(rows)
        self.trained_words += int(ends.sum())
        return {"loss": loss.item()}
