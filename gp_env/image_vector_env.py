"""GeneralPoints seen, as a vector environment: a table is drawn when its hand is dealt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from gp_env.config import GameKeywords
from gp_env.image_env import observation_space
from gp_env.pictures.look import LookLike
from gp_env.pictures.sights import Sights
from gp_env.pictures.size import DEFAULT_SIZE
from gp_env.pictures.state import without_cards
from gp_env.vector_env import GeneralPointsVectorEnv

if TYPE_CHECKING:
    from typing_extensions import Unpack


class GeneralPointsImageVectorEnv(GeneralPointsVectorEnv):
    """Many copies of `GeneralPointsImageEnv` that step together.

    What `GeneralPointsVectorEnv` says of copies and their seeds holds here too. A table is drawn
    once for each hand, and copied at every step.

    Args:
        num_envs: number of copies.
        image_size, look: as for `GeneralPointsImageEnv`.
        render_mode: "ansi", or "rgb_array" for a picture of each copy.
        autoreset_mode, max_episode_steps, mask, mask_in_observation, **game: as for
            `GeneralPointsVectorEnv`.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012
        **GeneralPointsVectorEnv.metadata,
        "render_modes": ["ansi", "rgb_array"],
    }

    def __init__(
        self,
        num_envs: int = 1,
        *,
        image_size: int = DEFAULT_SIZE,
        look: LookLike = "plain",
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
        max_episode_steps: int | None = None,
        mask: str | None = "syntax",
        mask_in_observation: bool = False,
        render_mode: str | None = None,
        **game: Unpack[GameKeywords],
    ) -> None:
        super().__init__(
            num_envs,
            autoreset_mode=autoreset_mode,
            max_episode_steps=max_episode_steps,
            mask=mask,
            mask_in_observation=mask_in_observation,
            render_mode=render_mode,
            **game,
        )
        self.sights = Sights(image_size, look)
        self.single_observation_space = observation_space(image_size, mask_in_observation)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        size = self.sights.size
        self._pictures = np.zeros((num_envs, size, size, 3), dtype=np.uint8)
        self._undrawn = np.ones(num_envs, dtype=np.bool_)

    def render(self) -> Any:
        """Return the game of each copy: texts ("ansi"), pictures ("rgb_array"), or None."""
        if self.render_mode != "rgb_array":
            return super().render()
        self._need_episode()
        from gp_env.render import SIZE, Scene, draw_scene

        seeds = self._tables.episode_seeds.tolist()
        return tuple(
            draw_scene(Scene.of_row(row), self.sights.picture(row, seed, SIZE))
            for row, seed in zip(self._tables.rows, seeds)
        )

    def _started(self, copies: NDArray[np.int64]) -> None:
        super()._started(copies)
        self._undrawn[copies] = True

    def _observations(self) -> Any:
        for copy in self._undrawn.nonzero()[0].tolist():
            seed = int(self._tables.episode_seeds[copy])
            self._pictures[copy] = self.sights.picture(self._tables.rows[copy], seed)
        self._undrawn[:] = False
        observations = {"image": self._pictures.copy(), "state": without_cards(self._tables.rows)}
        if self.mask_in_observation:
            observations["action_mask"] = self._masks()
        return observations

    def _asked(self) -> str:
        return f"{super()._asked()}, {self.sights}"
