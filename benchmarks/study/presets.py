"""How big a study is and how its arms are trained: plain data, declared before anything runs.

Both arms of a policy get the same compute, counted by the formula of the paper (arXiv 2501.17161):
6 N FLOPs for a token trained on and 2 N for a token sampled, N weights. The init of a seed stops at
a competence, the same for both arms because they share it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from agents.sb3.slots import CARD_SUITS, CARDS, LANDMARKS, LANDMARKS_BESIDE_VIEWS
from benchmarks.suites import Column


class _Plain(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0.0)]
PolicyName = Annotated[str, Field(pattern=r"^[\w.-]+$")]
"""Names of policies are parts of folders' names."""


class PolicyPreset(_Plain):
    """One policy: its size, its training, its budgets.

    Attributes:
        learner: which of `learners.LEARNERS` trains it.
        model: settings of the network.
        init, sft, rl: settings of the training of each stage.
        init_rules: rules that the init's demonstrations show in equal parts, None for random ones
            alone. Where the rules that are compared are among them, what the arms keep of the
            shifted one is retention, and no generalisation.
        init_demonstrations, sft_demonstrations: how many are made; past their number they repeat.
        init_flops: the init stops here at the latest.
        check_flops: compute of the init between two looks at its competence.
        arm_flops: compute of each arm, beyond the init.
        minutes: expected minutes of (init, SFT, RL) for one seed on one core, for the time left.
    """

    learner: str
    model: dict[str, Any] = Field(default_factory=dict)
    init: dict[str, Any] = Field(default_factory=dict)
    sft: dict[str, Any] = Field(default_factory=dict)
    rl: dict[str, Any] = Field(default_factory=dict)
    init_rules: tuple[str, ...] | None = None
    init_demonstrations: Count
    sft_demonstrations: Count
    init_flops: Positive
    check_flops: Positive
    arm_flops: Positive
    minutes: tuple[Positive, Positive, Positive]


class Preset(_Plain):
    """A whole study.

    Attributes:
        seeds: how many, from 0; seed i is tested on the hands or routes of fold i.
        solutions: which formulas demonstrations of the card game show, see
            `agents.gp.demonstrations.demonstrate`; None for other tasks.
        competence: the init stops where the task's metric of competence reaches this on validation
            episodes under random stated rules; at its first look for 0, never for more than 1.
        validation_episodes: of each such look.
        points: checkpoints of an arm after the init, at equal steps of compute.
        curve_columns, curve_episodes: what is measured at every checkpoint.
        final_episodes: episodes of every column at the init and at each arm's last checkpoint.
        severity_episodes: the same of columns that are points of curves over severities.
    """

    name: str
    seeds: Count
    solutions: str | None = None
    competence: float = Field(ge=0.0)
    validation_episodes: Count
    points: Count
    curve_columns: tuple[str, ...] = ("in", "rule_ood")
    curve_episodes: Count
    final_episodes: Count
    severity_episodes: Count | None = None
    policies: Mapping[PolicyName, PolicyPreset] = Field(min_length=1)

    def episodes(self, column: Column, *, final: bool) -> int:
        """Return how many episodes of a column are played at a checkpoint."""
        if not final:
            return self.curve_episodes
        if column.severity is not None and self.severity_episodes is not None:
            return self.severity_episodes
        return self.final_episodes

    def plain(self, exclude: set[str]) -> dict[str, Any]:
        """Return it as plain data for run.json, without some fields and what is not set."""
        return self.model_dump(mode="json", exclude=exclude, exclude_none=True)


_CARDS = {
    "lm": PolicyPreset(
        learner="tinylm",
        model={"width": 64, "layers": 3},
        init={"learning_rate": 2e-3, "batch": 64},
        sft={"learning_rate": 5e-4, "batch": 64},
        rl={"learning_rate": 2e-4, "episodes": 512, "batch": 128, "entropy_weight": 0.01},
        init_demonstrations=120_000,
        sft_demonstrations=145_000,
        init_flops=6e12,
        check_flops=5e11,
        arm_flops=7e12,
        minutes=(1.2, 2.0, 2.7),
    ),
    "mlp": PolicyPreset(
        learner="sb3",
        model={"width": 512, "blocks": 3, "unordered": CARDS},
        init={"learning_rate": 1e-3, "batch_size": 256},
        sft={"learning_rate": 5e-4, "batch_size": 256},
        rl={
            "num_envs": 256,
            "n_steps": 32,
            "batch_size": 1024,
            "n_epochs": 1,
            "learning_rate": 1e-4,
            "gae_lambda": 1.0,
            "vf_coef": 0.1,
        },
        init_demonstrations=160_000,
        sft_demonstrations=65_000,
        init_flops=1.8e13,
        check_flops=1e12,
        arm_flops=7e12,
        minutes=(2.0, 1.3, 1.6),
    ),
}

# Both arms of a policy have the same learning rate here, so that it tells nothing between them.
_STREETS = {
    "lm": PolicyPreset(
        learner="tinylm",
        model={"width": 64, "layers": 3},
        init={"learning_rate": 2e-3, "batch": 64},
        sft={"learning_rate": 2e-4, "batch": 64},
        rl={"learning_rate": 2e-4, "episodes": 512, "batch": 128, "entropy_weight": 0.01},
        init_demonstrations=6_000,
        sft_demonstrations=3_000,
        init_flops=8e12,
        check_flops=2.5e11,
        arm_flops=2.4e12,
        minutes=(1.6, 1.4, 1.7),
    ),
    "mlp": PolicyPreset(
        learner="sb3",
        model={"width": 256, "blocks": 3, "unordered": LANDMARKS},
        init={"learning_rate": 1e-3, "batch_size": 256},
        sft={"learning_rate": 1e-4, "batch_size": 256},
        rl={
            "num_envs": 128,
            "n_steps": 32,
            "batch_size": 1024,
            "n_epochs": 2,
            "learning_rate": 1e-4,
            "gamma": 0.0,
            "gae_lambda": 0.0,
            "vf_coef": 0.1,
        },
        init_demonstrations=20_000,
        sft_demonstrations=20_000,
        init_flops=2e12,
        check_flops=1e10,
        arm_flops=2.4e12,
        minutes=(0.3, 0.9, 0.7),
    ),
}

