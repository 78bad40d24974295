"""Street navigation by sight as a Gymnasium environment: the symbolic shell, with pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from virl_env.config import NavigationConfig, NavigationKeywords
from virl_env.dynamics import NUM_ACTIONS
from virl_env.env import VIRLNavigationEnv
from virl_env.single_env import full_mask
from virl_env.views.look import LookLike
from virl_env.views.sights import DEFAULT_SIZE, Panoramas, Sights, grid
from virl_env.views.state import STATE_LAYOUT, state_space, without_sight

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["STATE_LAYOUT", "VIRLNavigationImageEnv", "observation_space"]

RENDER_SIZE = 320
"""Pixels of one view in `render()`."""


def observation_space(pictures: spaces.Box, mask_in_observation: bool = False) -> spaces.Dict:
    """Return the space of observations: `image`, `state` and, where asked for, `action_mask`."""
    parts: dict[str, spaces.Space[Any]] = {"image": pictures, "state": state_space()}
    if mask_in_observation:
        parts["action_mask"] = spaces.Box(0, 1, (NUM_ACTIONS,), np.int8)
    return spaces.Dict(parts)


class VIRLNavigationImageEnv(VIRLNavigationEnv):
    """Follow instructions along a route through a city, seeing the streets.

    ## Description
    The task of `VIRLNavigationEnv` with the same actions, rewards, episodes and infos. What is in
    sight, on which side, and whether this is an intersection is not told but seen: in four views,
    90 degrees wide, to the front, the right, the back and the left of the walker. Landmarks are
    shops and other places with a sign that bears their name and shows their category by its colour
    and icon.

    ## Action Space
    `Discrete(14)`, as in `VIRLNavigationEnv`.

    ## Observation Space
    A dict of

    * `image`: uint8 of shape (64, 64, 12), four views of three channels each, front, right, back,
      left; with `views="grid"` of shape (128, 128, 3), front and right above back and left, with a
      white line between them. Only
      `image_size` and `views` change its shape.
    * `state`: `MultiDiscrete` of shape (93,), uint8: the numbers of `VIRLNavigationEnv` but
      `landmark`, `side` and `intersection`. `virl_env.image_env.STATE_LAYOUT` names its parts. The
      instructions name landmarks by numbers, and `categories` says of which category each is.
    * `action_mask`: int8 of shape (14,), only with `mask_in_observation=True`.

    ## Rewards, Starting State, Episode End, Information
    As in `VIRLNavigationEnv`: an episode seed starts the same episode in both.

    ## Arguments
    Those of `VIRLNavigationEnv`, and

    * `image_size` (64): pixels of one view, 32-1200.
    * `views` ("stack"): or "grid".
    * `look` ("plain"): of the streets: "plain" is the city's own look; a mapping of severities 0-5
      of palette, weather, night and blur, such as `{"night": 3}`; "random" draws another look for
      each episode, from its seed, never that of an unseen city.
    * `panoramas` (None): where views come from instead: a folder of panoramas, or a
      `virl_env.ViewSource`. Routes of files are then seen where they were recorded.
    * `render_mode` (None): "rgb_array" (the four views as a grid, with smooth edges, uint8 of
      shape (640, 640, 3)), "human" (that in a window) or "ansi".

    ## Registered Configurations
    * `VIRLNavigation-Image-v0`: the training city, absolute directions.
    * `VIRLNavigation-Image-RuleOOD-v0`: relative directions.
    * `VIRLNavigation-Image-VisualOOD-v0`: nine other cities, two routes each.
    * `VIRLNavigation-Image-OOD-v0`: the same as `VIRLNavigation-Image-VisualOOD-v0`.

    ## Version History
    * v0: first version.
    """

    def __init__(
        self,
        *,
        image_size: int = DEFAULT_SIZE,
        views: str = "stack",
        look: LookLike = "plain",
        panoramas: Panoramas = None,
        mask: str | None = "syntax",
        mask_in_observation: bool = False,
        render_mode: str | None = None,
        **navigation: Unpack[NavigationKeywords],
    ) -> None:
        super().__init__(
            mask=mask,
            mask_in_observation=mask_in_observation,
            render_mode=render_mode,
            **navigation,
        )
        self.sights = Sights(self.config, image_size, views, look, panoramas)
        self.observation_space = observation_space(self.sights.space, mask_in_observation)

    def render(self) -> Any:
        """Return what the walker sees: four views, text ("ansi"), or None.

        Views are one picture, uint8 of shape (640, 640, 3).
        """
        return super().render()

    def _frame(self) -> NDArray[np.uint8]:
        look = self.sights.look_of(self._episode_seed)
        return grid(self.sights.smooth(self.city, look, *self.stand(), RENDER_SIZE))

    def _check_route(self, config: NavigationConfig) -> None:
        super()._check_route(config)
        if config.route is not None:
            self.sights.check(config.route)

    def _seen(self) -> tuple[Any, dict[str, Any]]:
        _, info = super()._seen()
        look = self.sights.look_of(self._episode_seed)
        picture = self.sights.picture(self.city, look, *self.stand())
        observation = {"image": picture.copy(), "state": without_sight(self._walk.row)}
        if self.mask_in_observation:
            observation["action_mask"] = full_mask()
        return observation, info
