"""The presets of `virl-l` that vary how arms are trained: docs/protocol.md says what they decide.

They are trained in the suite's city, whose streets run all eight ways. Rates, points of training
and controls are those of the cards.
"""

from __future__ import annotations

from typing import Any

from benchmarks.study.presets import controls, grid, streets
from benchmarks.study.presets.schema import Preset
from benchmarks.suites import Column

_ABSOLUTE, _RELATIVE = "VIRLNavigation-v0", "VIRLNavigation-RuleOOD-v0"


def at_turns(column: Column) -> Column:
    """Return a column of which turning points are what is compared.

    Of each leg one point of walking on is asked, not five.
    """
    return column.model_copy(update={"keywords": {"points_per_segment": 1, **column.keywords}})


def _column(id: str, about: str, split: Any = "test", **keywords: Any) -> Column:
    if id == _ABSOLUTE:
        keywords["directions"] = "absolute"
    return at_turns(Column(id=id, keywords=keywords, split=split, about=about))


COLUMNS = {
    "in": _column(_ABSOLUTE, "Held-out routes, the rule of training."),
    "rule_ood": _column(_RELATIVE, "The same routes, directions relative."),
    "in_validation": _column(_ABSOLUTE, "To choose rates and points by.", "validation"),
    "ood_validation": _column(
        _RELATIVE, "The same under the shifted rule, which chooses nothing.", "validation"
    ),
}

_OF_CARDS = grid.GRID.policies["lm-working"]

_LM = streets.POLICIES["lm"].model_copy(
    update={
        "arms": _OF_CARDS.arms,
        "init_flops": 4e12,
        "check_flops": 1e11,
        "arm_flops": 2e12,
        "minutes": (2.0, 2.7, 2.7),
    }
)
_WORKING = _LM.model_copy(
    update={"model": {**_LM.model, "game": "streets-working"}, "working": "steps"}
)
_MLP = streets.POLICIES["mlp"].model_copy(
    update={
        "arms": grid.at_rates(streets.POLICIES["mlp"].sft, streets.POLICIES["mlp"].rl),
        "competence": 0.42,
        "arm_flops": 2e12,
        "minutes": (0.3, 0.9, 0.7),
    }
)

GRID = Preset(
    name="grid",
    seeds=3,
    metric="turn_accuracy",
    competence=0.35,
    validation_episodes=200,
    points=grid.GRID.points,
    shares=grid.GRID.shares,
    columns=COLUMNS,
    curve_columns=tuple(COLUMNS),
    curve_episodes=100,
    final_episodes=200,
    policies={"lm-working": _WORKING},
)
"""Both arms at four rates, replies with working."""

GRID_CHOSEN = grid.chosen(GRID, {"lm-working": ("sft-1e-4", "rl-5e-4")})
"""Its arms that are best on validation over three seeds."""

GRID_HALF = grid.half(GRID, GRID_CHOSEN)
"""Its other arms after half of the compute, for seeds 3 to 5."""

GRID_ANSWERS = GRID.model_copy(
    update={"name": "grid-answers", "policies": {"lm": _LM, "mlp": _MLP}}
)
"""The same of replies that are the answer alone."""

GRID_ANSWERS_CHOSEN = grid.chosen(
    GRID_ANSWERS, {"lm": ("sft-5e-5", "rl-2e-4"), "mlp": ("sft-5e-5", "rl-5e-4")}
)
"""Its arms that are best on validation over three seeds."""

GRID_ANSWERS_HALF = grid.half(GRID_ANSWERS, GRID_ANSWERS_CHOSEN)
"""Its other arms after half of the compute."""

_PROMPTS = {
    "fake": _column(
        _ABSOLUTE,
        "The rule that is stated is relative, the one that scores absolute.",
        stated_directions="relative",
    ),
    "told_relative": _column(
        _ABSOLUTE, "Turns are told in relative words alone.", instructions="relative"
    ),
    "told_compass": _column(
        _ABSOLUTE, "Turns are told in compass words alone.", instructions="absolute"
    ),
    "long": _column(
        _ABSOLUTE, "Routes of five or six turns; those of training have up to four.", turns=[5, 6]
    ),
}
"""Other statements, wordings and routes, of which no arm is trained on one."""

CONTROLS = controls.preset("controls", GRID, controls.arms(*grid.AT_RATE), _PROMPTS)
"""What else could explain a difference, at one rate."""

CONTROLS_MORE = controls.preset(
    "controls-more", GRID, controls.more_arms(*grid.AT_RATE, _WORKING.init), _PROMPTS
)
"""The other half of the controls, from the same init."""
