"""RLlib: an id as a registered environment whose observations its networks take.

It pins an older Gymnasium than others do: give it an environment of its own.
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym

from shiftgym.extras import installed_by

with installed_by("'ray[rllib]'"):
    from ray.rllib.connectors.env_to_module import FlattenObservations
    from ray.tune.registry import register_env


def register(id: str, **keywords: Any) -> str:
    """Register an id with Ray; return the name for `config.environment(name)`.

    Args:
        id: "package:Id-v0" where importing the package registers it.
        keywords: of the environment; `env_config` of a run overrides them.
    """
    name = id.rpartition(":")[2]
    register_env(name, lambda config: gym.make(id, **{**keywords, **config}))
    return name


def flatten(*_: Any, **__: Any) -> Any:
    """Return a new connector, for `config.env_runners(env_to_module_connector=flatten)`.

    RLlib has no network for a MultiDiscrete: this makes one row of ones and zeros of it. An id made
    with observation="onehot" needs none.
    """
    return FlattenObservations()
