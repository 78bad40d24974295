"""The presets of `gp-l`: agents that are told the cards."""

from __future__ import annotations

from agents.gp.recipes import RECIPES
from agents.sb3.slots import CARDS
from benchmarks.study.presets.schema import PolicyPreset, Preset

POLICIES = {
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

FULL = Preset(
    name="full",
    seeds=6,
    solutions="first",
    competence=0.25,
    validation_episodes=500,
    points=5,
    curve_episodes=500,
    final_episodes=2000,
    policies=POLICIES,
)
QUICK = FULL.model_copy(
    update={
        "name": "quick",
        "seeds": 2,
        "competence": 0.4,
        "final_episodes": 1000,
        "policies": {
            "lm": POLICIES["lm"].model_copy(
                update={
                    # Both arms have one learning rate, so that it tells nothing between them. From
                    # the recipe "strict" they would be at the floor under the shifted rule.
                    "sft": {"learning_rate": 2e-4, "batch": 64},
                    "rl": {**POLICIES["lm"].rl, "entropy_weight": 0.0},
                    "init_keywords": dict(RECIPES["pair"]),
                    "init_demonstrations": 80_000,
                    "sft_demonstrations": 40_000,
                    "init_flops": 4e12,
                    "arm_flops": 1e12,
                    "minutes": (2.4, 1.0, 1.3),
                }
            )
        },
    }
)
"""One policy and less compute: the study in minutes."""
