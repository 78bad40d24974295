"""GeneralPoints as a vector environment: many hands in NumPy arrays, one gather a step."""

from __future__ import annotations

from typing import Any

from gp_env.config import GameConfig
from gp_env.game import CardGame
from gp_env.table_env import TablesVectorEnv
from shiftgym.keywords import configured


class GeneralPointsVectorEnv(TablesVectorEnv):
    """Many copies of `GeneralPointsEnv` that step together.

    Copy i plays the episodes that a single environment would play for the same episode seeds, to
    the same observations, rewards and infos; the infos hold arrays of shape (num_envs,) in place of
    scalars, without the `_key` masks of SyncVectorEnv, for every key is there for every copy. With
    `max_episode_steps` an episode that ends at the limit is terminated and not truncated too. All
    arrays returned are fresh. `reset(seed=5)` starts other episodes than Gymnasium's
    SyncVectorEnv would, which seeds its copies 5, 6, 7 and so on; a list of seeds starts the same.

    Args:
        num_envs: number of copies.
        autoreset_mode: "next_step" (Gymnasium's default: the step after the end of an episode
            ignores the action and deals anew) or "same_step" (the last step deals anew at once;
            what the episode ended with is in `info["final_obs"]` and `info["final_info"]`).
        max_episode_steps: truncates an episode after this many tokens; None for no limit.
        render_mode: "ansi" or None; ids with -Image draw pictures of many copies too.
        observation, mask, mask_in_observation, **game: as for `GeneralPointsEnv`.
    """

    def __init__(self, num_envs: int = 1, **keywords: Any) -> None:
        self.config, shell = configured(type(self), GameConfig, keywords)
        super().__init__(CardGame(self.config), num_envs, **shell)
