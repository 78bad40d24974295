"""The presets of `gp-vl` and `virl-vl` that vary the learning rate: docs/protocol.md says why.

Image-based agents, and the same network on symbols beside them. Rates and points of training are
those of the text suites; both shifts, of rule and of looks, are measured at each point.
"""

from __future__ import annotations

from agents.gp.recipes import RECIPES
from benchmarks.study.presets import controls, grid, grid_streets, images
from benchmarks.study.presets.schema import Arm
from benchmarks.suites import SUITES

SEEDS = 4
"""Of all endpoints: the chosen rates are not run again on more."""

_CARDS = {
    name: policy.model_copy(
        update={
            "init_keywords": dict(RECIPES["pair"]),
            "arms": grid.at_rates(policy.sft, policy.rl),
            "init_flops": 4.5e13,
            "arm_flops": 6e12,
            "minutes": minutes,
        }
    )
    for name, policy, minutes in (
        ("cnn", images.CARDS["cnn"], (16.0, 1.5, 1.5)),
        ("mlp", images.CARDS["mlp"], (2.5, 1.2, 1.4)),
    )
}
_STREETS = {
    name: policy.model_copy(
        update={
            "arms": grid.at_rates(policy.sft, policy.rl),
            # Less than of the text suite: streets are read before they are walked.
            "competence": 0.28,
            "init_flops": 5e12,
            "check_flops": check,
            "arm_flops": 2.5e12,
            "minutes": minutes,
        }
    )
    for name, policy, check, minutes in (
        ("cnn", images.STREETS["cnn"], 2.5e11, (10.0, 3.3, 4.0)),
        ("mlp", images.STREETS["mlp"], 1e10, (0.3, 0.9, 0.8)),
    )
}

_CARDS_COLUMNS = {
    **{name: grid.COLUMNS[name] for name in ("in", "rule_ood", "in_validation", "ood_validation")},
    "visual_ood": SUITES["gp-vl"].columns["visual_ood"],
}
_STREETS_COLUMNS = {
    **grid_streets.COLUMNS,
    "visual_ood": grid_streets.at_turns(SUITES["virl-vl"].columns["visual_ood"]),
}

GRID_CARDS = grid.GRID_ANSWERS.model_copy(
    update={
        "name": "grid",
        "seeds": SEEDS,
        "columns": _CARDS_COLUMNS,
        "curve_columns": tuple(_CARDS_COLUMNS),
        "curve_episodes": 200,
        "final_episodes": 500,
        "policies": _CARDS,
    }
)
GRID_STREETS = grid_streets.GRID.model_copy(
    update={
        "seeds": SEEDS,
        "columns": _STREETS_COLUMNS,
        "curve_columns": tuple(_STREETS_COLUMNS),
        "policies": _STREETS,
    }
)


def _short_rollouts() -> dict[str, Arm]:
    """Return both arms of the CNN on the streets at the rate that validation chose for both, and RL
    in rollouts of an eighth of the steps, with as many updates and as large ones."""
    arms = _STREETS["cnn"].all_arms
    sft, rl = arms["sft-5e-4"], arms["rl-5e-4"]
    short = {**rl.settings, "n_steps": rl.settings["n_steps"] // 8}
    return {"sft": sft, "rl": rl, "rl-short": Arm(method="rl", settings=short)}


CONTROLS_STREETS = controls.preset(
    "controls",
    GRID_STREETS.with_policies(["cnn"]),
    _short_rollouts(),
    {},
)
"""Whether RL is ahead by what eight long rollouts happen to hold."""
