"""Street navigation in pictures, as a vector environment."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shiftgym.envs.vector import PICTURES
from shiftgym.keywords import configured
from virl_env.config import NavigationConfig
from virl_env.navigation import Navigation
from virl_env.views.look import LookLike
from virl_env.views.renderer import DEFAULT_SIZE, Panoramas, StreetRenderer
from virl_env.walker_env import WalkersVectorEnv


class VIRLNavigationImageVectorEnv(WalkersVectorEnv):
    """Many copies of `VIRLNavigationImageEnv` that step together.

    What `VIRLNavigationVectorEnv` says of copies and their seeds holds here too. A picture is drawn
    where a copy comes to a point that no environment of this process has seen lately, and is copied
    from then on.

    Args:
        num_envs: number of copies.
        observation, image_size, views, look, panoramas: as for `VIRLNavigationImageEnv`.
        render_mode: "ansi", or "rgb_array" for a picture of each copy.
        autoreset_mode, max_episode_steps, mask, mask_in_observation, **navigation: as for
            `VIRLNavigationVectorEnv`.
    """

    metadata = PICTURES

    def __init__(
        self,
        num_envs: int = 1,
        *,
        image_size: int = DEFAULT_SIZE,
        views: str = "stack",
        look: LookLike = "plain",
        panoramas: Panoramas = None,
        **keywords: Any,
    ) -> None:
        self.config, shell = configured(type(self), NavigationConfig, keywords)
        self.renderer = StreetRenderer(self.config, image_size, views, look, panoramas)
        super().__init__(Navigation(self.config), num_envs, self.renderer, **shell)

    def frames(self) -> tuple[NDArray[np.uint8], ...]:
        """Return the four views of each as a grid, uint8 of shape (640, 640, 3)."""
        return tuple(self.renderer.frame_of(self.batch, index) for index in range(self.num_envs))
