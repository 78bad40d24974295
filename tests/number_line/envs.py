"""The environments: shells of shiftgym over the task."""

from __future__ import annotations

from typing import Any

from shiftgym.envs.discrete import DiscreteEnv
from shiftgym.envs.episode_batch import EpisodeBatch
from shiftgym.envs.text import TextEnv
from shiftgym.envs.vector import TaskVectorEnv
from shiftgym.keywords import configured
from tests.number_line.dialogue import LineDialogue
from tests.number_line.task import NumberLine, NumberLineConfig, Walk

METADATA: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 4}


class NumberLineEnv(DiscreteEnv[Walk]):
    """Walk along a line to a number; observed as numbers."""

    metadata = METADATA

    def __init__(self, **keywords: Any) -> None:
        self.config, shell = configured(type(self), NumberLineConfig, keywords)
        super().__init__(NumberLine(self.config), **shell)


class NumberLineTextEnv(TextEnv[Walk]):
    """Walk along a line to a number; told in words."""

    metadata = METADATA

    def __init__(self, **keywords: Any) -> None:
        self.config, shell = configured(type(self), NumberLineConfig, keywords)
        super().__init__(NumberLine(self.config), LineDialogue(self.config), **shell)


class NumberLineVectorEnv(TaskVectorEnv[EpisodeBatch[Walk]]):
    """Many walks at once."""

    def __init__(self, num_envs: int = 1, **keywords: Any) -> None:
        self.config, shell = configured(type(self), NumberLineConfig, keywords)
        super().__init__(NumberLine(self.config), num_envs, **shell)
