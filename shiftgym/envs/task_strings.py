"""What single and vector environments share of task strings: writing and checking them."""

from __future__ import annotations

from typing import Any

import numpy as np

from shiftgym.episode import Task
from shiftgym.task_string import Made, TaskString, check_dealt, check_made


class TellsTasks:
    """Part of an environment with a task."""

    # Not a cached_property, which makes every other attribute slower to look up.
    _made_known = False
    _made_once: Made | None = None

    @property
    def _made(self) -> Made | None:
        """How Gymnasium made this environment by its id, None where it did not."""
        if not self._made_known:
            self._made_once, self._made_known = Made.of(self), True
        return self._made_once

    def _started(self, task: Task[Any, Any], episode_seed: int) -> Any:
        """Return a new episode of a seed."""
        return task.episode(task.deal(np.array([episode_seed]))[0])

    def _told_task(self, episode: Any, given: str = "") -> str:
        """Return the task string of an episode that has just started.

        Args:
            episode: the episode.
            given: the reset option that gave what is otherwise dealt, "" for none.
        """
        made = self._made
        return "" if made is None else made.task(episode, given)

    def _checked_task(self, text: Any, task: Task[Any, Any], given: str = "") -> int:
        """Return the episode seed of a task string.

        Args:
            text: what came.
            task: as the reset plays it.
            given: the reset option that came too, "" for none.

        Raises:
            ValueError: where the string does not say what the reset would start.
        """
        told = check_made(self._made, TaskString.parse(text), given)
        check_dealt(told, self._started(task, told.episode_seed))
        return told.episode_seed
