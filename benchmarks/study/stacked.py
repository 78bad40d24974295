"""Fine-tuning of several TinyLMs at once: their weights stacked, their batches side by side."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.func import functional_call, stack_module_state, vmap
from torch.nn import functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

from agents.tinylm.model import TinyLM


class StackedSFT:
    """Takes the steps that `SFT` takes, of n models of one shape at once, to rounding.

    A pass over n models starts as many kernels as one of a single model, so on a GPU, which small
    models leave idle, n of them take little longer.

    Args:
        models: they are copied.
        rates: learning rate of each.
    """

    def __init__(self, models: Sequence[TinyLM], rates: Sequence[float]) -> None:
        self._one = copy.deepcopy(models[0]).to("meta")
        stacked, _ = stack_module_state([*models])
        self._weights = {name: w.detach().requires_grad_() for name, w in stacked.items()}
        self._rates = torch.tensor(rates, device=models[0].device)
        self._optimiser = torch.optim.AdamW(
            [*self._weights.values()], lr=1.0, betas=(0.9, 0.98), foreach=True
        )
        self.updates = 0

    def step(self, words: Tensor, taught: Tensor) -> Tensor:
        """Learn from a batch of replies for each model.

        Args:
            words: int64 of shape (n, batch, length), padded at the end.
            taught: bool of the same shape, the words whose loss counts.

        Returns:
            The loss of each model before the step, in nats a word, of shape (n,).
        """

        def loss(weights: dict[str, Tensor], words: Tensor, taught: Tensor) -> Tensor:
            logits, _ = functional_call(self._one, weights, (words[:, :-1],))
            each = F.cross_entropy(logits.transpose(1, 2), words[:, 1:], reduction="none")
            counts = taught[:, 1:]
            return (each * counts).sum() / counts.sum()

        self._optimiser.zero_grad(set_to_none=True)
        # Of the kernels of attention only this one is batched over models everywhere.
        with sdpa_kernel(SDPBackend.MATH):
            losses: Tensor = vmap(loss)(self._weights, words, taught)
            losses.sum().backward()
        self._descend()
        return losses.detach()

    def weights(self, index: int) -> dict[str, Tensor]:
        """Return the weights of one of the models."""
        return {name: weight[index].detach() for name, weight in self._weights.items()}

    @torch.no_grad()
    def _descend(self) -> None:
        """Clip each model's gradient and step, at rates that rise over the first fifty."""
        # The value head has no loss here, and so no gradient.
        weights = [weight for weight in self._weights.values() if weight.grad is not None]
        grads = [weight.grad for weight in weights if weight.grad is not None]
        norms = torch.stack([grad.flatten(1).norm(dim=1) for grad in grads]).norm(dim=0)
        scale = (1.0 / (norms + 1e-6)).clamp(max=1.0)
        for grad in grads:
            grad.mul_(_each(scale, grad))
        before = [weight.clone() for weight in weights]
        self._optimiser.step()
        # The step is proportional to the rate: taken at rate 1, and then a part of it for each.
        rates = self._rates * min(1.0, (self.updates + 1) / 50)
        for old, weight in zip(before, weights):
            weight.copy_(old.lerp(weight, _each(rates, weight)))
        self.updates += 1


def _each(numbers: Tensor, like: Tensor) -> Tensor:
    """Return a number for each model in the shape that multiplies stacked weights."""
    return numbers.view(-1, *[1] * (like.dim() - 1))
