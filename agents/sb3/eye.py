"""The convolutions that see for the residual MLP, and say what they see.

A picture stays the same over a whole hand, at a point until the walker moves on, and in every
episode that comes by. So what the convolutions make of it is worked out once for all rows of a
batch that hold it, and while weights stay as they are, once for all batches.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

SIGHT = 256
"""Numbers that stand for a picture."""

SMALLEST = 36
"""Pixels of the edge of a picture, or of a view, that the convolutions need."""

_MOST_KEPT = 100_000
"""Pictures whose encoded features are kept: 100 MiB."""


_AT_ONCE = 16
"""Pictures worked out together without gradients: always as many, because in a batch of another
size the arithmetic may round differently, and what is seen would depend on what else is."""


_CONVOLUTIONS = ((3, 32, 8, 4), (32, 64, 4, 2), (64, 64, 3, 1))
"""Channels in, channels out, kernel and stride of each."""


def flattened(height: int, width: int) -> int:
    """Return how many numbers the convolutions make of a view of so many pixels."""
    for _, _, kernel, stride in _CONVOLUTIONS:
        height, width = (height - kernel) // stride + 1, (width - kernel) // stride + 1
    return _CONVOLUTIONS[-1][1] * max(height, 0) * max(width, 0)


class Eye(nn.Module):
    """Convolutions over pictures, the same ones over each of several views.

    Args:
        shape: (height, width, channels) of a picture. With more than one view each has three of the
            channels.
        views: how many views lie behind one another in the channels.
        reads: how many values each fact has that the eye says of a picture: each is read off by one
            linear layer, trained in imitation alone.

    Attributes:
        without_gradients, with_gradients: how many pictures `look` has encoded in either way.

    Raises:
        ValueError: where the pictures are too small, the channels are not three for each view, or
            there is nothing to read.
    """

    def __init__(self, shape: Sequence[int], views: int, reads: Sequence[int]) -> None:
        super().__init__()
        if not reads:
            raise ValueError(
                "An eye is told what there is to read in its pictures, such as READS of "
                "agents.gp.images; got nothing."
            )
        if min(shape[:2]) < SMALLEST:
            raise ValueError(
                f"The convolutions need pictures of at least {SMALLEST} by {SMALLEST}; got the "
                f"shape {tuple(shape)}. Make the environment with a larger image_size=."
            )
        if shape[2] != 3 * views:
            raise ValueError(
                f"{views} views need {3 * views} channels; pictures of the shape {tuple(shape)} "
                f"have {shape[2]}."
            )
        self.views = views
        self.reads = tuple(reads)
        self.convolutions = nn.Sequential(
            *(layer for sizes in _CONVOLUTIONS for layer in (nn.Conv2d(*sizes), nn.ReLU())),
            nn.Flatten(),
        )
        size = flattened(*shape[:2])
        self.shape = tuple(shape)
        self.projection = nn.Linear(size * views, SIGHT)
        self.reader = nn.Linear(SIGHT, sum(self.reads))
        self.without_gradients = self.with_gradients = 0
        self._kept: dict[int, torch.Tensor] = {}
        self._kept_for: tuple[tuple[int, float], ...] = ()

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return encoded features, float of shape (n, 256), of uint8 (n, h, w, channels)."""
        count, height, width, _ = pictures.shape
        views = pictures.view(count, height, width, self.views, 3).permute(0, 3, 4, 1, 2)
        pixels = views.reshape(count * self.views, 3, height, width).float() / 127.5 - 1.0
        seen = self.convolutions(pixels).view(count, -1)
        return torch.relu(self.projection(seen))

    @property
    def flops(self) -> float:
        """FLOPs of working one picture out: two for each product of a weight and a number."""
        views = torch.zeros(1, 3, *self.shape[:2])
        total = 0
        with torch.no_grad():
            for layer in self.convolutions:
                views = layer(views)
                if isinstance(layer, nn.Conv2d):
                    total += layer.weight.numel() * views.shape[-2] * views.shape[-1]
        return 2.0 * (self.views * total + self.projection.weight.numel())

    def look(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return what `forward` does, each picture worked out once."""
        marks, first, which = np.unique(
            fingerprints(pictures.cpu().numpy()), return_index=True, return_inverse=True
        )
        if torch.is_grad_enabled():
            self.with_gradients += len(first)
            encoded = self(pictures[torch.from_numpy(first)])
        else:
            encoded = self._remembered(marks.tolist(), pictures[torch.from_numpy(first)])
        return encoded[torch.from_numpy(which.reshape(-1)).to(encoded.device)]

    def forget(self) -> None:
        """Forget all encoded features, so that later counts do not depend on earlier ones."""
        self._kept, self._kept_for = {}, ()

    def __getstate__(self) -> dict[str, Any]:
        # A copy counts the changes of its weights anew, and would take ours for its own.
        return {**self.__dict__, "_kept": {}, "_kept_for": ()}

    def _remembered(self, marks: list[int], pictures: torch.Tensor) -> torch.Tensor:
        # Every change of a weight in place raises its version, but for one through `.data`, as
        # SB3's `load_from_vector` makes it.
        weights = tuple((weight._version, float(weight.sum())) for weight in self.parameters())
        if weights != self._kept_for or len(self._kept) > _MOST_KEPT:
            self._kept, self._kept_for = {}, weights
        new = [row for row, mark in enumerate(marks) if mark not in self._kept]
        self.without_gradients += len(new)
        for start in range(0, len(new), _AT_ONCE):
            rows = new[start : start + _AT_ONCE]
            part = functional.pad(
                pictures[rows], (0, 0) * (pictures.dim() - 1) + (0, _AT_ONCE - len(rows))
            )
            for row, sight in zip(rows, self(part)):
                self._kept[marks[row]] = sight
        return torch.stack([self._kept[mark] for mark in marks])

    def answers(self, encoded: torch.Tensor) -> Sequence[torch.Tensor]:
        """Return logits of shape (n, values) for each of the facts that are read."""
        return self.reader(encoded).split(self.reads, dim=1)

    def misreading(self, encoded: torch.Tensor, facts: torch.Tensor) -> torch.Tensor:
        """Return the cross-entropy of facts, integers (n, facts): the mean over the facts."""
        losses = [
            functional.cross_entropy(logits, facts[:, fact])
            for fact, logits in enumerate(self.answers(encoded))
        ]
        return torch.stack(losses).mean()


def fingerprints(pictures: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return a number for each picture, int64 of shape (n,), the same for the same bytes.

    Two that differ have the same number with a chance of 2**-64: it is the head of their SHA-256.
    """
    rows = np.ascontiguousarray(pictures)
    heads = b"".join(hashlib.sha256(row).digest()[:8] for row in rows)
    return np.frombuffer(heads, dtype="<i8").astype(np.int64)
