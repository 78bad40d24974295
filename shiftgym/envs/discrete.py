"""One episode with discrete actions, observed as numbers or as a picture."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from shiftgym.checks import flag, shown
from shiftgym.envs.masks import check_mask, masked_observation, masked_space
from shiftgym.envs.single import SingleEnv
from shiftgym.envs.views import View, view_of
from shiftgym.episode import Episode
from shiftgym.keywords import configured

E = TypeVar("E", bound=Episode)


class DiscreteEnv(SingleEnv[Any, int, E]):
    """A single environment with an action space `Discrete`.

    Args:
        observation, mask, mask_in_observation: as the ids document them.
        render_mode: as for `SingleEnv`.
        keywords: of the task and of the renderer, which draws what is observed; numbers are
            observed where `drawn_by` is None.

    Attributes:
        keys: the action of each key, an index, for `gymnasium.utils.play.play`.
    """

    keys: ClassVar[Mapping[str | int, int]] = {}

    def __init__(
        self,
        *,
        observation: str | None = None,
        mask: str | None = "syntax",
        mask_in_observation: bool = False,
        render_mode: str | None = None,
        **keywords: Any,
    ) -> None:
        shell = type(self)
        self.config, shown = configured(shell, keywords)
        if shell.drawn_by is not None:
            self.renderer = shell.drawn_by(self.config, **shown)
        super().__init__(shell.plays(self.config), render_mode=render_mode)
        self.view: View = view_of(self.task.fields, self.renderer, observation)
        self.mask = check_mask(mask)
        self.mask_in_observation = flag("mask_in_observation", mask_in_observation)
        self._num_actions = len(self.task.actions)
        self.observation_space = masked_space(
            self.view.space, self._num_actions, mask_in_observation
        )
        self.action_space: spaces.Discrete[Any] = spaces.Discrete(self._num_actions)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Start a new episode.

        Args:
            seed: starts the sequence of episodes that this seed fixes.
            options: "episode_seed" replays the episode of `info["episode_seed"]`; "task" that of
                `info["task"]`, checked; the task's own option gives what is dealt.

        Raises:
            ValueError: for an unknown option, a seed out of range, a task that is not of this
                environment, or what cannot be played.
        """
        return self._observed(self._begin(seed, options))

    def step(self, action: int) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Do one action.

        Raises:
            ValueError: for what is not an index of an action.
            gymnasium.error.ResetNeeded: before the first reset and after the end of an episode.
        """
        episode = self._need_running()
        reward = episode.act(self._index(action))
        terminated, truncated = self._end(episode)
        observation, info = self._observed(episode)
        return observation, reward, terminated, truncated, info

    def action_masks(self) -> NDArray[np.bool_]:
        """Return the action mask as bool of shape (actions,), all true where `mask=None`."""
        return self._mask(self.episode).astype(np.bool_)

    def expert_action(self) -> int:
        """Return what an expert does now."""
        return self.episode.expert_action()

    def get_keys_to_action(self) -> dict[tuple[str | int, ...], int]:
        """Return `keys` as `gymnasium.utils.play.play` takes them: by keys pressed together."""
        return {(key,): action for key, action in self.keys.items()}

    def _mask(self, episode: E) -> NDArray[np.int8]:
        if self.mask is None:
            return np.ones(self._num_actions, dtype=np.int8)
        return episode.mask(self.mask)

    def _observed(self, episode: E) -> tuple[Any, dict[str, Any]]:
        self._show()
        info = self._info(episode)
        observation = self.view.observe(episode)
        if self.mask is not None:
            info["action_mask"] = self._mask(episode)
        if self.mask_in_observation:
            observation = masked_observation(observation, self._mask(episode))
        return observation, info

    def _index(self, action: Any) -> int:
        try:
            index = -1 if isinstance(action, (bool, np.bool_)) else operator.index(action)
        except TypeError:
            index = -1
        if not 0 <= index < self._num_actions:
            raise ValueError(
                f"An action is an integer from 0 to {self._num_actions - 1}, an index into "
                f"{self.task.actions_name}; got {shown(action)}."
            )
        return index
