"""Street navigation as a vector environment: many walkers in NumPy arrays, one gather a step."""

from __future__ import annotations

from typing import Any

from shiftgym.keywords import configured
from virl_env.config import NavigationConfig
from virl_env.navigation import Navigation
from virl_env.walker_env import WalkersVectorEnv


class VIRLNavigationVectorEnv(WalkersVectorEnv):
    """Many copies of `VIRLNavigationEnv` that step together.

    It takes the keywords of that, `num_envs`, and what `shiftgym.envs.vector.TaskVectorEnv`
    documents, which says too how copies, their seeds and single environments go together. Rails
    step in NumPy arrays. With `movement="free"` copies step one after another, no faster than
    single environments do.
    """

    def __init__(self, num_envs: int = 1, **keywords: Any) -> None:
        self.config, shell = configured(type(self), NavigationConfig, keywords)
        super().__init__(Navigation(self.config), num_envs, **shell)
