"""The presets of `virl-l`: agents that are told the streets."""

from __future__ import annotations

from agents.sb3.slots import LANDMARKS
from benchmarks.study.presets.schema import PolicyPreset, Preset

# Both arms of a policy have the same learning rate here, so that it tells nothing between them.
POLICIES = {
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
        minutes=(0.4, 1.0, 0.9),
    ),
}

_SEEN = ("random", "absolute", "relative")
_RETENTION = {
    f"{name}-retention": policy.model_copy(update={"init_rules": _SEEN})
    for name, policy in POLICIES.items()
}
"""The same policies from an init that has seen both rules that are compared."""

FULL = Preset(
    name="full",
    seeds=6,
    competence=0.5,
    validation_episodes=200,
    points=4,
    curve_episodes=150,
    final_episodes=300,
    policies={**POLICIES, **_RETENTION},
)
QUICK = FULL.model_copy(
    update={
        "name": "quick",
        "seeds": 2,
        "policies": {"mlp": POLICIES["mlp"]},
    }
)
"""One policy: the study in minutes."""

SHORT_RL = {**POLICIES["mlp"].rl, "batch_size": 256, "n_epochs": 1, "learning_rate": 3e-4}
"""RL that learns within a small compute; SFT beside it has the same rate."""

DEMO = QUICK.model_copy(
    update={
        "name": "demo",
        "seeds": 1,
        "validation_episodes": 100,
        "curve_episodes": 60,
        "final_episodes": 100,
        "policies": {
            "mlp": POLICIES["mlp"].model_copy(
                update={
                    "sft": {"learning_rate": 3e-4, "batch_size": 256},
                    "rl": SHORT_RL,
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
