"""GeneralPoints in pictures, as a vector environment: a table is drawn when its hand is dealt."""

from __future__ import annotations

from typing import Any

from gp_env.config import GameConfig
from gp_env.game import CardGame
from gp_env.pictures.renderer import CardRenderer
from gp_env.table_env import TablesVectorEnv
from shiftgym.keywords import pictured


class GeneralPointsImageVectorEnv(TablesVectorEnv):
    """Many copies of `GeneralPointsImageEnv` that step together.

    What `GeneralPointsVectorEnv` says of keywords, copies and seeds holds here too. A table is
    drawn once for each hand, and copied at every step.
    """

    drawn_by = CardRenderer

    def __init__(self, num_envs: int = 1, **keywords: Any) -> None:
        self.config, shown, shell = pictured(type(self), GameConfig, keywords)
        self.renderer = CardRenderer(**shown)
        super().__init__(CardGame(self.config), num_envs, self.renderer, **shell)
