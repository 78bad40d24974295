"""What the two ways of training share: the optimiser, the counts, checkpoints and the loop.

A learner draws from its own generator only: a run that was killed goes on from its last checkpoint
as if nothing had happened.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from agents.sb3.checkpoint import load_state, save_state
from agents.tinylm.model import TinyLM

_WARMUP = 50  # steps of the optimiser


class Learner(ABC):
    """A model in training.

    Attributes:
        model: the model, changed in place.
        seen: demonstrations taught, or episodes played.
        updates: steps of the optimiser.
        trained_words: words that went through updates, prompts and every epoch counted (6 N FLOPs
            each: D_init, D_SFT and D_RL of the compute axis).
        sampled_words: words that went through sampling (2 N FLOPs each: D_buffer).
    """

    def __init__(self, model: TinyLM, learning_rate: float, settings: str, seed: int = 0) -> None:
        self.model = model
        self._settings = settings
        self.seen = self.updates = self.trained_words = self.sampled_words = 0
        self.device = model.embed.weight.device
        self._learning_rate = learning_rate
        self._optimiser = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.98), fused=True)
        self._generator = torch.Generator().manual_seed(seed)

    @abstractmethod
    def step(self) -> dict[str, float]:
        """Learn from the next batch; return what there is to log."""

    def _descend(self, loss: Tensor) -> None:
        """Take a step of the optimiser; the learning rate rises over the first ones."""
        for group in self._optimiser.param_groups:
            group["lr"] = self._learning_rate * min(1.0, (self.updates + 1) / _WARMUP)
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self._optimiser.step()
        self.updates += 1

    def state(self) -> dict[str, Any]:
        """Return all that later steps depend on but the arguments of the constructor."""
        return {
            "learner": type(self).__name__,
            "config": vars(self.model.config),
            "settings": self._settings,
            "model": self.model.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "generator": self._generator.get_state(),
            "counts": [self.seen, self.updates, self.trained_words, self.sampled_words],
        }

    def resume(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` returned, in a learner built with the same arguments.

        Raises:
            ValueError: where the state is that of another kind of learner, shape of model, or
                settings.
        """
        ours = {
            "learner": type(self).__name__,
            "config": vars(self.model.config),
            "settings": self._settings,
        }
        if ours != (theirs := {name: state.get(name) for name in ours}):
            raise ValueError(
                f"The checkpoint is of {theirs}, this learner is {ours}. Resume with the arguments "
                f"that the run was started with."
            )
        self.model.load_state_dict(state["model"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._generator.set_state(state["generator"])
        self.seen, self.updates, self.trained_words, self.sampled_words = state["counts"]

    def train(
        self,
        until: int,
        *,
        on_step: Callable[[dict[str, float]], bool | None] | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        checkpoint_every: int = 10_000,
        writer: Any = None,
    ) -> None:
        """Step until `until` demonstrations or episodes are seen in all, or `on_step` stops it.

        Args:
            on_step: called after each step with what it logged; a true value stops.
            checkpoint: file to go on from where it exists, written every `checkpoint_every` seen
                and at the end.
            writer: a `SummaryWriter` of TensorBoard, or what else has its `add_scalar`.
        """
        if checkpoint is not None and os.path.exists(checkpoint):
            self.resume(load_state(checkpoint))
        saved, stop = self.seen, False
        while self.seen < until and not stop:
            logged = self.step()
            for name, value in logged.items() if writer is not None else ():
                writer.add_scalar(f"{type(self).__name__}/{name}", value, self.seen)
            stop = on_step is not None and bool(on_step(logged))
            ended = stop or self.seen >= until
            if checkpoint is not None and (ended or self.seen - saved >= checkpoint_every):
                save_state(checkpoint, self.state())
                saved = self.seen
