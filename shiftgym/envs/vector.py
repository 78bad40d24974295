"""Many episodes that step together: seeds, resets, infos, states.

What an action does to the episodes, and how they start, is the task's.
"""

from __future__ import annotations

import secrets
from typing import Any, Generic, TypeVar

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from shiftgym import checks
from shiftgym.envs.masks import check_mask, masked_observation, masked_space
from shiftgym.envs.task_strings import TellsTasks
from shiftgym.envs.views import BatchView, batch_view_of
from shiftgym.episode import Batch, Picture, Task
from shiftgym.keywords import configured
from shiftgym.mixer import EPISODE_SEED_BITS
from shiftgym.prefetch import InitialStates, PrefetchBuffer
from shiftgym.seeding import check_episode_seed, check_options, check_seed, refuse_both

_WHO_DRAWS = (
    "Many copies draw a frame each and open no window: make them with 'rgb_array' and wrap them in "
    "gymnasium.wrappers.vector.HumanRendering to see them in one."
)

Infos = dict[str, Any]
B = TypeVar("B", bound=Batch)

PICTURES: dict[str, Any] = {"render_modes": ["ansi", "rgb_array"], "render_fps": 4}
"""The metadata of a vector environment that draws."""

Step = tuple[Any, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], Infos]


class TaskVectorEnv(TellsTasks, VectorEnv[Any, Any, Any], Generic[B]):
    """A vector environment with an action space `Discrete`: copies of a single one.

    Copy i plays the episodes that a single environment would play for the same episode seeds, to
    the same observations, rewards and infos; the infos hold arrays of shape (num_envs,) in place of
    scalars, without the `_key` masks of SyncVectorEnv, for every key is there for every copy. Only
    `task` is not, which `task_string(episode_seed)` writes. With `max_episode_steps` an episode
    that ends at the limit is terminated and not truncated too. All arrays returned are fresh.
    `reset(seed=5)` starts other episodes than Gymnasium's SyncVectorEnv would, which seeds its
    copies 5, 6, 7 and so on; a list of seeds starts the same.

    Args:
        num_envs: number of copies.
        autoreset_mode: "next_step" (Gymnasium's default: the step after the end of an episode
            ignores the action and starts anew) or "same_step" (the last step starts anew at once;
            what the episode ended with is in `info["final_obs"]` and `info["final_info"]`).
        max_episode_steps: truncates an episode after this many actions; None for no limit.
        observation, mask, mask_in_observation: as for the single environment.
        outcome_codes: True keeps strings out of the infos, as TorchRL asks: `outcome` is int64, an
            index into the task's `outcome_names`.
        render_mode: one of the class's `metadata["render_modes"]`, or None.
        keywords: of the task and of the renderer, as for the single environment.

    Attributes:
        batch: the running episodes.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 4}  # noqa: RUF012

    def __init__(
        self,
        num_envs: int = 1,
        *,
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
        max_episode_steps: int | None = None,
        observation: str | None = None,
        mask: str | None = "syntax",
        mask_in_observation: bool = False,
        outcome_codes: bool = False,
        render_mode: str | None = None,
        **keywords: Any,
    ) -> None:
        shell = type(self)
        self.config, shown = configured(shell, keywords)
        if shell.drawn_by is not None:
            self.renderer = shell.drawn_by(self.config, **shown)
        task: Task[Any, B] = shell.plays(self.config)
        modes = self.metadata["render_modes"]
        checks.render_mode(shell, render_mode, modes, _WHO_DRAWS)
        if max_episode_steps is not None:
            max_episode_steps = checks.positive("max_episode_steps", max_episode_steps)
        num_envs = checks.check_num_envs(num_envs)
        self.task = task
        self.view: BatchView = batch_view_of(task.fields, self.renderer, observation, num_envs)
        self.num_envs = num_envs
        self.autoreset_mode = _autoreset_mode(autoreset_mode)
        self.metadata = {**self.metadata, "autoreset_mode": self.autoreset_mode}
        self.max_episode_steps = max_episode_steps
        self.mask = check_mask(mask)
        self.mask_in_observation = checks.flag("mask_in_observation", mask_in_observation)
        self.outcome_codes = checks.flag("outcome_codes", outcome_codes)
        self._outcome_names = np.array(task.outcome_names, dtype=object)
        self.render_mode = render_mode
        self._num_actions = len(task.actions)
        self.single_observation_space = masked_space(
            self.view.space, self._num_actions, mask_in_observation
        )
        self.single_action_space = spaces.Discrete(self._num_actions)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)

        self._batch = task.batch(num_envs)
        self._all = np.arange(num_envs)
        self._buffer = self._new_buffer(secrets.randbits(EPISODE_SEED_BITS))
        self._steps = np.zeros(num_envs, dtype=np.int64)
        self._ended = np.zeros(num_envs, dtype=np.bool_)
        self._running = False

    @property
    def batch(self) -> B:
        """The running episodes.

        Raises:
            gymnasium.error.ResetNeeded: before the first reset.
        """
        self._need_episode()
        return self._batch

    def reset(
        self,
        *,
        seed: int | list[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Any, Infos]:
        """Start a new episode in every sub-environment.

        Args:
            seed: one seed for all of them, or one for each: then number i plays what a
                single environment plays after `reset(seed=seed[i])`.
            options: "episode_seed" replays these episodes, one integer for each; "task" those of
                task strings, one for each.

        Raises:
            ValueError: for an unknown option, a wrong number of seeds, or tasks that this
                environment does not deal.
        """
        given = self._given_episode_seeds(options)
        if seed is not None:
            self._buffer = self._new_buffer(seed)
        self._running = True
        self._ended = np.zeros(self.num_envs, dtype=np.bool_)
        if given is None:
            self._start_next(self._all)
        else:
            self._start(self._all, self.task.deal(given))
        return self._observations(), self._infos()

    def step(self, actions: Any) -> Step:
        """Do one action in every sub-environment.

        Args:
            actions: integers of shape (num_envs,).

        Raises:
            ValueError: for actions of another shape or out of range.
            gymnasium.error.ResetNeeded: before the first reset.
        """
        self._need_episode()
        checked = self._check_actions(actions)
        waiting = self._ended if self.autoreset_mode is AutoresetMode.NEXT_STEP else None
        rewards, terminated = self._batch.act(checked)
        timed_out = self._timed_out()
        # Most environments have no limit: then those that end are those that terminate.
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
            self._start_next(resets)
            infos = self._infos()
        else:
            infos = self._start_in_same_step(ended.nonzero()[0])
        return self._observations(), rewards, terminated, truncated, infos

    def action_masks(self) -> NDArray[np.bool_]:
        """Return the action masks as bool of shape (num_envs, actions), true where `mask=None`."""
        return self._masks().astype(np.bool_)

    def task_string(self, episode_seed: int) -> str:
        """Return what `info["task"]` of a single environment says of an episode of this one.

        Infos of vector environments leave it out, because to write it takes longer than to play.

        Args:
            episode_seed: of `info["episode_seed"]`, or of that in `info["final_info"]`.
        """
        return self._told_task(self._started(self.task, check_episode_seed(episode_seed)))

    @property
    def symbols(self) -> NDArray[np.uint8]:
        """What the symbolic ids show of the running episodes: uint8 (num_envs, size), a new array.

        For whoever measures what an agent that sees has recognised; no agent is given it.
        """
        rows: NDArray[np.uint8] = self._batch.rows.copy()
        return rows

    def get_state(self) -> dict[str, Any]:
        """Return the running episodes and what decides those to come, as arrays and plain values.

        An environment made with the same arguments goes on exactly after `set_state`.
        """
        return {
            "made_with": self._made_with(),
            "batch": self._batch.get_state(),
            "buffer": self._buffer.get_state(),
            "steps": self._steps.copy(),
            "ended": self._ended.copy(),
            "running": self._running,
        }

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what `get_state` returned.

        Raises:
            ValueError: where the state is that of another number of episodes or other keywords.
        """
        if state["made_with"] != self._made_with():
            raise ValueError(
                f"The state is that of an environment made with {state['made_with']}; this one was "
                f"made with {self._made_with()}. Make it with the same keywords."
            )
        self._batch.set_state(state["batch"])
        self._buffer.set_state(state["buffer"])
        self._steps, self._ended = state["steps"].copy(), state["ended"].copy()
        self._running = state["running"]
        self.view.started(self._batch, self._all)

    def _need_episode(self) -> None:
        if not self._running:
            raise gym.error.ResetNeeded("Call reset() first: no episode was started yet.")

    def _made_with(self) -> str:
        limit = f"max_episode_steps={self.max_episode_steps}"
        return f"num_envs={self.num_envs}, {limit}, {self.config}, {self.view}"

    def _timed_out(self) -> NDArray[np.bool_] | None:
        """Count a step, and return in which the time is up now; None without a limit."""
        limit = self._batch.truncated
        if self.max_episode_steps is None:
            return limit
        self._steps += 1
        timed_out = self._steps >= self.max_episode_steps
        return timed_out if limit is None else timed_out | limit

    def _start_next(self, which: NDArray[np.int64]) -> None:
        """Start the next episode of some sub-environments."""
        if len(which):
            self._start(which, self._buffer.take(which))

    def _start(self, which: NDArray[np.int64], states: InitialStates) -> None:
        self._batch.start(which, states)
        if self.max_episode_steps is not None:
            self._steps[which] = 0
        self.view.started(self._batch, which)

    def _start_in_same_step(self, which: NDArray[np.int64]) -> Infos:
        """Start anew where an episode has just ended; return infos that keep what it ended with."""
        if not len(which):
            return self._infos()
        ended = np.zeros(self.num_envs, dtype=np.bool_)
        ended[which] = True
        last = self._observations()
        final = {"final_info": self._infos(), "_final_info": ended, "_final_obs": ended.copy()}
        final["final_obs"] = np.full(self.num_envs, None, dtype=object)
        for index in which.tolist():
            final["final_obs"][index] = _pick(last, index)
        self._start_next(which)
        return self._infos() | final

    def expert_action(self) -> NDArray[np.int64]:
        """Return what an expert does now in each: int64 of shape (num_envs,)."""
        return self.batch.expert_actions()

    def render(self) -> tuple[Any, ...] | None:
        """Return each episode as text ("ansi"), as a picture ("rgb_array"), or None."""
        self._need_episode()
        if self.render_mode == "rgb_array":
            return tuple(map(self.frame, range(self.num_envs)))
        return tuple(map(self.task.as_text, self.batch.rows)) if self.render_mode else None

    def frame(self, index: int) -> Picture:
        """Return the picture of one sub-environment that `render()` shows."""
        raise NotImplementedError

    def _masks(self) -> NDArray[np.int8]:
        if self.mask is None:
            return np.ones((self.num_envs, self._num_actions), dtype=np.int8)
        return self._batch.masks(self.mask)

    def _infos(self) -> Infos:
        infos = self._batch.infos()
        if not self.outcome_codes:
            infos["outcome"] = self._outcome_names.take(infos["outcome"])
        if self.mask is not None:
            infos["action_mask"] = self._masks()
        return infos

    def _observations(self) -> Any:
        observations = self.view.observe(self._batch)
        if not self.mask_in_observation:
            return observations
        return masked_observation(observations, self._masks())

    def _check_actions(self, actions: Any) -> NDArray[np.int64]:
        given = np.asarray(actions)
        if given.shape != (self.num_envs,) or given.dtype.kind not in "iu":
            raise ValueError(
                f"actions are one index for each sub-environment, integers of shape "
                f"({self.num_envs},); got {given.dtype} of shape {given.shape}."
            )
        checked = given.astype(np.int64, copy=False)
        # Seen as unsigned, a negative index is a huge one: one comparison finds both.
        if checked.view(np.uint64).max() >= self._num_actions:
            wrong = given[checked.view(np.uint64) >= self._num_actions][0]
            raise ValueError(
                f"An action is an index from 0 to {self._num_actions - 1}; got {wrong}."
            )
        return checked

    def _new_buffer(self, seed: int | list[int | None]) -> PrefetchBuffer:
        if not isinstance(seed, (list, tuple)):
            seeds = np.full(self.num_envs, check_seed(seed), dtype=np.uint64)
            indices = self._all.astype(np.uint64)
        elif len(seed) != self.num_envs:
            raise ValueError(
                f"Pass one seed, or one for each of the {self.num_envs} sub-environments; got "
                f"{len(seed)}."
            )
        else:
            drawn = [secrets.randbits(EPISODE_SEED_BITS) if one is None else one for one in seed]
            seeds = np.array([check_seed(one) for one in drawn], dtype=np.uint64)
            indices = np.zeros(self.num_envs, dtype=np.uint64)
        return PrefetchBuffer(self.task.deal, self.task.prefetched, seeds, indices)

    def _given_episode_seeds(self, options: dict[str, Any] | None) -> NDArray[np.int64] | None:
        asked = check_options(options, ("episode_seed", "task"))
        refuse_both(asked, "task", "episode_seed")
        name = "episode_seed" if asked.get("task") is None else "task"
        given = asked.get(name)
        if given is None:
            return None
        if np.shape(given) != (self.num_envs,):
            raise ValueError(
                f"options[{name!r}] is one for each of the {self.num_envs} sub-environments; got "
                f"the shape {np.shape(given)}."
            )
        if name == "task":
            return np.array([self._checked_task(one, self.task) for one in given], dtype=np.int64)
        return np.array([check_episode_seed(seed) for seed in given], dtype=np.int64)


def _pick(observations: Any, index: int) -> Any:
    if isinstance(observations, dict):
        return {key: values[index] for key, values in observations.items()}
    return observations[index]


def _autoreset_mode(mode: str | AutoresetMode) -> AutoresetMode:
    modes = {"next_step": AutoresetMode.NEXT_STEP, "same_step": AutoresetMode.SAME_STEP}
    for name, value in modes.items():
        # Gymnasium's own members and their values, such as "SameStep", are understood too.
        if mode is value or any(checks.is_same(mode, one) for one in (name, value.value)):
            return value
    raise ValueError(
        f"autoreset_mode={checks.shown(mode)} is unknown: expected {' or '.join(map(repr, modes))}."
    )
