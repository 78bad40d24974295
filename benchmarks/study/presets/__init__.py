"""How big a study is and how its arms are trained: plain data, declared before anything runs.

Both arms of a policy get the same compute, counted by the formula of the paper (arXiv 2501.17161):
6 N FLOPs for a token trained on and 2 N for a token sampled, N weights. The init of a seed stops at
a competence, the same for both arms because they share it.
"""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.study.presets import (
    cards,
    grid,
    grid_images,
    grid_streets,
    images,
    pretrained,
    streets,
)
from benchmarks.study.presets.cities import one_city_out
from benchmarks.study.presets.schema import CV, UNTRAINED, Arm, PolicyPreset, Preset

__all__ = [
    "CV",
    "PRESETS",
    "UNTRAINED",
    "Arm",
    "PolicyPreset",
    "Preset",
    "one_city_out",
    "preset_named",
]

PRESETS: Mapping[str, Mapping[str, Preset]] = {
    "gp-l": {
        "quick": cards.QUICK,
        "full": cards.FULL,
        "grid": grid.GRID,
        "grid-chosen": grid.GRID_CHOSEN,
        "grid-half": grid.GRID_HALF,
        "grid-answers": grid.GRID_ANSWERS,
        "grid-answers-chosen": grid.GRID_ANSWERS_CHOSEN,
        "grid-answers-half": grid.GRID_ANSWERS_HALF,
        "controls": grid.CONTROLS,
        "controls-more": grid.CONTROLS_MORE,
        "smollm2": pretrained.SMOLLM2,
    },
    "virl-l": {
        "demo": streets.DEMO,
        "quick": streets.QUICK,
        "full": streets.FULL,
        "grid": grid_streets.GRID,
        "grid-chosen": grid_streets.GRID_CHOSEN,
        "grid-half": grid_streets.GRID_HALF,
        "grid-answers": grid_streets.GRID_ANSWERS,
        "grid-answers-chosen": grid_streets.GRID_ANSWERS_CHOSEN,
        "grid-answers-half": grid_streets.GRID_ANSWERS_HALF,
        "controls": grid_streets.CONTROLS,
        "controls-more": grid_streets.CONTROLS_MORE,
    },
    "gp-vl": {
        "quick": images.QUICK_CARDS,
        "full": images.FULL_CARDS,
        "grid": grid_images.GRID_CARDS,
    },
    "virl-vl": {
        "quick": images.QUICK_STREETS,
        "full": images.FULL_STREETS,
        "grid": grid_images.GRID_STREETS,
        "controls": grid_images.CONTROLS_STREETS,
    },
}
"""Presets by suite and name."""


def preset_named(name: str, suite: str) -> Preset:
    """Return a preset of a suite.

    Raises:
        ValueError: for an unknown name, or a suite that is not studied.
    """
    presets = PRESETS.get(suite)
    if presets is None:
        raise ValueError(f"No preset studies {suite!r}: expected one of {', '.join(PRESETS)}.")
    if name not in presets:
        raise ValueError(f"Unknown preset {name!r}: expected one of {', '.join(presets)}.")
    return presets[name]
