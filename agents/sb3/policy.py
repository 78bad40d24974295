"""The one network that imitation and reinforcement train: a residual MLP over one-hot tokens.

SB3 one-hot encodes a MultiDiscrete observation slot by slot and multiplies the (mostly zero) result
with a dense matrix. Summing the rows of that matrix which the tokens name is the same function and
several times faster; empty slots (0) name no row, for their rows would only repeat the bias.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from gymnasium import spaces
from stable_baselines3.common.policies import ActorCriticPolicy, BasePolicy
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from torch import nn
from torch.nn import functional

from agents.sb3.eye import SIGHT, Eye

DEFAULT_WIDTH = 512
DEFAULT_BLOCKS = 3

_EMBEDDING = 16
"""Numbers in the embedding of a token; with fewer than there are tokens, they have to share."""


class ResidualMLP(BaseFeaturesExtractor):
    """Features of token observations.

    The first layer is linear over one-hot tokens, its matrix factorised: slots of the same range
    share an embedding of their tokens, and each slot has a projection of its own. So a token that a
    slot never held in training (a jack that counts 11) still means what it means elsewhere.

    Args:
        observation_space: a flat MultiDiscrete space in which 0 stands for an empty slot.
        width: units of every layer.
        blocks: residual blocks, each LayerNorm, Linear, ReLU, Linear.
        unordered: (start, stop) of runs of slots whose order means nothing. The slots of a run
            share a projection, so the network sees what they hold and not where.
        unread: (start, stop) of runs of slots that the network takes for empty.

    Raises:
        ValueError: for another kind of space, or a run of slots of different ranges.
    """

    def __init__(
        self,
        observation_space: spaces.Space[Any],
        width: int = DEFAULT_WIDTH,
        blocks: int = DEFAULT_BLOCKS,
        unordered: Sequence[Sequence[int]] = (),
        unread: Sequence[Sequence[int]] = (),
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
        counts = observation_space.nvec.tolist()
        # The first slot of a run reads for all of it.
        readers = {slot: slot for slot in range(len(counts))}
        for start, stop in unordered:
            _check_run("Slots", start, stop, counts)
            readers |= dict.fromkeys(range(start, stop), start)
        offsets = [0] * len(counts)
        self.embeddings, self.projections = nn.ParameterList(), nn.ParameterList()
        rows = 0
        for count in sorted(set(counts)):
            reading = sorted({readers[slot] for slot in readers if counts[slot] == count})
            for slot in (slot for slot in readers if counts[slot] == count):
                offsets[slot] = rows + reading.index(readers[slot]) * count
            rows += len(reading) * count
            size = min(count, _EMBEDDING)
            # About 20 of the slots are filled, so the sum has a variance of about one.
            self.embeddings.append(nn.Parameter(torch.randn(count, size)))
            scale = (20 * size) ** -0.5
            self.projections.append(nn.Parameter(scale * torch.randn(len(reading), size, width)))
        self.empty = rows
        self.register_buffer("offsets", torch.tensor(offsets), persistent=False)
        self.unread = tuple(slice(*run) for run in unread)
        self.bias = nn.Parameter(torch.zeros(width))
        self.blocks = nn.ModuleList(_Block(width) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)

    def forward(
        self, observations: torch.Tensor, beside: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Return features, float of shape (n, width), of integer observations (n, slots).

        Args:
            beside: float of shape (n, width), added to what the first layer makes of the tokens.
        """
        tokens = observations.long()
        rows = torch.where(tokens == 0, self.empty, tokens + self.offsets)
        for run in self.unread:
            rows[:, run] = self.empty
        hidden = functional.embedding_bag(rows, self._matrix(), mode="sum", padding_idx=self.empty)
        hidden = hidden + self.bias
        if beside is not None:
            hidden = hidden + beside
        for block in self.blocks:
            hidden = hidden + block(hidden)
        return torch.relu(self.norm(hidden))

    def _matrix(self) -> torch.Tensor:
        """Return the matrix of the first layer, a row for each token of each reader."""
        parts = [
            torch.einsum("te,rew->rtw", embedding, projection).flatten(0, 1)
            for embedding, projection in zip(self.embeddings, self.projections)
        ]
        return torch.cat([*parts, torch.zeros_like(parts[0][:1])])


def _check_run(what: str, start: int, stop: int, counts: Sequence[int]) -> None:
    """Refuse a run without order whose places are not there, or not of one range."""
    if not 0 <= start < stop <= len(counts) or len(set(counts[start:stop])) != 1:
        raise ValueError(
            f"{what} {start} to {stop - 1} cannot be unordered: they are to be some of the "
            f"{len(counts)} that there are and to hold the same range of numbers, but their "
            f"ranges are {list(counts[start:stop])}."
        )


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


