"""What all training shares, the optimiser, counts, checkpoints and the loop; and fine-tuning."""

from __future__ import annotations

import copy
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from agents.demonstrations import Mixture
from agents.sb3.checkpoint import fill_network, load_state, naming, save_state
from agents.tinylm.game import Game
from agents.tinylm.model import TinyLM, pad
from agents.vision.eye import Draw, draw_all
from shiftgym.files import FileError


class Learner(ABC):
    """A model in training, changed in place; all draws are from a generator of the learner's own.

    Attributes:
        seen: demonstrated replies taught, or episodes played.
        updates: steps of the optimiser.
        trained_words, sampled_words: that went through updates, prompts and every epoch counted (6
            N FLOPs each on the compute axis), and through sampling (2 N each: D_buffer).
    """

    def __init__(self, model: TinyLM, learning_rate: float, settings: str, seed: int = 0) -> None:
        self.model, self.device = model, model.device
        self._models = {"model": model}
        self.seen = self.updates = self.trained_words = self.sampled_words = 0
        self._learning_rate, self._settings = learning_rate, settings
        self._optimiser = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.98), fused=True)
        self._generator = torch.Generator().manual_seed(seed)

    @abstractmethod
    def step(self) -> dict[str, float]:
        """Learn from the next batch; return what there is to log."""

    def rate(self) -> float:
        """Return the learning rate of the next step, once it has risen."""
        return self._learning_rate

    def _keep_first(self) -> None:
        """Keep the weights as they are now, to measure the distance from them."""
        self._models["first_model"] = copy.deepcopy(self.model).requires_grad_(False)

    def _descend(self, losses: Iterable[Tensor]) -> float:
        """Take a step of the optimiser down the sum of some losses, which it returns.

        Gradients are added up loss by loss, so that only one of them is in memory at a time. The
        learning rate rises over the first fifty steps.
        """
        for group in self._optimiser.param_groups:
            group["lr"] = self.rate() * min(1.0, (self.updates + 1) / 50)
        self._optimiser.zero_grad(set_to_none=True)
        total = 0.0
        for loss in losses:
            loss.backward()
            total += loss.item()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self._optimiser.step()
        self.updates += 1
        return total

    def state(self) -> dict[str, Any]:
        """Return all that later steps depend on but the arguments of the constructor."""
        return {
            "learner": type(self).__name__,
            "config": vars(self.model.config),
            "settings": self._settings,
            **{name: model.state_dict() for name, model in self._models.items()},
            "optimiser": self._optimiser.state_dict(),
            "generator": self._generator.get_state(),
            "counts": [self.seen, self.updates, self.trained_words, self.sampled_words],
        }

    def resume(self, state: Mapping[str, Any], path: str = "The checkpoint") -> None:
        """Go on from what `state` returned; `path` names its file in errors. FileError: no fit."""
        # States older than the choice of a game are of the card game, the default.
        config = type(self.model.config)(**state.get("config", {}))
        state = {**state, "config": vars(config)}
        ours = {name: self.state()[name] for name in ("learner", "config", "settings")}
        if ours != (theirs := {name: state.get(name) for name in ours}):
            raise FileError(
                f"{path} is of {theirs}, this learner is {ours}. Resume with the arguments "
                f"that the run was started with."
            )
        for name, model in self._models.items():
            fill_network(path, model, state[name], finite=False)
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
                and at the end. A run that was stopped stays so.
            writer: a `SummaryWriter` of TensorBoard, or what else has its `add_scalar`.
        """
        stop = False
        if checkpoint is not None and os.path.exists(checkpoint):
            state = load_state(checkpoint)
            with naming(checkpoint):
                self.resume(state, str(checkpoint))
            stop = state.get("stopped", False)
        saved = self.seen
        while self.seen < until and not stop:
            logged = self.step()
            for name, value in logged.items() if writer is not None else ():
                writer.add_scalar(f"{type(self).__name__}/{name}", value, self.seen)
            stop = on_step is not None and bool(on_step(logged))
            due = stop or self.seen >= until or self.seen - saved >= checkpoint_every
            if checkpoint is not None and due:
                save_state(checkpoint, {**self.state(), "stopped": stop})
                saved = self.seen


@dataclass(frozen=True)
class SFTConfig:
    """How to fine-tune: `batch` replies a step, at the `learning_rate` of AdamW, which falls evenly
    to zero between two numbers of replies, `decay`; it stays for None.

    With `micro_batch` the gradients of so many replies at a time are added up, each word of the
    batch counting the same: to rounding it is the step of the whole batch. `kl_weight` is that of
    the divergence from the first weights at the words that are taught, in nats a word, in the loss.
    `dft` weights the loss of each word by the probability that the model gives it now, as dynamic
    fine-tuning does (arXiv 2508.05629).
    """

    batch: int = 64
    learning_rate: float = 2e-3
    decay: tuple[int, int] | None = None
    micro_batch: int | None = None
    kl_weight: float = 0.0
    dft: bool = False

    def __str__(self) -> str:
        """Tell the settings; checkpoints of before there were some go on where these are unused."""
        newer = ("micro_batch", "kl_weight", "dft")
        told = [
            f"{one.name}={getattr(self, one.name)!r}"
            for one in fields(self)
            if one.name not in newer or getattr(self, one.name) != one.default
        ]
        return f"{type(self).__name__}({', '.join(told)})"


def write_out(game: Game, demonstrations: Any) -> tuple[Tensor, Tensor, Tensor, list[Any]]:
    """Return n demonstrated dialogues in words, int32 of shape (n, length), 0 behind the end; where
    the replies that are taught start and end, int64 of shape (n,); and what draws each picture."""
    texts, starts, draws = [], [], []
    for before, reply, draw in _demonstrated(game, demonstrations):
        words = game.encode_prompt(before)
        starts.append(len(words))
        texts.append(words + game.encode(reply))
        draws.append(draw)
    ends = torch.tensor([*map(len, texts)])
    return pad(texts, torch.int32), torch.tensor(starts), ends, draws


def _demonstrated(game: Game, demonstrations: Any) -> Iterator[tuple[str, str, Draw]]:
    """Yield what a game makes of demonstrations; of a mixture one of each part in turn."""
    if not isinstance(demonstrations, Mixture):
        yield from game.demonstrated(demonstrations)
        return
    for turn in zip(*map(game.demonstrated, demonstrations.parts), strict=False):
        yield from turn


class Imitation(Learner):
    """Teaches the next word of replies, wherever they are from."""

    config: SFTConfig

    def rate(self) -> float:
        """Return the learning rate of the next step, once it has risen."""
        if self.config.decay is None:
            return self._learning_rate
        first, last = self.config.decay
        return self._learning_rate * min(1.0, max(0.0, (last - self.seen) / (last - first)))

    def _learn(self, words: Tensor, starts: Tensor, ends: Tensor, pictures: Tensor) -> float:
        """Take a step on n replies as `write_out` gives them; return the mean loss a word."""
        taught = (ends - starts).sum()

        def losses() -> Iterator[Tensor]:
            for part in torch.arange(len(words)).split(self.config.micro_batch or len(words)):
                share = float((ends[part] - starts[part]).sum() / taught)
                yield share * self._loss(words[part], starts[part], ends[part], pictures[part])

        loss = self._descend(losses())
        self.trained_words += int(ends.sum())
        if self.config.kl_weight:
            # A pass without learning costs what sampling does.
            self.sampled_words += int(ends.sum())
        return loss

    def _loss(self, words: Tensor, starts: Tensor, ends: Tensor, pictures: Tensor) -> Tensor:
        """Return the mean loss over the words that are taught."""
        first, longest = int(starts.min()), int(ends.max())
        words = words[:, :longest].to(self.device, torch.int64)
        places = torch.arange(first, longest)
        taught = ((places >= starts[:, None]) & (places < ends[:, None])).to(self.device)
        logits, _ = self.model(words[:, :-1], first - 1, pictures)
        logits, right = logits[taught], words[:, first:][taught]
        if self.config.dft:
            losses = F.cross_entropy(logits, right, reduction="none")
            loss = (losses * (-losses.detach()).exp()).mean()
        else:
            loss = F.cross_entropy(logits, right)
        if self.config.kl_weight:
            with torch.no_grad():
                first_logits, _ = self._models["first_model"](words[:, :-1], first - 1, pictures)
            log_first = F.log_softmax(first_logits[taught], dim=-1)
            held = divergence(F.log_softmax(logits, dim=-1), log_first)
            loss = loss + self.config.kl_weight * held
        return loss


class SFT(Imitation):
    """Teaches the next word of demonstrated replies, in their order, again and again."""

    def __init__(self, model: TinyLM, demonstrations: Any, config: SFTConfig | None = None) -> None:
        self.config = config = config or SFTConfig()
        super().__init__(model, config.learning_rate, f"{config} on {demonstrations}")
        if config.kl_weight:
            self._keep_first()
        written = write_out(model.game, demonstrations)
        self._words, self._starts, self._ends, self._draws = written

    def step(self) -> dict[str, float]:
        """Learn from the next `batch` replies; return the loss, a mean over words in nats."""
        rows = torch.arange(self.seen, self.seen + self.config.batch) % len(self._words)
        # Drawn when they are needed: those of all demonstrations would fill the memory.
        pictures = draw_all([self._draws[row] for row in rows.tolist()])
        loss = self._learn(self._words[rows], self._starts[rows], self._ends[rows], pictures)
        self.seen += len(rows)
        return {"loss": loss}


def divergence(log_policy: Tensor, log_first: Tensor) -> Tensor:
    """Return KL(policy | first), the mean in nats a word, of log-probabilities (n, vocabulary)."""
    return (log_policy.exp() * (log_policy - log_first)).sum(dim=-1).mean()
