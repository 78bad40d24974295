"""Single environments played side by side, for ids without a vector environment of their own."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy as shallow_copy
from typing import Any

import gymnasium as gym
from gymnasium.spaces import Text
from gymnasium.vector.utils import concatenate, create_empty_array

from shiftgym.envs.single import SingleEnv


class SingleEnvs:
    """Single environments side by side, one episode each, told as a vector environment tells them.

    Observations of texts are a list, and the values of each info are one.
    """

    def __init__(self, id: str, keywords: dict[str, Any], num_envs: int) -> None:
        self.num_envs = num_envs
        self.envs: list[Any] = [
            gym.make(id, disable_env_checker=True, **keywords) for _ in range(num_envs)
        ]
        self.single_action_space = self.envs[0].action_space
        self.share_deals({})
        self._latest: list[tuple[Any, ...]] = []
        self._acted: list[Any] = [None] * num_envs

    def first(self, count: int) -> SingleEnvs:
        """Return some of the environments, to be used in place of all."""
        some = shallow_copy(self)
        some.num_envs, some.envs = count, self.envs[:count]
        some._latest, some._acted = [], [None] * count
        return some

    def share_deals(self, ahead: dict[int, Any]) -> None:
        """Take from `ahead`, by episode seed, how episodes start, and put there what is dealt."""
        self._ahead = ahead
        for env in self.envs:
            if isinstance(env.unwrapped, SingleEnv):
                env.unwrapped.ahead = ahead

    def deal_ahead(self, episode_seeds: Sequence[int]) -> None:
        """Deal episodes together where the task can, unless the first is dealt already."""
        one = self.envs[0].unwrapped
        if isinstance(one, SingleEnv) and episode_seeds[0] not in self._ahead:
            one.deal_ahead(episode_seeds)

    def reset(self, *, options: dict[str, Any]) -> tuple[Any, dict[str, list[Any]]]:
        """Start the episode of each seed in `options["episode_seed"]`."""
        seeds = [int(seed) for seed in options["episode_seed"]]
        if len(seeds) > 1:
            self.deal_ahead(seeds)
        resets = [env.reset(options={"episode_seed": seed}) for env, seed in zip(self.envs, seeds)]
        self._latest = [(shown, 0.0, False, False, info) for shown, info in resets]
        observation, *_, info = self._told()
        return observation, info

    def step(self, actions: Sequence[Any]) -> tuple[Any, ...]:
        """Act in each environment whose episode goes on."""
        for copy, (env, action) in enumerate(zip(self.envs, actions)):
            if not self.is_over(copy):
                self._latest[copy], self._acted[copy] = env.step(action), action
        return self._told()

    def expert_action(self) -> list[Any]:
        """Return an action that succeeds; the last one where the episode is over."""
        return [
            self._acted[copy] if self.is_over(copy) else env.unwrapped.expert_action()
            for copy, env in enumerate(self.envs)
        ]

    def is_over(self, copy: int) -> bool:
        """Return whether the episode of a copy has ended."""
        _, _, terminated, truncated, _ = self._latest[copy]
        return bool(terminated or truncated)

    def _told(self) -> tuple[Any, ...]:
        shown, rewards, terminated, truncated, infos = zip(*self._latest)
        space = self.envs[0].observation_space
        observation: Any = list(shown)
        if not isinstance(space, Text):
            arrays = create_empty_array(space, self.num_envs)
            observation = concatenate(space, shown, arrays)
        info = {key: [info[key] for info in infos] for key in infos[0]}
        return observation, rewards, terminated, truncated, info
