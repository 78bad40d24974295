"""GeneralPoints as a vector environment: many hands in NumPy arrays, one gather a step."""

from __future__ import annotations

from typing import Any

from gp_env.config import GameConfig
from gp_env.game import CardGame
from gp_env.table_env import TablesVectorEnv
from shiftgym.keywords import configured


class GeneralPointsVectorEnv(TablesVectorEnv):
    """Many copies of `GeneralPointsEnv` that step together.

    It takes the keywords of that, `num_envs`, and what `shiftgym.envs.vector.TaskVectorEnv`
    documents, which says too how copies, their seeds and single environments go together.
    """

    def __init__(self, num_envs: int = 1, **keywords: Any) -> None:
        self.config, shell = configured(type(self), GameConfig, keywords)
        super().__init__(CardGame(self.config), num_envs, **shell)
