"""Street navigation by sight as a vector environment: the symbolic shell, with pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from virl_env.config import NavigationKeywords
from virl_env.image_env import RENDER_SIZE, observation_space
from virl_env.vector_env import VIRLNavigationVectorEnv
from virl_env.views.look import Look, LookLike
from virl_env.views.sights import DEFAULT_SIZE, Panoramas, Sights, grid
from virl_env.views.state import without_sight

if TYPE_CHECKING:
    from typing_extensions import Unpack

_NOWHERE = -1


class VIRLNavigationImageVectorEnv(VIRLNavigationVectorEnv):
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
        **VIRLNavigationVectorEnv.metadata,
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
        super().__init__(
            num_envs,
            autoreset_mode=autoreset_mode,
            max_episode_steps=max_episode_steps,
            mask=mask,
            mask_in_observation=mask_in_observation,
            render_mode=render_mode,
            **navigation,
        )
        self.sights = Sights(self.config, image_size, views, look, panoramas)
        self.single_observation_space = observation_space(self.sights.space, mask_in_observation)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        # What each copy saw last, and where that was.
        self._pictures = np.zeros((num_envs, *self.sights.space.shape), dtype=np.uint8)
        self._shown = np.full(num_envs, _NOWHERE, dtype=np.int64)
        self._looks = [Look()] * num_envs

    def render(self) -> Any:
        """Return what each copy sees: texts ("ansi"), pictures ("rgb_array"), or None.

        A picture has the four views as a grid, uint8 of shape (640, 640, 3).
        """
        if self.render_mode != "rgb_array":
            return super().render()
        self._need_episode()
        return tuple(
            grid(
                self.sights.smooth(
                    self._city(copy), self._looks[copy], *self.stand(copy), RENDER_SIZE
                )
            )
            for copy in range(self.num_envs)
        )

    def _started(self, copies: NDArray[np.int64]) -> None:
        self._shown[copies] = _NOWHERE
        for copy in copies.tolist():
            self._looks[copy] = self.sights.look_of(int(self._walkers.episode_seeds[copy]))

    def _observations(self) -> Any:
        places = self._walkers.places
        for copy in (places != self._shown).nonzero()[0].tolist():
            stand = self._stand(copy, int(places[copy]))
            self._pictures[copy] = self.sights.picture(self._city(copy), self._looks[copy], *stand)
        self._shown = places
        observations = {"image": self._pictures.copy(), "state": without_sight(self._walkers.rows)}
        if self.mask_in_observation:
            observations["action_mask"] = self._masks()
        return observations

    def _asked(self) -> str:
        return f"{super()._asked()}, {self.sights}"
