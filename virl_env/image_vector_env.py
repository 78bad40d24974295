"""Street navigation in pictures, as a vector environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from shiftgym.checks import check_num_envs, configured
from shiftgym.envs.views import BatchPicturesAndStates
from virl_env.config import NavigationConfig, NavigationKeywords
from virl_env.navigation import Navigation
from virl_env.observe import FIELDS
from virl_env.views.look import LookLike
from virl_env.views.renderer import DEFAULT_SIZE, Panoramas, StreetRenderer
from virl_env.walker_env import WalkersVectorEnv

if TYPE_CHECKING:
    from typing_extensions import Unpack


class VIRLNavigationImageVectorEnv(WalkersVectorEnv):
    """Many copies of `VIRLNavigationImageEnv` that step together.

    What `VIRLNavigationVectorEnv` says of copies and their seeds holds here too. A picture is drawn
    where a copy comes to a point that no environment of this process has seen lately, and is copied
    from then on.

    Args:
        num_envs: number of copies.
        image_size, views, look, panoramas: as for `VIRLNavigationImageEnv`.
        render_mode: "ansi", or "rgb_array" for a picture of each copy.
        autoreset_mode, max_episode_steps, mask, mask_in_observation, **navigation: as for
            `VIRLNavigationVectorEnv`.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012
        **WalkersVectorEnv.metadata,
        "render_modes": ["ansi", "rgb_array"],
    }

    def __init__(
        self,
        num_envs: int = 1,
        *,
        image_size: int = DEFAULT_SIZE,
        views: str = "stack",
        look: LookLike = "plain",
        panoramas: Panoramas = None,
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
        max_episode_steps: int | None = None,
        mask: str | None = "syntax",
        mask_in_observation: bool = False,
        render_mode: str | None = None,
        **navigation: Unpack[NavigationKeywords],
    ) -> None:
        self.config = configured(type(self), NavigationConfig.make, navigation)
        self.renderer = StreetRenderer(self.config, image_size, views, look, panoramas)
        super().__init__(
            Navigation(self.config),
            num_envs,
            BatchPicturesAndStates(FIELDS, self.renderer, check_num_envs(num_envs)),
            autoreset_mode=autoreset_mode,
            max_episode_steps=max_episode_steps,
            mask=mask,
            mask_in_observation=mask_in_observation,
            render_mode=render_mode,
        )

    def frames(self) -> tuple[NDArray[np.uint8], ...]:
        """Return the four views of each as a grid, uint8 of shape (640, 640, 3)."""
        return tuple(self.renderer.frame_of(self.batch, index) for index in range(self.num_envs))
