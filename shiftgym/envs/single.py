"""What the environments of one episode share: seeds, resets, infos, rendering."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import gymnasium as gym
import numpy as np

from shiftgym.checks import render_mode as render_mode_of
from shiftgym.envs.task_strings import TellsTasks
from shiftgym.episode import Episode, Picture, Task
from shiftgym.seeding import (
    SeedSequence,
    check_episode_seed,
    check_options,
    check_seed,
    refuse_both,
)

if TYPE_CHECKING:
    from shiftgym.window import Window

Observation = TypeVar("Observation")
Action = TypeVar("Action")
E = TypeVar("E", bound=Episode)


class SingleEnv(TellsTasks, gym.Env[Observation, Action], Generic[Observation, Action, E]):
    """One episode at a time.

    Args:
        task: what is played.
        render_mode: one of the class's `metadata["render_modes"]`, or None.

    Attributes:
        ahead: by episode seed, how episodes start that are dealt already. Environments of the same
            keywords may share one.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012
        "render_modes": ["ansi", "rgb_array", "human"],
        "render_fps": 4,
    }

    def __init__(self, task: Task[E, Any], *, render_mode: str | None = None) -> None:
        render_mode_of(type(self), render_mode, self.metadata["render_modes"])
        self.task = task
        self.render_mode = render_mode
        self._seeds = SeedSequence()
        self.ahead: dict[int, np.void] = {}
        self._episode: E | None = None
        self._task_string = ""
        self._running = False

    @property
    def episode(self) -> E:
        """The episode that was started last.

        Raises:
            gymnasium.error.ResetNeeded: before the first reset.
        """
        self._need_episode()
        assert self._episode is not None
        return self._episode

    def render(self) -> Any:
        """Return the episode as text ("ansi"), as a picture ("rgb_array"), or None.

        With "human" the picture is shown in a window, as every reset and step does by itself.
        """
        self._need_episode()
        if self.render_mode == "rgb_array":
            return self.frame()
        self._show()
        return self.as_text() if self.render_mode == "ansi" else None

    def frame(self) -> Picture:
        """Return the picture that `render()` shows, uint8 of shape (height, width, 3)."""
        raise NotImplementedError

    def as_text(self) -> str:
        """Return the text that `render()` shows."""
        return self.task.as_text(self.episode.row)

    def check_fixed(self, given: Any) -> None:
        """Refuse what a reset option gives where this interface cannot show it.

        Raises:
            ValueError: saying why.
        """

    @cached_property
    def _window(self) -> Window:
        from shiftgym.window import Window

        return Window(self.task.title, self.metadata["render_fps"])

    def close(self) -> None:
        """Close the window of `render_mode="human"`."""
        if self.render_mode == "human":
            self._window.close()

    def deal_ahead(self, episode_seeds: Sequence[int]) -> None:
        """Deal episodes that resets will ask for by their seeds: many take hardly longer than one.

        They take the place of others in `ahead`. Nothing is dealt where one takes long by itself.
        """
        if self.task.prefetched:
            self.ahead.clear()
            self.ahead.update(zip(episode_seeds, self.task.deal(np.array(episode_seeds))))

    def _show(self) -> None:
        """Show the episode where a person looks on."""
        if self.render_mode == "human":
            self._window.show(self.frame())

    def _begin(self, seed: int | None, options: dict[str, Any] | None) -> E:
        """Start a new episode, with the arguments of `reset`.

        Raises:
            ValueError: for what they ask and cannot be; nothing has changed then.
        """
        seed = check_seed(seed)
        option = self.task.option
        asked = check_options(options, ("episode_seed", "task", *([option] if option else [])))
        refuse_both(asked, "task", "episode_seed")
        replayed = asked.get("episode_seed")
        if replayed is not None:
            replayed = check_episode_seed(replayed)
        task, fixed, given = self.task, asked.get(option), ""
        if fixed is not None:
            task, given = task.fixed(fixed), option
            self.check_fixed(fixed)
        if "task" in asked:
            replayed = self._checked_task(asked["task"], task, given)
        super().reset(seed=seed)
        episode_seed = self._seeds.next(seed, replayed)
        if task is self.task:
            alone = seed is not None or replayed is not None
            episode: E = task.episode(self._dealt(episode_seed, alone=alone))
        else:
            episode = self._started(task, episode_seed)
        self._episode, self._task_string = episode, self._told_task(episode, given)
        self._running = True
        return episode

    def _dealt(self, episode_seed: int, *, alone: bool) -> np.void:
        """Return how an episode starts.

        Those behind it are dealt with it, which takes hardly longer, unless it is dealt alone: who
        gives a seed at every reset never plays them.
        """
        # Without a look before: another thread may take what it shares.
        state = self.ahead.pop(episode_seed, None)
        if state is None:
            coming = self._seeds.coming if self.task.prefetched and not alone else []
            state, *others = self.task.deal(np.array([episode_seed, *coming]))
            if coming:
                self.ahead = dict(zip(coming, others))
        return state

    def _need_episode(self) -> None:
        if self._episode is None:
            raise gym.error.ResetNeeded("Call reset() first: no episode was started yet.")

    def _need_running(self) -> E:
        if not self._running:
            raise gym.error.ResetNeeded("Call reset() before step(): no episode is running.")
        return self.episode

    def _end(self, episode: E) -> tuple[bool, bool]:
        """Return whether the episode terminated and whether it was truncated."""
        self._running = not (episode.terminated or episode.truncated)
        return episode.terminated, episode.truncated

    def _info(self, episode: E) -> dict[str, Any]:
        """Return what every interface tells at every step."""
        return {
            "outcome": self.task.outcome_names[episode.outcome],
            "attempts_left": episode.attempts_left,
            "is_success": episode.succeeded,
            "episode_seed": episode.seed,
            "task": self._task_string,
            **episode.measures(),
        }
