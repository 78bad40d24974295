"""The arms of the controls, for the language model of either task: docs/protocol.md says what for.

They are two sets, so that a command trains a seed of either in 2.5 hours at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.study.presets.schema import UNTRAINED, Arm, Preset
from benchmarks.suites import Column

Settings = Mapping[str, Any]

MINUTES = 0.3
"""What other prompts take at the end of an arm."""


def preset(
    name: str, grid: Preset, arms: Mapping[str, Arm], prompts: Mapping[str, Column]
) -> Preset:
    """Return a preset of arms from the init of a grid's one policy.

    Args:
        prompts: columns that are measured at the ends of the arms alone, beside the grid's.
    """
    ((policy, about),) = grid.policies.items()
    init, sft, rl = about.minutes
    minutes = (init + MINUTES, sft + MINUTES, rl + MINUTES)
    changed = about.model_copy(update={"arms": arms, "minutes": minutes})
    columns = {**(grid.columns or {}), **prompts}
    return grid.model_copy(update={"name": name, "columns": columns, "policies": {policy: changed}})


def arms(sft: Settings, rl: Settings) -> dict[str, Arm]:
    """Return the two arms with their settings, rate included, and the first set of controls."""

    def imitating(**changes: Any) -> Arm:
        return Arm(method="sft", settings={**sft}, **changes)

    def playing(start: str | None = None, **settings: Any) -> Arm:
        return Arm(method="rl", settings={**rl, **settings}, start=start)

    return {
        "sft": imitating(),
        "rl": playing(),
        "rl-kl": playing(kl_weight=0.1),
        "rl-entropy": playing(entropy_weight=0.01),
        "sft-answers": imitating(answer_only=True),
        "init-on": imitating(init_rules=True),
        "sft-then-rl": playing(start="sft"),
    }


def more_arms(sft: Settings, rl: Settings, init: Settings) -> dict[str, Arm]:
    """Return the second set, whose arms are compared with `sft` and `rl` of the first.

    Args:
        sft, rl: settings of the two arms, rate included.
        init: settings of the init, whose rate the arms from untrained weights have.
    """
    fast = {"learning_rate": init["learning_rate"]}
    batch = sft["batch"]
    large = {"batch": 4 * batch, "micro_batch": batch}
    return {
        "rejection": Arm(method="rejection", settings={**sft, "episodes": rl["episodes"]}),
        "sft-diverse": Arm(method="sft", settings={**sft}, mixed_rules=True),
        "sft-kl": Arm(method="sft", settings={**sft, "kl_weight": 0.1}),
        "grpo": Arm(method="grpo", settings={**rl, "group": 8}),
        "sft-large": Arm(method="sft", settings={**sft, **large}),
        "sft-dft": Arm(method="sft", settings={**sft, "dft": True}),
        "sft-untrained": Arm(method="sft", settings={**sft, **fast}, start=UNTRAINED),
        "rl-untrained": Arm(method="rl", settings={**rl, **fast}, start=UNTRAINED),
    }
