"""The presets of `gp-l` that vary how arms are trained: docs/protocol.md says what they decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agents.gp.recipes import RECIPES
from benchmarks.study.presets import cards, controls
from benchmarks.study.presets.schema import CHOSEN, HALF_ONLY, Arm, PolicyPreset, Preset
from benchmarks.suites import SUITES, Column

RATES = (5e-5, 1e-4, 2e-4, 5e-4)
"""Learning rates of both arms."""

RATE = 2e-4
"""The one of the controls."""

_PAIR = dict(RECIPES["pair"])
_BY_NUMBERS = {"split_by": "numbers"}

_TEN, _RANK = "GeneralPoints-v0", "GeneralPoints-RuleOOD-v0"
COLUMNS = {
    "in": Column(id=_TEN, about="Held out, the rule of training."),
    "rule_ood": Column(id=_RANK, about="Held out, J, Q, K counting 11, 12, 13."),
    "in_train": Column(id=_TEN, split="train", about="Of the training part, its rule."),
    "ood_train": Column(id=_RANK, split="train", about="Of the training part, 11, 12, 13."),
    "in_validation": Column(id=_TEN, split="validation", about="To choose rates and points by."),
    "ood_validation": Column(
        id=_RANK,
        split="validation",
        about="The same under the shifted rule, which chooses nothing.",
    ),
}

_PROMPTS = {
    name: SUITES["gp-l"].columns[name].model_copy(update={"control": False})
    for name in ("all_5", "all_7", "all_12", "large", "five_cards", "fake")
}
"""Other rules, cards and statements, of which no arm is trained on one."""

COMPARED = ("in", "rule_ood")
"""The columns of the endpoints and of what they cost."""

_SHARES = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0)

_RL: dict[str, Any] = {"episodes": 512, "batch": 128, "entropy_weight": 0.0}
"""Without an entropy bonus, which costs the model its reading of the cards."""


def rate_name(rate: float) -> str:
    """Return a learning rate as arms are named by: 5e-5."""
    return f"{rate:.0e}".replace("e-0", "e-")


def at_rates(sft: Mapping[str, Any], rl: Mapping[str, Any]) -> dict[str, Arm]:
    """Return both arms at every rate, with these other settings."""
    return {
        f"{method}-{rate_name(rate)}": Arm(
            method=method, settings={**settings, "learning_rate": rate}
        )
        for rate in RATES
        for method, settings in (("sft", sft), ("rl", rl))
    }


def chosen(grid: Preset, arms: Mapping[str, Sequence[str]]) -> Preset:
    """Return some arms of policies of a grid, on six seeds."""
    policies = {}
    for policy, names in arms.items():
        of = grid.policies[policy]
        kept = {name: of.all_arms[name] for name in names}
        policies[policy] = of.model_copy(update={"arms": kept})
    return grid.model_copy(update={"name": grid.name + CHOSEN, "seeds": 6, "policies": policies})


def half(grid: Preset, chosen: Preset) -> Preset:
    """Return the arms of a grid that were not chosen, trained to half of its compute.

    With the chosen ones, which are trained on these seeds already, they are all that the comparison
    at equal rates and half of the compute needs.
    """
    policies = {}
    for name, of in grid.policies.items():
        known = chosen.policies[name].all_arms
        others = {arm: about for arm, about in of.all_arms.items() if arm not in known}
        minutes = (of.minutes[0], of.minutes[1] / 2, of.minutes[2] / 2)
        policies[name] = of.model_copy(
            update={"arms": others, "arm_flops": of.arm_flops / 2, "minutes": minutes}
        )
    columns = {name: column for name, column in (grid.columns or {}).items() if name in COMPARED}
    return grid.model_copy(
        update={
            "name": grid.name + HALF_ONLY,
            "seeds": chosen.seeds - grid.seeds,
            "first_seed": grid.seeds,
            "points": 1,
            "shares": None,
            "columns": columns,
            "curve_columns": COMPARED,
            "final_episodes": grid.curve_episodes,
            "policies": policies,
        }
    )


_WORKING = PolicyPreset(
    learner="tinylm",
    model={"width": 64, "layers": 3, "context": 96, "game": "cards-working"},
    init={"learning_rate": 2e-3, "batch": 64, "decay": (80_000, 120_000)},
    init_keywords=_PAIR,
    working="remaining",
    solutions="any",
    arms=at_rates({"batch": 64}, _RL),
    init_demonstrations=120_000,
    sft_demonstrations=60_000,
    competence=0.25,
    init_flops=8e12,
    check_flops=5e11,
    arm_flops=4e12,
    minutes=(5.5, 3.8, 4.8),
)
"""Replies show their working, so that a model can solve sets of numbers that nobody showed it."""

_ANSWERS = {
    "lm": cards.POLICIES["lm"].model_copy(
        update={
            "init_keywords": _PAIR,
            "arms": at_rates({"batch": 64}, _RL),
            "competence": 0.5,
            "init_demonstrations": 80_000,
            "sft_demonstrations": 60_000,
            "arm_flops": 2e12,
            "minutes": (2.0, 2.0, 2.5),
        }
    ),
    "mlp": cards.POLICIES["mlp"].model_copy(
        update={
            "init_keywords": _PAIR,
            "arms": at_rates(cards.POLICIES["mlp"].sft, cards.POLICIES["mlp"].rl),
            "competence": 0.3,
            "arm_flops": 2e12,
            "minutes": (2.5, 1.2, 1.2),
        }
    ),
}

GRID = Preset(
    name="grid",
    seeds=3,
    competence=0.3,
    validation_episodes=500,
    points=len(_SHARES),
    shares=_SHARES,
    game=_BY_NUMBERS,
    columns=COLUMNS,
    curve_columns=tuple(COLUMNS),
    curve_episodes=400,
    final_episodes=1000,
    policies={"lm-working": _WORKING},
)
"""Both arms at four rates, on sets of numbers that neither init nor arms were shown."""

GRID_CHOSEN = chosen(GRID, {"lm-working": ("sft-5e-4", "rl-5e-4")})
"""The arms that are best on validation over its three seeds, as docs/protocol.md says."""

GRID_HALF = half(GRID, GRID_CHOSEN)
"""Its other arms after half of the compute, for seeds 3 to 5."""

GRID_ANSWERS = GRID.model_copy(
    update={"name": "grid-answers", "game": None, "solutions": "first", "policies": _ANSWERS}
)
"""The same of replies that are the answer alone, on hands that nobody was shown."""

GRID_ANSWERS_CHOSEN = chosen(
    GRID_ANSWERS, {"lm": ("sft-1e-4", "rl-5e-5"), "mlp": ("sft-5e-4", "rl-1e-4")}
)
"""Its arms that are best on validation over three seeds."""

GRID_ANSWERS_HALF = half(GRID_ANSWERS, GRID_ANSWERS_CHOSEN)
"""Its other arms after half of the compute."""

AT_RATE = {"batch": 64, "learning_rate": RATE}, {**_RL, "learning_rate": RATE}
"""Settings of SFT and of RL in controls."""


CONTROLS = controls.preset("controls", GRID, controls.arms(*AT_RATE), _PROMPTS)
"""What else could explain a difference, at one rate: see docs/protocol.md."""

CONTROLS_MORE = controls.preset(
    "controls-more", GRID, controls.more_arms(*AT_RATE, _WORKING.init), _PROMPTS
)
"""The other half of the controls, from the same init: a command trains either in 2.5 hours."""
