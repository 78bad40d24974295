"""The shell of a vector environment whose copies are rows of arrays: seeds, resets, infos, states.

What a step does to the rows, and how an episode starts, is the task's.
"""

from __future__ import annotations

import secrets
from abc import abstractmethod
from typing import Any, Protocol

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from shiftgym import checks
from shiftgym.mixer import EPISODE_SEED_BITS
from shiftgym.seeding import check_episode_seed, check_options, check_seed
from shiftgym.shoe import Openings, Shoe

_WHO_DRAWS = (
    "Of many copies, ids with -Image draw 'rgb_array'; single environments (gymnasium.make) draw "
    "'rgb_array' and 'human' whatever the id."
)

Infos = dict[str, Any]
Step = tuple[Any, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], Infos]


class Rows(Protocol):
    """The running episodes of n copies.

    Attributes:
        rows: observations, uint8 of shape (n, size), changed in place.
    """

    rows: NDArray[np.uint8]

    def start(self, copies: NDArray[np.int64], openings: Openings) -> None:
        """Start an episode in some copies."""
        ...

    def act(self, actions: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Do one action in every copy; return rewards and which episodes terminated."""
        ...

    def infos(self) -> Infos:
        """Return what every step tells, but the mask: fresh arrays of shape (n,)."""
        ...

    def get_state(self) -> dict[str, NDArray[Any]]:
        """Return copies of the arrays that are the whole state."""
        ...

    def set_state(self, state: dict[str, NDArray[Any]]) -> None:
        """Go on from what `get_state` returned."""
        ...


class BatchedVectorEnv(VectorEnv[Any, Any, Any]):
    """Many copies that step together.

    Args:
        rows: the copies.
        num_envs: number of copies.
        observation_space: of one copy.
        num_actions: actions are 0 to num_actions - 1.
        shoe_depth: episodes of each copy that are dealt ahead.
        autoreset_mode, max_episode_steps, mask, mask_in_observation, render_mode: as the
            environments document them.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 4}  # noqa: RUF012

    def __init__(
        self,
        rows: Rows,
        num_envs: int,
        observation_space: spaces.Space[Any],
        num_actions: int,
        *,
        shoe_depth: int,
        autoreset_mode: str | AutoresetMode,
        max_episode_steps: int | None,
        mask: str | None,
        mask_in_observation: bool,
        render_mode: str | None,
    ) -> None:
        modes = self.metadata["render_modes"]
        checks.render_mode(type(self), render_mode, modes, _WHO_DRAWS)
        if max_episode_steps is not None:
            max_episode_steps = checks.positive("max_episode_steps", max_episode_steps)
        self.num_envs = num_envs
        self.autoreset_mode = _autoreset_mode(autoreset_mode)
        self.metadata = {**self.metadata, "autoreset_mode": self.autoreset_mode}
        self.max_episode_steps = max_episode_steps
        self.mask = mask
        self.mask_in_observation = checks.flag("mask_in_observation", mask_in_observation)
        self.render_mode = render_mode
        self.single_observation_space = observation_space
        self.single_action_space = spaces.Discrete(num_actions)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)

        self._rows = rows
        self._num_actions = num_actions
        self._shoe_depth = shoe_depth
        self._everyone = np.arange(num_envs)
        self._shoe = self._new_shoe(secrets.randbits(EPISODE_SEED_BITS))
        self._steps = np.zeros(num_envs, dtype=np.int64)
        self._ended = np.zeros(num_envs, dtype=np.bool_)
        self._running = False

    @abstractmethod
    def _open_episodes(self, seeds: NDArray[np.int64]) -> Openings:
        """Deal the episodes of n seeds."""

    @abstractmethod
    def _masks(self) -> NDArray[np.int8]:
        """Return the action masks of the keyword `mask`: int8 of shape (num_envs, actions)."""

    @abstractmethod
    def _asked(self) -> str:
        """Return what decides the episodes, as text."""

    def _started(self, copies: NDArray[np.int64]) -> None:
        """Hear that episodes have started in some copies."""

    def reset(
        self,
        *,
        seed: int | list[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Any, Infos]:
        """Start a new episode in every copy.

        Args:
            seed: one seed for the whole environment, or one a copy: then copy i plays what a
                single environment plays after `reset(seed=seed[i])`.
            options: "episode_seed" replays these episodes, one integer a copy.

        Raises:
            ValueError: for an unknown option or a wrong number of seeds.
        """
        given = self._given_episode_seeds(options)
        if seed is not None:
            self._shoe = self._new_shoe(seed)
        self._running = True
        self._ended = np.zeros(self.num_envs, dtype=np.bool_)
        if given is None:
            self._open(self._everyone)
        else:
            self._start(self._everyone, self._open_episodes(given))
        return self._observations(), self._infos()

    def step(self, actions: Any) -> Step:
        """Do one action in every copy.

        Args:
            actions: integers of shape (num_envs,).

        Raises:
            ValueError: for actions of another shape or out of range.
            gymnasium.error.ResetNeeded: before the first reset.
        """
        self._need_episode()
        checked = self._check_actions(actions)
        waiting = self._ended if self.autoreset_mode is AutoresetMode.NEXT_STEP else None
        rewards, terminated = self._rows.act(checked)
        timed_out = self._timed_out()
        # Most environments have no limit: then the copies that end are those that terminate.
        unlimited = timed_out is None
        truncated = np.zeros(self.num_envs, np.bool_) if timed_out is None else timed_out
        if waiting is not None:
            resets = waiting.nonzero()[0]
            rewards[resets] = 0.0
            terminated[resets] = False
            if not unlimited:
                truncated[resets] = False
        if not unlimited:
            truncated &= ~terminated
        ended = terminated if unlimited else terminated | truncated
        if waiting is not None:
            self._ended = ended.copy()
            self._open(resets)
            infos = self._infos()
        else:
            infos = self._open_in_same_step(ended.nonzero()[0])
        return self._observations(), rewards, terminated, truncated, infos

    def action_masks(self) -> NDArray[np.bool_]:
        """Return the action masks as bool of shape (num_envs, actions), true where `mask=None`."""
        return self._masks().astype(np.bool_)

    @property
    def symbols(self) -> NDArray[np.uint8]:
        """What the symbolic ids show of the running episodes: uint8 (num_envs, size), a new array.

        For whoever measures what an agent that sees has recognised; no agent is given it.
        """
        rows: NDArray[np.uint8] = self._rows.rows.copy()
        return rows

    def get_state(self) -> dict[str, Any]:
        """Return the running episodes and what decides those to come, as arrays and plain values.

        An environment made with the same arguments goes on exactly after `set_state`.
        """
        return {
            "made_with": self._made_with(),
            "rows": self._rows.get_state(),
            "shoe": self._shoe.get_state(),
            "steps": self._steps.copy(),
            "ended": self._ended.copy(),
            "running": self._running,
        }

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what `get_state` returned.

        Raises:
            ValueError: where the state is that of another number of copies or other keywords.
        """
        if state["made_with"] != self._made_with():
            raise ValueError(
                f"The state is that of an environment made with {state['made_with']}; this one was "
                f"made with {self._made_with()}. Make it with the same keywords."
            )
        self._rows.set_state(state["rows"])
        self._shoe.set_state(state["shoe"])
        self._steps, self._ended = state["steps"].copy(), state["ended"].copy()
        self._running = state["running"]
        self._started(self._everyone)

    def _need_episode(self) -> None:
        if not self._running:
            raise gym.error.ResetNeeded("Call reset() first: no episode was started yet.")

    def _made_with(self) -> str:
        limit = f"max_episode_steps={self.max_episode_steps}"
        return f"num_envs={self.num_envs}, {limit}, {self._asked()}"

    def _timed_out(self) -> NDArray[np.bool_] | None:
        """Count a step, and return in which copies the time is up now; None without a limit."""
        if self.max_episode_steps is None:
            return None
        self._steps += 1
        return self._steps >= self.max_episode_steps

    def _open(self, copies: NDArray[np.int64]) -> None:
        """Start the next episode of some copies."""
        if len(copies):
            self._start(copies, self._shoe.take(copies))

    def _start(self, copies: NDArray[np.int64], openings: Openings) -> None:
        self._rows.start(copies, openings)
        if self.max_episode_steps is not None:
            self._steps[copies] = 0
        self._started(copies)

    def _open_in_same_step(self, copies: NDArray[np.int64]) -> Infos:
        """Start anew where an episode has just ended; return infos that keep what it ended with."""
        if not len(copies):
            return self._infos()
        ended = np.zeros(self.num_envs, dtype=np.bool_)
        ended[copies] = True
        last = self._observations()
        final = {"final_info": self._infos(), "_final_info": ended, "_final_obs": ended.copy()}
        final["final_obs"] = np.full(self.num_envs, None, dtype=object)
        for copy in copies.tolist():
            final["final_obs"][copy] = _pick(last, copy)
        self._open(copies)
        return self._infos() | final

    def _infos(self) -> Infos:
        infos = self._rows.infos()
        if self.mask is not None:
            infos["action_mask"] = self._masks()
        return infos

    def _observations(self) -> Any:
        rows = self._rows.rows.copy()
        if not self.mask_in_observation:
            return rows
        return {"observations": rows, "action_mask": self._masks()}

    def _check_actions(self, actions: Any) -> NDArray[np.int64]:
        given = np.asarray(actions)
        if given.shape != (self.num_envs,) or given.dtype.kind not in "iu":
            raise ValueError(
                f"actions are one index a copy, integers of shape ({self.num_envs},); got "
                f"{given.dtype} of shape {given.shape}."
            )
        checked = given.astype(np.int64, copy=False)
        # Seen as unsigned, a negative index is a huge one: one comparison finds both.
        if checked.view(np.uint64).max() >= self._num_actions:
            wrong = given[checked.view(np.uint64) >= self._num_actions][0]
            raise ValueError(
                f"An action is an index from 0 to {self._num_actions - 1}; got {wrong}."
            )
        return checked

    def _new_shoe(self, seed: int | list[int | None]) -> Shoe:
        if not isinstance(seed, (list, tuple)):
            seeds = np.full(self.num_envs, check_seed(seed), dtype=np.uint64)
            copies = self._everyone.astype(np.uint64)
        elif len(seed) != self.num_envs:
            raise ValueError(
                f"Pass one seed, or one for each of the {self.num_envs} copies; got {len(seed)}."
            )
        else:
            drawn = [secrets.randbits(EPISODE_SEED_BITS) if one is None else one for one in seed]
            seeds = np.array([check_seed(one) for one in drawn], dtype=np.uint64)
            copies = np.zeros(self.num_envs, dtype=np.uint64)
        return Shoe(self._open_episodes, self._shoe_depth, seeds, copies)

    def _given_episode_seeds(self, options: dict[str, Any] | None) -> NDArray[np.int64] | None:
        given = check_options(options, ("episode_seed",)).get("episode_seed")
        if given is None:
            return None
        if np.shape(given) != (self.num_envs,):
            raise ValueError(
                f"options['episode_seed'] is one seed for each of the {self.num_envs} copies; got "
                f"the shape {np.shape(given)}."
            )
        return np.array([check_episode_seed(seed) for seed in given], dtype=np.int64)


def _pick(observations: Any, copy: int) -> Any:
    if isinstance(observations, dict):
        return {key: values[copy] for key, values in observations.items()}
    return observations[copy]


def _autoreset_mode(mode: str | AutoresetMode) -> AutoresetMode:
    modes = {"next_step": AutoresetMode.NEXT_STEP, "same_step": AutoresetMode.SAME_STEP}
    for name, value in modes.items():
        # Gymnasium's own members and their values, such as "SameStep", are understood too.
        if mode is value or any(checks.is_same(mode, one) for one in (name, value.value)):
            return value
    raise ValueError(
        f"autoreset_mode={checks.shown(mode)} is unknown: expected {' or '.join(map(repr, modes))}."
    )
