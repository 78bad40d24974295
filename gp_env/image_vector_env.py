"""GeneralPoints in pictures, as a vector environment: a table is drawn when its hand is dealt."""

from __future__ import annotations

from typing import Any

from gp_env.config import GameConfig
from gp_env.game import CardGame
from gp_env.pictures.look import LookLike
from gp_env.pictures.renderer import CardRenderer, Picture
from gp_env.pictures.size import DEFAULT_SIZE
from gp_env.table_env import TablesVectorEnv
from shiftgym.envs.vector import PICTURES
from shiftgym.keywords import configured


class GeneralPointsImageVectorEnv(TablesVectorEnv):
    """Many copies of `GeneralPointsImageEnv` that step together.

    What `GeneralPointsVectorEnv` says of copies and their seeds holds here too. A table is drawn
    once for each hand, and copied at every step.

    Args:
        num_envs: number of copies.
        observation, image_size, look: as for `GeneralPointsImageEnv`.
        render_mode: "ansi", or "rgb_array" for a picture of each copy.
        autoreset_mode, max_episode_steps, mask, mask_in_observation, **game: as for
            `GeneralPointsVectorEnv`.
    """

    metadata = PICTURES

    def __init__(
        self,
        num_envs: int = 1,
        *,
        image_size: int = DEFAULT_SIZE,
        look: LookLike = "plain",
        **keywords: Any,
    ) -> None:
        self.config, shell = configured(type(self), GameConfig, keywords)
        self.renderer = CardRenderer(image_size, look)
        super().__init__(CardGame(self.config), num_envs, self.renderer, **shell)

    def frames(self) -> tuple[Picture, ...]:
        """Return each table with its caption, uint8 of shape (780, 640, 3)."""
        from gp_env.render import SIZE, Scene, draw_scene

        batch = self.batch
        return tuple(
            draw_scene(Scene.of_row(row), self.renderer.draw_of(batch, index, SIZE))
            for index, row in enumerate(batch.rows)
        )
