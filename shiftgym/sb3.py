"""From a native Gymnasium vector environment to the VecEnv of Stable-Baselines3.

    from stable_baselines3 import PPO
    from shiftgym import sb3

    PPO("MlpPolicy", sb3.make("virl_env:VIRLNavigation-v0", 16, observation="onehot"))

SB3 knows only its own VecEnv. Its DummyVecEnv steps single environments one by one and copies their
infos; this bridge steps a whole batch and builds an info dict only where an episode ended, the one
place where SB3 reads one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from numpy.typing import NDArray

from shiftgym.extras import installed_by

with installed_by("stable-baselines3"):
    from stable_baselines3.common.monitor import Monitor
    from stable_baselines3.common.vec_env import VecEnv

_RUNNING: Mapping[str, Any] = MappingProxyType({"TimeLimit.truncated": False})
"""The info of every copy whose episode goes on: shared, and therefore read-only."""


def make(id: str, n: int, **keywords: Any) -> VectorEnvToSB3:
    """Return n copies of an environment as one SB3 VecEnv.

    It monitors already: put no VecMonitor around it. SB3 logs returns, lengths and success rates,
    MaskablePPO finds the action masks, and the learner's `seed` seeds the episodes.

    Args:
        id: with a vector environment of its own, which the symbolic and image ids of this suite
            have; "package:Id-v0" where importing the package registers it.
        n: how many copies, 1 or more.
        keywords: of the environment, such as split="train", observation="onehot".

    Raises:
        ValueError: for an id without a vector environment, and what the environment refuses.
        gymnasium.error.Error: where no such id is registered.
    """
    package, _, name = id.rpartition(":")
    if package:
        import_module(package)
    if gym.spec(name).vector_entry_point is None:
        raise ValueError(
            f"{id} has no vector environment of its own. Name a symbolic or an image id, or call "
            f"stable_baselines3.common.env_util.make_vec_env({id!r}, {n}); SB3 takes no texts."
        )
    envs = gym.make_vec(name, num_envs=n, autoreset_mode="same_step", **keywords)
    return VectorEnvToSB3(envs.unwrapped)


class VectorEnvToSB3(VecEnv):
    """A vector environment with same-step autoreset, as an SB3 VecEnv.

    Where an episode ended, `infos[i]` holds what the copy ended with, `terminal_observation`,
    `TimeLimit.truncated` and, as SB3's Monitor gives them, `episode`: {"r": return, "l": steps}, so
    SB3 logs returns and success rates. The infos of all copies at the last step, as arrays, are in
    `last_infos`; `episodes` counts those that ended.

    Args:
        vector_env: made with `autoreset_mode="same_step"`.

    Raises:
        ValueError: for another autoreset mode.
    """

    def __init__(self, vector_env: VectorEnv[Any, Any, Any]) -> None:
        mode = vector_env.metadata.get("autoreset_mode")
        if mode is not AutoresetMode.SAME_STEP:
            raise ValueError(
                f"SB3 expects a new episode in the step that ends one, but this environment's "
                f"autoreset mode is {mode}. Make it with autoreset_mode='same_step'."
            )
        self.vector_env = vector_env
        self.last_infos: dict[str, Any] = {}
        self.returns = np.zeros(vector_env.num_envs)
        self.lengths = np.zeros(vector_env.num_envs, dtype=np.int64)
        self.episodes = 0
        self._seed: int | None = None
        super().__init__(
            vector_env.num_envs,
            vector_env.single_observation_space,
            vector_env.single_action_space,
        )

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """Seed the next reset; the vector environment derives a seed for each copy."""
        self._seed = seed
        return [seed] * self.num_envs

    def reset(self) -> Any:
        """Start new episodes in all copies; return their observations."""
        observations, self.last_infos = self.vector_env.reset(seed=self._seed)
        self._seed = None
        self.returns[:] = 0.0
        self.lengths[:] = 0
        return observations

    def step_async(self, actions: NDArray[np.int64]) -> None:
        """Keep the actions for `step_wait`."""
        self._actions = actions

    def step_wait(self) -> tuple[Any, NDArray[np.float32], NDArray[np.bool_], list[Any]]:
        """Step all copies; return observations, rewards, dones and infos."""
        observations, rewards, terminated, truncated, infos = self.vector_env.step(self._actions)
        self.last_infos = infos
        self.returns += rewards
        self.lengths += 1
        dones = terminated | truncated
        copy_infos: list[Any] = [_RUNNING] * self.num_envs
        ended = np.flatnonzero(dones)
        if len(ended):
            self._end_episodes(ended, truncated & ~terminated, copy_infos)
        return observations, rewards.astype(np.float32), dones, copy_infos

    def _end_episodes(
        self, ended: NDArray[np.int64], truncated: NDArray[np.bool_], copy_infos: list[Any]
    ) -> None:
        final = self.last_infos["final_info"]
        keys = [key for key in final if not key.startswith("_")]
        columns = [
            column[ended].tolist() if column.ndim == 1 else list(column[ended])
            for column in (np.asarray(final[key]) for key in keys)
        ]
        final_observations = self.last_infos["final_obs"]
        returns, lengths = self.returns[ended].tolist(), self.lengths[ended].tolist()
        cut = truncated[ended].tolist()
        for row, copy in enumerate(ended.tolist()):
            info = {key: column[row] for key, column in zip(keys, columns)}
            info["TimeLimit.truncated"] = cut[row]
            info["terminal_observation"] = final_observations[copy]
            info["episode"] = {"r": returns[row], "l": lengths[row]}
            copy_infos[copy] = info
        self.episodes += len(ended)
        self.returns[ended] = 0.0
        self.lengths[ended] = 0

    def get_state(self) -> dict[str, Any]:
        """Return what `set_state` needs to go on from here, the vector environment's included."""
        return {
            "returns": self.returns.copy(),
            "lengths": self.lengths.copy(),
            "episodes": self.episodes,
            "vector_env": self.vector_env.get_state(),  # type: ignore[attr-defined]
        }

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what `get_state` returned."""
        self.returns[:] = state["returns"]
        self.lengths[:] = state["lengths"]
        self.episodes = state["episodes"]
        self.vector_env.set_state(state["vector_env"])  # type: ignore[attr-defined]

    def close(self) -> None:
        """Close the vector environment."""
        self.vector_env.close()

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """Return an attribute of the vector environment once for each index."""
        value = getattr(self.vector_env, attr_name)
        return [value for _ in self._get_indices(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Refuse: the copies are rows of one batch and have no attributes of their own."""
        raise AttributeError(
            f"Cannot set {attr_name!r} of single copies: they are rows of one vector environment. "
            f"Pass it as a keyword when you make the environment."
        )

    def env_method(
        self, method_name: str, *method_args: Any, indices: Any = None, **method_kwargs: Any
    ) -> list[Any]:
        """Call a method of the vector environment that answers for every copy, once.

        `env_method("action_masks")` gives MaskablePPO its masks.

        Returns:
            The answer's rows of the copies asked for.
        """
        answers = getattr(self.vector_env, method_name)(*method_args, **method_kwargs)
        return [answers[index] for index in self._get_indices(indices)]

    def env_is_wrapped(
        self, wrapper_class: type[gym.Wrapper[Any, Any, Any, Any]], indices: Any = None
    ) -> list[bool]:
        """Answer yes for SB3's Monitor, whose returns and lengths the bridge reports, else no."""
        return [wrapper_class is Monitor for _ in self._get_indices(indices)]

    def get_images(self) -> Sequence[Any]:
        """Return what the vector environment renders, one picture a copy."""
        return list(self.vector_env.render() or [])

    def _get_indices(self, indices: int | Iterable[int] | None) -> Iterable[int]:
        found: Iterable[int] = super()._get_indices(indices)
        return found
