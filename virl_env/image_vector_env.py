"""Street navigation in pictures, as a vector environment."""

from __future__ import annotations

from typing import Any

from shiftgym.keywords import pictured
from virl_env.config import NavigationConfig
from virl_env.navigation import Navigation
from virl_env.views.renderer import StreetRenderer
from virl_env.walker_env import WalkersVectorEnv


class VIRLNavigationImageVectorEnv(WalkersVectorEnv):
    """Many copies of `VIRLNavigationImageEnv` that step together.

    What `VIRLNavigationVectorEnv` says of keywords, copies and seeds holds here too. A picture is
    drawn where a copy comes to a point that no environment of this process has seen lately, and is
    copied from then on.
    """

    drawn_by = StreetRenderer

    def __init__(self, num_envs: int = 1, **keywords: Any) -> None:
        self.config, shown, shell = pictured(type(self), NavigationConfig, keywords)
        self.renderer = StreetRenderer(self.config, **shown)
        super().__init__(Navigation(self.config), num_envs, self.renderer, **shell)
