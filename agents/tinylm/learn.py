"""What the two ways of training share: the optimiser, the counts, checkpoints and the loop.

A learner draws from its own generator only, so a run is fixed by its seed and its weights at the
start, and one that was killed goes on from its last checkpoint as if nothing had happened.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import torch
from torch import Tensor

from agents.sb3.checkpoint import load_state, save_state
from agents.tinylm.model import TinyLM

_MAX_GRADIENT = 1.0


class Writer(Protocol):
    """What is used of `torch.utils.tensorboard.SummaryWriter`."""

    def add_scalar(self, tag: str, scalar_value: float, global_step: int) -> None: ...


class Learner(ABC):
    """A model in training.

    Attributes:
        model: the model, changed in place.
        updates: steps of the optimiser.
        seen: demonstrations taught, or episodes played.
        trained_words: words that went through forward and backward passes (D_init, D_SFT, D_RL of
            the compute axis: 6 N FLOPs each). Every epoch counts, and so do the words of prompts.
        sampled_words: words that went through sampling (D_buffer: 2 N FLOPs each).
    """

    def __init__(
        self, model: TinyLM, *, learning_rate: float, warmup: int, weight_decay: float, seed: int
    ) -> None:
        self.model = model
        self.updates = self.seen = self.trained_words = self.sampled_words = 0
        self._learning_rate, self._warmup = learning_rate, warmup
        self._optimiser = torch.optim.AdamW(
            model.parameters(), betas=(0.9, 0.98), weight_decay=weight_decay, fused=True
        )
        self._generator = torch.Generator().manual_seed(seed)

    @abstractmethod
    def step(self) -> dict[str, float]:
        """Learn from the next batch; return what there is to log."""

    def _descend(self, loss: Tensor) -> None:
        """Take one step of the optimiser; the learning rate rises over the first `warmup`."""
        rate = self._learning_rate * min(1.0, (self.updates + 1) / max(1, self._warmup))
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), _MAX_GRADIENT)
        self._optimiser.step()
        self.updates += 1

    def state(self) -> dict[str, Any]:
        """Return all that later steps depend on but the arguments of the constructor."""
        return {
            "learner": type(self).__name__,
            "config": vars(self.model.config),
            "model": self.model.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "generator": self._generator.get_state(),
            "counts": [self.updates, self.seen, self.trained_words, self.sampled_words],
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` returned, in a learner built with the same arguments.

        Raises:
            ValueError: where the state is that of another kind of learner or shape of model.
        """
        kind, shape = type(self).__name__, vars(self.model.config)
        if (state.get("learner"), state.get("config")) != (kind, shape):
            raise ValueError(
                f"The checkpoint is of {state.get('learner')} with {state.get('config')}; this is "
                f"{kind} with {shape}. Resume with the arguments the run was started with."
            )
        self.model.load_state_dict(state["model"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._generator.set_state(state["generator"])
        self.updates, self.seen, self.trained_words, self.sampled_words = state["counts"]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the state to one file, whole or not at all; `TinyLM.load` reads the model of it."""
        save_state(path, self.state())

    def resume(self, path: str | os.PathLike[str]) -> None:
        """Go on from a file that `save` wrote."""
        self.load_state(load_state(path))


def train(
    learner: Learner,
    until: int,
    *,
    on_step: Callable[[Learner, dict[str, float]], bool | None] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_every: int = 10_000,
    writer: Writer | None = None,
) -> None:
    """Step a learner until it has seen `until` demonstrations or episodes, or is told to stop.

    Args:
        learner: goes on from where it is.
        until: in the unit of `learner.seen`.
        on_step: called after each step with what it logged; a true value stops.
        checkpoint: file to write every `checkpoint_every` seen and at the end; where it exists
            already, the learner first goes on from it.
        writer: gets what each step logs, for TensorBoard.
    """
    if checkpoint is not None and os.path.exists(checkpoint):
        learner.resume(checkpoint)
    saved = learner.seen
    stop = False
    while learner.seen < until and not stop:
        logged = learner.step()
        if writer is not None:
            for name, value in logged.items():
                writer.add_scalar(f"{type(learner).__name__.lower()}/{name}", value, learner.seen)
        stop = bool(on_step(learner, logged)) if on_step is not None else False
        if checkpoint is not None and learner.seen - saved >= checkpoint_every:
            learner.save(checkpoint)
            saved = learner.seen
    if checkpoint is not None and saved != learner.seen:
        learner.save(checkpoint)
