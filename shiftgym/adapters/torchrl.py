"""TorchRL: one environment, or a whole batch of one, as a TorchRL environment."""

from __future__ import annotations

from typing import Any

import gymnasium as gym

from shiftgym.extras import installed_by

with installed_by("torchrl"):
    from torchrl.envs import GymWrapper


def make(id: str, n: int | None = None, **keywords: Any) -> Any:
    """Return an id as a TorchRL environment.

    Args:
        id: "package:Id-v0" where importing the package registers it.
        n: copies in one batch, by the id's own vector environment; None for a single one.
        keywords: of the environment, such as split="train".

    Returns:
        A GymWrapper, of batch size (n,) where there is an n.
    """
    if n is None:
        return GymWrapper(gym.make(id, **keywords))
    # TorchRL holds numbers alone, and resets copies in the step that ends their episode.
    told = {"autoreset_mode": "same_step", "outcome_codes": True, **keywords}
    return GymWrapper(gym.make_vec(id, num_envs=n, **told))