_SEEN_CURVES = ("in", "rule_ood", "visual_ood")

_SEEN = ("random", "absolute", "relative")
_RETENTION = {
    f"{name}-retention": policy.model_copy(update={"init_rules": _SEEN})
    for name, policy in _STREETS.items()
}
"""The same policies from an init that has seen both rules that are compared."""

# Agents that see. The init learns from pictures in random looks and so plays the part of a model
# that has seen much; both arms see plain pictures only. Beside each stands the same network on
# symbols, which no change of pictures can reach; in the card game it does not read suits.
_SEEN_CARDS = {
    "cnn": PolicyPreset(
        learner="sb3-images",
        model={"width": 512, "blocks": 3},
        init={"learning_rate": 1e-3, "batch_size": 256, "look": "random"},
        sft=_CARDS["mlp"].sft,
        rl=_CARDS["mlp"].rl,
        init_demonstrations=100_000,
        sft_demonstrations=65_000,
        init_flops=3e13,
        check_flops=1e12,
        arm_flops=1.2e13,
        minutes=(9.0, 3.0, 3.0),
    ),
    "mlp": _CARDS["mlp"].model_copy(
        update={
            "model": {**_CARDS["mlp"].model, "unread": CARD_SUITS},
            "init_flops": 3e13,
            "arm_flops": 1.2e13,
            "minutes": (2.0, 2.2, 2.7),
        }
    ),
}

_STREETS_RL = {**_STREETS["mlp"].rl, "batch_size": 256, "n_epochs": 1, "learning_rate": 3e-4}
_SEEN_STREETS = {
    "cnn": PolicyPreset(
        learner="sb3-images",
        model={"width": 256, "blocks": 3, "unordered": LANDMARKS_BESIDE_VIEWS},
        init={"learning_rate": 1e-3, "batch_size": 128, "look": "random"},
        sft={"learning_rate": 3e-4, "batch_size": 256},
        rl=_STREETS_RL,
        init_demonstrations=2_500,
        sft_demonstrations=20_000,
        init_flops=1e13,
        check_flops=2.5e11,
        arm_flops=5e12,
        minutes=(5.0, 3.0, 4.0),
    ),
    "mlp": _STREETS["mlp"].model_copy(
        update={
            "sft": {"learning_rate": 3e-4, "batch_size": 256},
            "rl": _STREETS_RL,
            "init_flops": 1e13,
            "arm_flops": 5e12,
            "minutes": (0.3, 1.8, 1.5),
        }
    ),
}

_QUICK_CARDS = Preset(
    name="quick",
    seeds=1,
    solutions="first",
    competence=0.25,
    validation_episodes=500,
    points=5,
    curve_episodes=500,
    final_episodes=1000,
    policies=_CARDS,
)
_QUICK_STREETS = Preset(
    name="quick",
    seeds=1,
    competence=0.5,
    validation_episodes=200,
    points=4,
    curve_episodes=150,
    final_episodes=300,
    policies=_STREETS,
)

_QUICK_SEEN_CARDS = _QUICK_CARDS.model_copy(
    update={
        "competence": 0.2,
        "curve_columns": _SEEN_CURVES,
        "severity_episodes": 300,
        "policies": _SEEN_CARDS,
    }
)
_QUICK_SEEN_STREETS = _QUICK_STREETS.model_copy(
    update={
        "points": 3,
        "curve_columns": _SEEN_CURVES,
        "curve_episodes": 100,
        "severity_episodes": 60,
        "policies": _SEEN_STREETS,
    }
)

_DEMO = _QUICK_STREETS.model_copy(
    update={
        "name": "demo",
        "validation_episodes": 100,
        "curve_episodes": 60,
        "final_episodes": 100,
        "policies": {
            "mlp": _STREETS["mlp"].model_copy(
                update={
                    "sft": {"learning_rate": 3e-4, "batch_size": 256},
                    "rl": _STREETS_RL,
                    "init_demonstrations": 4_000,
                    "sft_demonstrations": 3_000,
                    "init_flops": 5e11,
                    "check_flops": 3e10,
                    "arm_flops": 5e11,
                    "minutes": (0.35, 0.3, 0.25),
                }
            )
        },
    }
)
"""One pair in two CPU minutes: to see what a study is. It says nothing beyond its one seed."""

PRESETS: Mapping[str, Mapping[str, Preset]] = {
    "gp-l": {
        "quick": _QUICK_CARDS,
        "full": _QUICK_CARDS.model_copy(
            update={"name": "full", "seeds": 6, "final_episodes": 2000}
        ),
    },
    "virl-l": {
        "demo": _DEMO,
        "quick": _QUICK_STREETS,
        "full": _QUICK_STREETS.model_copy(
            update={"name": "full", "seeds": 6, "policies": {**_STREETS, **_RETENTION}}
        ),
    },
    "gp-vl": {
        "quick": _QUICK_SEEN_CARDS,
        "full": _QUICK_SEEN_CARDS.model_copy(
            update={"name": "full", "seeds": 3, "final_episodes": 2000}
        ),
    },
    "virl-vl": {
        "quick": _QUICK_SEEN_STREETS,
        "full": _QUICK_SEEN_STREETS.model_copy(update={"name": "full", "seeds": 3}),
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