class SightedMLP(BaseFeaturesExtractor):
    """Features of a picture and tokens: an eye in front of the residual MLP.

    The first layer of the MLP takes beside the tokens what the eye reads, each fact as shares of
    the values it may have, as if it were a token; and the eye's numbers by a linear layer, for what
    is no fact.

    Args:
        observation_space: `Dict(image, state)`, as the -Image ids have it.
        views, reads: of the `Eye`.
        unordered_reads: (start, stop) of runs of facts whose order means nothing, as `unordered` of
            the `ResidualMLP` is for slots.
        **mlp: of the `ResidualMLP` over `state`.

    Raises:
        ValueError: for another kind of space, pictures that the eye cannot take, or a run of facts
            of different ranges.
    """

    def __init__(
        self,
        observation_space: spaces.Space[Any],
        views: int = 1,
        reads: Sequence[int] = (),
        unordered_reads: Sequence[Sequence[int]] = (),
        **mlp: Any,
    ) -> None:
        if not isinstance(observation_space, spaces.Dict) or set(observation_space) != {
            "image",
            "state",
        }:
            raise ValueError(
                f"An eye in front of the MLP sees a Dict of image and state; got "
                f"{observation_space}. Make an -Image environment without a mask in the "
                f"observation."
            )
        body = ResidualMLP(observation_space["state"], **mlp)
        super().__init__(observation_space, features_dim=body.features_dim)
        shape = observation_space["image"].shape
        assert shape is not None
        self.eye = Eye(shape, views, reads)
        self.optic = nn.Linear(SIGHT, body.features_dim, bias=False)
        self.body = body
        self._meaning_of = list(range(len(reads)))
        for start, stop in unordered_reads:
            _check_run("Facts", start, stop, reads)
            self._meaning_of[start:stop] = [start] * (stop - start)
        # As much as a token of the MLP contributes.
        scale = 20**-0.5
        self.meanings = nn.ParameterDict(
            {
                str(fact): nn.Parameter(scale * torch.randn(reads[fact], body.features_dim))
                for fact in sorted(set(self._meaning_of))
            }
        )

    def forward(self, observations: dict[str, torch.Tensor]) -> torch.Tensor:
        """Return features, float of shape (n, width), of `image` and `state`."""
        return self.consider(observations["state"], self.eye.look(observations["image"]))

    def consider(self, state: torch.Tensor, encoded: torch.Tensor) -> torch.Tensor:
        """Return features of integers (n, slots) and what the eye made of the picture of each."""
        beside: torch.Tensor = self.optic(encoded)
        for fact, answer in zip(self._meaning_of, self.eye.answers(encoded)):
            beside = beside + torch.softmax(answer, dim=1) @ self.meanings[str(fact)]
        features: torch.Tensor = self.body(state, beside)
        return features


class TokenInput(BasePolicy):
    """Hands observations to the features extractor as the integers they are; mixed into policies.

    Name it after an actor-critic policy class of SB3 or sb3-contrib, so that it stands in for the
    base class which that one asks to encode observations, and take `ResidualMLP` as the features
    extractor: `class MaskablePolicy(MaskableActorCriticPolicy, TokenInput)`.
    """

    def extract_features(
        self, obs: torch.Tensor, features_extractor: BaseFeaturesExtractor
    ) -> torch.Tensor:
        """Return the features of observations: integers (n, slots), or a dict with a picture."""
        return features_extractor(obs)


class ResidualPolicy(ActorCriticPolicy, TokenInput):
    """Actor and critic as one linear layer each on the features of what reads observations."""


def policy_keywords(
    width: int = DEFAULT_WIDTH,
    blocks: int = DEFAULT_BLOCKS,
    unordered: Sequence[Sequence[int]] = (),
    unread: Sequence[Sequence[int]] = (),
    **eye: Any,
) -> dict[str, Any]:
    """Return `policy_kwargs` of SB3 for a `TokenInput` policy with such a `ResidualMLP`.

    Args:
        eye: `views`, `reads` and `unordered_reads` of a `SightedMLP`, which is then what the policy
            has.
    """
    return {
        "net_arch": [],
        "ortho_init": False,
        "features_extractor_class": SightedMLP if eye else ResidualMLP,
        "features_extractor_kwargs": {
            "width": width,
            "blocks": blocks,
            "unordered": [list(run) for run in unordered],
            "unread": [list(run) for run in unread],
            **eye,
        },
    }
