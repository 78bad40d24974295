"""Policies of each kind that a study trains in seconds."""

from __future__ import annotations

from typing import Any

from benchmarks.study.presets import PolicyPreset

FLOPS = 1e9
BUDGETS: dict[str, Any] = {
    "init_demonstrations": 300,
    "sft_demonstrations": 300,
    "init_flops": 5e8,
    "check_flops": 2e8,
    "arm_flops": FLOPS,
    "minutes": (1, 1, 1),
}
POLICIES = {
    "mlp": PolicyPreset(
        learner="sb3",
        model={"width": 16, "blocks": 1},
        init={"batch_size": 64},
        sft={"batch_size": 64},
        rl={"num_envs": 8, "n_steps": 16, "batch_size": 64},
        **BUDGETS,
    ),
    "lm": PolicyPreset(
        learner="tinylm",
        model={"width": 16, "layers": 1},
        init={"batch": 16},
        sft={"batch": 16},
        rl={"episodes": 32, "batch": 16},
        **BUDGETS,
    ),
    "lm-images": PolicyPreset(
        learner="tinylm-images",
        model={"width": 16, "layers": 1},
        init={"batch": 16, "look": "random"},
        sft={"batch": 16},
        rl={"episodes": 32, "batch": 16},
        **BUDGETS,
    ),
    "cnn": PolicyPreset(
        learner="sb3-images",
        model={"width": 16, "blocks": 1},
        init={"batch_size": 16, "look": "random"},
        sft={"batch_size": 16},
        rl={"num_envs": 4, "n_steps": 8, "batch_size": 16},
        **BUDGETS,
    ),
}
