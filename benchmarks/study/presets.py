"""How big a study is and how its arms are trained: plain data, declared before anything runs.

Both arms of a policy get the same compute, counted by the formula of the paper (arXiv 2501.17161):
6 N FLOPs for a token trained on and 2 N for a token sampled, N weights. The init of a seed stops at
a competence, the same for both arms because they share it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class _Plain(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PolicyPreset(_Plain):
    """One policy: its size, its training, its budgets.

    Attributes:
        learner: which of `learners.LEARNERS` trains it.
        model, imitation, reinforcement: settings of the network, of init and SFT, and of RL.
        init_demonstrations, sft_demonstrations: how many are made; past their number they repeat.
        init_flops: the init stops here at the latest.
        check_flops: compute of the init between two looks at its competence.
        arm_flops: compute of each arm, beyond the init.
        minutes: expected minutes of (init, SFT, RL) for one seed on one core, for the time left.
    """

    learner: str
    model: dict[str, Any] = Field(default_factory=dict)
    imitation: dict[str, Any] = Field(default_factory=dict)
    reinforcement: dict[str, Any] = Field(default_factory=dict)
    init_demonstrations: int
    sft_demonstrations: int
    init_flops: float
    check_flops: float
    arm_flops: float
    minutes: tuple[float, float, float]


class Preset(_Plain):
    """A whole study.

    Attributes:
        seeds: how many, from 0; seed i is tested on the hands of fold i.
        solutions: which formulas demonstrations show, see `agents.demonstrations.demonstrate`.
        competence: success on validation hands under random stated rules at which the init stops.
        validation_episodes: of each such look.
        points: checkpoints of an arm after the init, at equal steps of compute.
        curve_columns, curve_episodes: what is measured at every checkpoint.
        final_episodes: episodes of every column at the init and at each arm's last checkpoint.
    """

    name: str
    seeds: int
    solutions: str
    competence: float
    validation_episodes: int
    points: int
    curve_columns: tuple[str, ...] = ("in", "rule_ood")
    curve_episodes: int
    final_episodes: int
    policies: Mapping[str, PolicyPreset]


_POLICIES = {
    "lm": PolicyPreset(
        learner="tinylm",
        model={"width": 128, "layers": 3},
        imitation={"learning_rate": 2e-3, "batch": 64},
        reinforcement={"learning_rate": 5e-4, "episodes": 512, "batch": 128, "epochs": 2},
        init_demonstrations=90_000,
        sft_demonstrations=75_000,
        init_flops=1.2e13,
        check_flops=1e12,
        arm_flops=1e13,
        minutes=(2.5, 3.0, 3.5),
    ),
    "mlp": PolicyPreset(
        learner="sb3",
        model={"width": 512, "blocks": 3},
        imitation={"learning_rate": 1e-3, "batch_size": 512},
        reinforcement={"num_envs": 256, "n_steps": 32, "batch_size": 1024, "n_epochs": 2},
        init_demonstrations=95_000,
        sft_demonstrations=80_000,
        init_flops=1.2e13,
        check_flops=1e12,
        arm_flops=1e13,
        minutes=(2.5, 2.5, 2.5),
    ),
}

_QUICK = Preset(
    name="quick",
    seeds=1,
    solutions="first",
    competence=0.15,
    validation_episodes=500,
    points=5,
    curve_episodes=500,
    final_episodes=1000,
    policies=_POLICIES,
)

PRESETS: Mapping[str, Preset] = {
    "quick": _QUICK,
    "full": _QUICK.model_copy(update={"name": "full", "seeds": 6, "final_episodes": 2000}),
}


def preset_named(name: str) -> Preset:
    """Return a preset.

    Raises:
        ValueError: for an unknown name.
    """
    if name not in PRESETS:
        raise ValueError(f"Unknown preset {name!r}: expected one of {', '.join(PRESETS)}.")
    return PRESETS[name]
