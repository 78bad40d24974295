"""The environments: shells of shiftgym over the task."""

from __future__ import annotations

from typing import Any

from gymnasium.vector import AutoresetMode

from shiftgym.envs.discrete import DiscreteEnv
from shiftgym.envs.episode_batch import EpisodeBatch
from shiftgym.envs.text import TextEnv
from shiftgym.envs.vector import TaskVectorEnv
from shiftgym.envs.views import BatchNumbers, Numbers
from tests.number_line.dialogue import LineDialogue
from tests.number_line.task import FIELDS, NumberLine, NumberLineConfig, Walk

METADATA: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 4}


class NumberLineEnv(DiscreteEnv[Walk]):
    """Walk along a line to a number; observed as numbers."""

    metadata = METADATA

    def __init__(
        self,
        *,
        mask: str | None = "syntax",
        mask_in_observation: bool = False,
        render_mode: str | None = None,
        **line: Any,
    ) -> None:
        self.config = NumberLineConfig(**line)
        super().__init__(
            NumberLine(self.config),
            Numbers(FIELDS),
            mask=mask,
            mask_in_observation=mask_in_observation,
            render_mode=render_mode,
        )


class NumberLineTextEnv(TextEnv[Walk]):
    """Walk along a line to a number; told in words."""

    metadata = METADATA

    def __init__(self, *, render_mode: str | None = None, **line: Any) -> None:
        self.config = NumberLineConfig(**line)
        super().__init__(NumberLine(self.config), LineDialogue(self.config), render_mode)


class NumberLineVectorEnv(TaskVectorEnv[EpisodeBatch[Walk]]):
    """Many walks at once."""

    def __init__(
        self,
        num_envs: int = 1,
        *,
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
        max_episode_steps: int | None = None,
        mask: str | None = "syntax",
        mask_in_observation: bool = False,
        render_mode: str | None = None,
        **line: Any,
    ) -> None:
        self.config = NumberLineConfig(**line)
        super().__init__(
            NumberLine(self.config),
            num_envs,
            BatchNumbers(FIELDS),
            autoreset_mode=autoreset_mode,
            max_episode_steps=max_episode_steps,
            mask=mask,
            mask_in_observation=mask_in_observation,
            render_mode=render_mode,
        )
