"""Policies that learn, by the name that a preset gives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from benchmarks.study.learners.language import PretrainedLearner, TinyLMImageLearner, TinyLMLearner
from benchmarks.study.learners.learner import Learner
from benchmarks.study.learners.sb3 import SB3ImageLearner, SB3Learner
from benchmarks.study.presets import PolicyPreset
from benchmarks.tasks.task import Task

LEARNERS: Mapping[str, Callable[[Task, PolicyPreset, int], Learner]] = {
    "sb3": SB3Learner,
    "sb3-images": SB3ImageLearner,
    "tinylm": TinyLMLearner,
    "tinylm-images": TinyLMImageLearner,
    "pretrained": PretrainedLearner,
}
"""Learners by the name that a preset gives them; each is made from a task, a preset and a seed."""
