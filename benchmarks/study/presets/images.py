"""The presets of `gp-vl` and `virl-vl`: image-based agents, and the MLP on symbols."""

from __future__ import annotations

from agents.sb3.slots import CARD_SUITS, LANDMARKS_BESIDE_VIEWS
from benchmarks.study.presets import cards, streets
from benchmarks.study.presets.schema import PolicyPreset

# Image-based agents. The init learns from pictures in random looks and so plays the part of a model
# that has seen much; both arms see plain pictures only. Beside each stands the same network on
# symbols, which no change of pictures can reach; in the card game it does not read suits.
CARDS = {
    "cnn": PolicyPreset(
        learner="sb3-images",
        model={"width": 512, "blocks": 3},
        init={"learning_rate": 1e-3, "batch_size": 256, "look": "random"},
        sft=cards.POLICIES["mlp"].sft,
        rl=cards.POLICIES["mlp"].rl,
        init_demonstrations=100_000,
        sft_demonstrations=65_000,
        init_flops=3e13,
        check_flops=1e12,
        arm_flops=1.2e13,
        minutes=(9.0, 3.0, 3.0),
    ),
    "mlp": cards.POLICIES["mlp"].model_copy(
        update={
            "model": {**cards.POLICIES["mlp"].model, "unread": CARD_SUITS},
            "init_flops": 3e13,
            "arm_flops": 1.2e13,
            "minutes": (2.0, 2.2, 2.7),
        }
    ),
}

STREETS = {
    "cnn": PolicyPreset(
        learner="sb3-images",
        model={"width": 256, "blocks": 3, "unordered": LANDMARKS_BESIDE_VIEWS},
        init={"learning_rate": 1e-3, "batch_size": 128, "look": "random"},
        sft={"learning_rate": 3e-4, "batch_size": 256},
        rl=streets.SHORT_RL,
        init_demonstrations=2_500,
        sft_demonstrations=20_000,
        init_flops=1e13,
        check_flops=2.5e11,
        arm_flops=5e12,
        minutes=(5.0, 3.0, 4.0),
    ),
    "mlp": streets.POLICIES["mlp"].model_copy(
        update={
            "sft": {"learning_rate": 3e-4, "batch_size": 256},
            "rl": streets.SHORT_RL,
            "init_flops": 1e13,
            "arm_flops": 5e12,
            "minutes": (0.3, 1.8, 1.5),
        }
    ),
}


_SEEN_CURVES = ("in", "rule_ood", "visual_ood")


QUICK_CARDS = cards.FULL.model_copy(
    update={
        "name": "quick",
        "seeds": 1,
        "final_episodes": 1000,
        "competence": 0.2,
        "curve_columns": _SEEN_CURVES,
        "severity_episodes": 300,
        "policies": CARDS,
    }
)
QUICK_STREETS = streets.FULL.model_copy(
    update={
        "name": "quick",
        "seeds": 1,
        "points": 3,
        "curve_columns": _SEEN_CURVES,
        "curve_episodes": 100,
        "severity_episodes": 60,
        "policies": STREETS,
    }
)
FULL_CARDS = QUICK_CARDS.model_copy(update={"name": "full", "seeds": 3, "final_episodes": 2000})
FULL_STREETS = QUICK_STREETS.model_copy(update={"name": "full", "seeds": 3})
