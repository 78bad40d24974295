"""What single and vector environments share: what makes them, and their task strings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from shiftgym.episode import Task
from shiftgym.task_string import Made, TaskString, check_dealt, check_made


class TellsTasks:
    """Part of an environment with a task.

    Attributes:
        plays: makes the task of its configuration; its `keywords` are the class of that.
        drawn_by: makes a renderer of the configuration and of keywords of its own; None for none.
        config: of the task.
        renderer: draws what the interface shows in pictures; None where it shows none.
    """

    plays: ClassVar[Any]
    drawn_by: ClassVar[Callable[..., Any] | None] = None
    config: Any
    renderer: Any = None

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
