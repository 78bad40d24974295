"""The environments: those of shiftgym, for this task."""

from __future__ import annotations

from typing import Any

from shiftgym.envs.discrete import DiscreteEnv
from shiftgym.envs.episode_batch import EpisodeBatch
from shiftgym.envs.text import TextEnv
from shiftgym.envs.vector import TaskVectorEnv
from tests.number_line.dialogue import LineDialogue
from tests.number_line.task import NumberLine, Walk

METADATA: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 4}


class NumberLineEnv(DiscreteEnv[Walk]):
    """Walk along a line to a number; observed as numbers."""

    metadata = METADATA
    plays = NumberLine


class NumberLineTextEnv(TextEnv[Walk]):
    """Walk along a line to a number; told in words."""

    metadata = METADATA
    plays = NumberLine
    told_by = LineDialogue


class NumberLineVectorEnv(TaskVectorEnv[EpisodeBatch[Walk]]):
    """Many walks at once."""

    plays = NumberLine
