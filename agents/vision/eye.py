"""How pictures become tokens: a small convolutional network over their patches."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

SIGHT = -1
"""Where texts are word ids, a token of their picture; no model can write it."""

PICTURE = "<picture>"
"""Opens a text that a picture belongs to."""

Draw = Callable[[], NDArray[np.uint8]]
"""Draws a picture, (height, width, 3)."""


def no_picture() -> NDArray[np.uint8]:
    """Draw what a game without pictures shows: nothing, not even a height."""
    return np.empty(0, dtype=np.uint8)


def draw_all(draws: Sequence[Draw]) -> Tensor:
    """Return n pictures as one tensor, uint8 of shape (n, height, width, 3)."""
    return torch.from_numpy(np.stack([draw() for draw in draws]))


class Eye(nn.Module):
    """Makes a token of every patch of a picture.

    Convolutions halve (or third) the picture until a patch has shrunk to one place, so a token
    knows a little of the patches around it; what stands across an edge is not cut in two.

    Args:
        shape: height and width of the pictures in pixels, multiples of `patch`.
        patch: edge of a patch in pixels, a product of twos and threes.
        width: of a token.
        channels: of the convolutions but the last.

    Raises:
        ValueError: for another patch, or a shape that is not made of such.
    """

    def __init__(
        self, shape: tuple[int, int], patch: int, width: int, channels: Sequence[int] = (32, 64)
    ) -> None:
        super().__init__()
        if any(edge < patch or edge % patch for edge in shape):
            raise ValueError(f"Pictures of {shape} are not made of patches of {patch} pixels.")
        self.shape = shape
        strides = _strides(patch)
        sizes = [3, *channels[: len(strides)]]
        sizes += [sizes[-1]] * (len(strides) + 1 - len(sizes))
        self.layers = nn.ModuleList(
            nn.Conv2d(before, after, 3, stride, padding=1 if stride == 2 else 0)
            for before, after, stride in zip(sizes, sizes[1:], strides)
        )
        self.norm = nn.LayerNorm(sizes[-1])
        self.out = nn.Linear(sizes[-1], width)

    def forward(self, pictures: Tensor) -> Tensor:
        """Return tokens, (n, patches, width), row by row of each picture from the top left.

        Args:
            pictures: uint8 of shape (n, height, width, 3).

        Raises:
            ValueError: they have another shape than the eye was made for.
        """
        expected = (*self.shape, 3)
        if tuple(pictures.shape[1:]) != expected:
            raise ValueError(
                f"This eye sees pictures of shape {expected}; got {tuple(pictures.shape[1:])}. "
                f"Pass the environment images=True and the image_size that it was trained with."
            )
        x = pictures.permute(0, 3, 1, 2).float() / 127.5 - 1.0
        for layer in self.layers:
            x = F.relu(layer(x))
        return self.out(self.norm(x.flatten(2).transpose(1, 2)))


def _strides(patch: int) -> list[int]:
    strides = []
    left = patch
    for prime in (2, 3):
        while left % prime == 0:
            strides.append(prime)
            left //= prime
    if left != 1 or not strides:
        raise ValueError(f"patch={patch} is no product of twos and threes, such as 12 or 16.")
    return strides
