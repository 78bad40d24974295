"""Leave one city out: any preset of the streets over cities, each of which is held out in turn."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.study.presets.schema import CV, Preset
from benchmarks.suites import Column
from virl_env import UNSEEN_CITIES
from virl_env.variants import TASK

CITIES = (*UNSEEN_CITIES, "starhaven")
"""Seed i is tested in city i and trains in all others but the last one, whose routes validate."""

ROUTES = 100
"""Of each city."""

_ABSOLUTE, _RELATIVE = "VIRLNavigation-v0", "VIRLNavigation-RuleOOD-v0"
COLUMNS = {
    "in": Column(id=_ABSOLUTE, about="The city that is held out, the rule of training."),
    "rule_ood": Column(id=_RELATIVE, about="The same routes, directions relative."),
    "in_train": Column(id=_ABSOLUTE, split="train", about="The cities of training, its rule."),
    "ood_train": Column(id=_RELATIVE, split="train", about="The same, directions relative."),
}


def one_city_out(preset: Preset, task: str, cities: Sequence[str] = CITIES) -> Preset:
    """Return a preset that holds out one city for each seed.

    Args:
        preset: of the streets.
        task: of its suite.
        cities: at least three; the last is for validation.

    Raises:
        ValueError: for a task without cities.
    """
    if task != TASK:
        raise ValueError(
            f"--cv leaves out one city at a time, and {task} has none: use --suite virl-l."
        )
    return preset.model_copy(
        update={
            "name": preset.name + CV,
            "seeds": len(cities) - 1,
            "folds": len(cities),
            "game": {"city": list(cities), "split_by": "city", "routes": ROUTES},
            "columns": COLUMNS,
            "curve_columns": ("in", "rule_ood"),
        }
    )
