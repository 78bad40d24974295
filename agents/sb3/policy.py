"""The one network that imitation and reinforcement train: a residual MLP over one-hot tokens.

SB3 one-hot encodes a MultiDiscrete observation slot by slot and multiplies the (mostly zero) result
with a dense matrix. Summing the rows of that matrix which the tokens name is the same function, and
4 times faster here; empty slots (0) name no row, for their rows would only repeat the bias.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3.common.policies import ActorCriticPolicy, BasePolicy
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from torch import nn

DEFAULT_WIDTH = 512
DEFAULT_BLOCKS = 3


class ResidualMLP(BaseFeaturesExtractor):
    """Features of token observations.

    Args:
        observation_space: a flat MultiDiscrete space in which 0 stands for an empty slot.
        width: units of every layer.
        blocks: residual blocks, each LayerNorm, Linear, ReLU, Linear.
        unordered: (start, stop) of runs of slots whose order means nothing. The slots of a run
            share their rows, so the network sees what they hold and not where.

    Raises:
        ValueError: for another kind of space.
    """

    def __init__(
        self,
        observation_space: spaces.Space[Any],
        width: int = DEFAULT_WIDTH,
        blocks: int = DEFAULT_BLOCKS,
        unordered: Sequence[Sequence[int]] = (),
    ) -> None:
        super().__init__(observation_space, features_dim=width)
        if (
            not isinstance(observation_space, spaces.MultiDiscrete)
            or observation_space.nvec.ndim != 1
        ):
            raise ValueError(
                f"The residual MLP reads a flat MultiDiscrete space; got {observation_space}. "
                f"Make the environment with a symbolic interface and no mask in the observation."
            )
        counts = observation_space.nvec.astype(np.int64)
        offsets = np.cumsum(counts) - counts
        for start, stop in unordered:
            if len(set(counts[start:stop].tolist())) != 1:
                raise ValueError(
                    f"Slots {start} to {stop - 1} cannot be unordered: they are to hold the same "
                    f"range of numbers, but their ranges are {counts[start:stop].tolist()}."
                )
            offsets[start:stop] = offsets[start]
        self.register_buffer("offsets", torch.as_tensor(offsets), persistent=False)
        self.empty = int(counts.sum())
        self.rows = nn.EmbeddingBag(self.empty + 1, width, mode="sum", padding_idx=self.empty)
        self.bias = nn.Parameter(torch.zeros(width))
        self.blocks = nn.ModuleList(_Block(width) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)
        # About 20 of the slots are filled, so the sum has a variance of about one.
        nn.init.normal_(self.rows.weight, std=20**-0.5)
        with torch.no_grad():
            self.rows.weight[self.empty] = 0.0

    def forward(self, observations: torch.Tensor) -> torch.Tensor:
        """Return features, float of shape (n, width), of integer observations (n, slots)."""
        tokens = observations.long()
        rows = torch.where(tokens == 0, self.empty, tokens + self.offsets)
        hidden = self.rows(rows) + self.bias
        for block in self.blocks:
            hidden = hidden + block(hidden)
        return torch.relu(self.norm(hidden))


class _Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.inner = nn.Linear(width, width)
        self.outer = nn.Linear(width, width)
        # A new block adds little, so that a deep network begins as a shallow one.
        nn.init.normal_(self.outer.weight, std=0.1 * width**-0.5)
        nn.init.zeros_(self.outer.bias)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return self.outer(torch.relu(self.inner(self.norm(hidden))))


class TokenInput(BasePolicy):
    """Hands observations to the features extractor as the integers they are; mixed into policies.

    Name it after an actor-critic policy class of SB3 or sb3-contrib, so that it stands in for the
    base class which that one asks to encode observations, and take `ResidualMLP` as the features
    extractor: `class MaskablePolicy(MaskableActorCriticPolicy, TokenInput)`.
    """

    def extract_features(
        self, obs: torch.Tensor, features_extractor: BaseFeaturesExtractor
    ) -> torch.Tensor:
        """Return the features of observations, integers of shape (n, slots)."""
        return features_extractor(obs)


class ResidualPolicy(ActorCriticPolicy, TokenInput):
    """Actor and critic as one linear layer each on the features of a `ResidualMLP`."""


def policy_keywords(
    width: int = DEFAULT_WIDTH,
    blocks: int = DEFAULT_BLOCKS,
    unordered: Sequence[Sequence[int]] = (),
) -> dict[str, Any]:
    """Return `policy_kwargs` of SB3 for a `TokenInput` policy with such a `ResidualMLP`."""
    return {
        "net_arch": [],
        "ortho_init": False,
        "features_extractor_class": ResidualMLP,
        "features_extractor_kwargs": {
            "width": width,
            "blocks": blocks,
            "unordered": [list(run) for run in unordered],
        },
    }
