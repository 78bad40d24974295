"""Group-relative policy optimisation on the model's own replies (Shao et al., arXiv 2402.03300).

As PPO, but each hand or point is played by a group: what an episode earned is compared with what
the others of its group did, and nothing with what was expected of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from agents.tinylm.model import TinyLM
from agents.tinylm.ppo import PPO, Episodes, PPOConfig


@dataclass(frozen=True)
class GRPOConfig(PPOConfig):
    """How to train: as `PPOConfig`, with `episodes` in groups of `group` that are dealt alike, no
    bonus on entropy unless asked for, and no loss of values, which play no part."""

    value_weight: float = field(default=0.0, init=False)
    entropy_weight: float = 0.0
    group: int = 8


class GRPO(PPO):
    """PPO whose advantages are relative to a group; the loss is a mean over words, as PPO's."""

    config: GRPOConfig

    def __init__(self, model: TinyLM, config: GRPOConfig | None = None, **keywords: Any) -> None:
        config = config or GRPOConfig()
        if config.group < 2 or config.episodes % config.group:
            raise ValueError(
                f"Groups of group={config.group} do not share out episodes={config.episodes}. Pass "
                f"a group of at least 2, and a multiple of it for episodes."
            )
        super().__init__(model, config, **keywords)

    def _episodes(self, numbers: range) -> Sequence[int]:
        """Return numbers of episodes, each of which is played by a group."""
        return [number // self.config.group for number in numbers]

    def _gains(self, played: Episodes, returns: Tensor) -> Tensor:
        """Return the advantage of each word: that of its episode in its group, over its spread."""
        earned = played.rewards.sum(dim=1).view(-1, self.config.group)
        spread, mean = torch.std_mean(earned, dim=1, keepdim=True)
        gains = ((earned - mean) / (spread + 1e-6)).view(-1, 1)
        return gains.expand_as(returns)
