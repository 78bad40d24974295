"""Street navigation as a vector environment: many walkers in NumPy arrays, one gather a step."""

from __future__ import annotations

from typing import Any

from shiftgym.keywords import configured
from virl_env.config import NavigationConfig
from virl_env.navigation import Navigation
from virl_env.walker_env import WalkersVectorEnv


class VIRLNavigationVectorEnv(WalkersVectorEnv):
    """Many copies of `VIRLNavigationEnv` that step together.

    Copy i walks the episodes that a single environment would walk for the same episode seeds, to
    the same observations, rewards and infos; the infos hold arrays of shape (num_envs,) in place of
    scalars, without the `_key` masks of SyncVectorEnv, for every key is there for every copy. With
    `max_episode_steps` an episode that ends at the limit is terminated and not truncated too. All
    arrays returned are fresh. `reset(seed=5)` starts other episodes than Gymnasium's SyncVectorEnv
    would, which seeds its copies 5, 6, 7 and so on; a list of seeds starts the same.

    Rails step in NumPy arrays. With `movement="free"` copies step one after another, no faster than
    single environments do.

    Args:
        num_envs: number of copies.
        autoreset_mode: "next_step" (Gymnasium's default: the step after the end of an episode
            ignores the action and starts anew) or "same_step" (the last step starts anew at once;
            what the episode ended with is in `info["final_obs"]` and `info["final_info"]`).
        max_episode_steps: truncates an episode after this many actions; None for no limit.
        render_mode: "ansi" or None; ids with -Image draw pictures of many copies too.
        observation, mask, mask_in_observation, **navigation: as for `VIRLNavigationEnv`.
    """

    def __init__(self, num_envs: int = 1, **keywords: Any) -> None:
        self.config, shell = configured(type(self), NavigationConfig, keywords)
        super().__init__(Navigation(self.config), num_envs, **shell)
