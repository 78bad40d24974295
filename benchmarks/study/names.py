"""What tables, pictures and pages call things."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from benchmarks.study.presets.schema import CONTROLS, CV, GRID

_POLICY_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "cnn": "CNN",
        "mlp": "Residual MLP",
        "lm": "Small language model",
        "lm-working": "Small language model with working",
        "mlp-retention": "Residual MLP, init has seen both rules",
        "lm-retention": "Small language model, init has seen both rules",
    }
)
SUITE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "gp-l": "Card game",
        "gp-vl": "Card game in images",
        "virl-l": "Street navigation",
        "virl-vl": "Street navigation in images",
    }
)
_ON_SYMBOLS = "Residual MLP on symbols"
"""That of a suite of images, which is told what others see."""

COLUMN_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "in": "trained rule",
        "rule_ood": "another rule",
        "visual_ood": "other pictures",
        "in_train": "trained rule, training part",
        "ood_train": "another rule, training part",
        "in_validation": "trained rule, validation part",
        "ood_validation": "another rule, validation part",
        "cities": "other cities",
        "cities_rule_ood": "another rule, other cities",
    }
)

SHIFT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "rule": "another rule",
        "look": "another look",
        "cities": "other cities",
        "rule in other cities": "another rule in other cities",
    }
)
"""What changes, as sentences have it."""

ENDPOINT_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "a": "(a) chosen by validation",
        "b": "(b) equal rate, half of compute",
        "c": "(c) last point",
        "equal": "equal success in distribution",
    }
)
"""The endpoints of docs/protocol.md, and the comparison beside them, in order."""

MEASURE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "revision": "within all attempts",
        "forced": "the right reading given",
        "unlisted": "turns not listed",
        "kl": "KL from the init",
    }
)
"""What is measured of the weights beside pass@k, see docs/study.md."""

KL_AXIS = "KL (nats)"

_ARMS: Mapping[str, str] = MappingProxyType(
    {
        "sft-then-rl": "SFT then RL",
        "init-on": "init carried on",
        "grpo": "GRPO",
        "rejection": "rejection sampling",
        "sft-kl": "SFT with KL",
        "rl-kl": "RL with KL",
        "rl-entropy": "RL with entropy bonus",
        "rl-short": "RL in short rollouts",
        "sft-large": "SFT in large batches",
        "sft-diverse": "SFT, half diverse rules",
        "sft-answers": "SFT on answers alone",
        "sft-dft": "DFT",
    }
)


def policy_name(suite: str, policy: str) -> str:
    """Return a policy of a suite as people read it."""
    if suite.endswith("-vl") and policy == "mlp":
        return _ON_SYMBOLS
    return _POLICY_NAMES.get(policy, policy)


def arm_name(arm: str) -> str:
    """Return an arm as people read it: "SFT 5e-5", "RL", "init"."""
    if arm in _ARMS:
        return _ARMS[arm]
    method, _, rest = arm.partition("-")
    if method not in ("sft", "rl"):
        return arm
    return " ".join(filter(None, [method.upper(), rest]))


def setting_name(suite: str, policy: str, preset: str = "") -> str:
    """Return a setting as people read it: "Card game: residual MLP".

    Args:
        preset: of its study; one that is no grid's is told.
    """
    told = policy_name(suite, policy)
    small = told if told[:2].isupper() else told[0].lower() + told[1:]
    return f"{SUITE_NAMES.get(suite, suite)}: {small}{_beside_grid(preset)}"


def _beside_grid(preset: str) -> str:
    """Return what tells settings of a preset from those of the grids, "" for these."""
    name = preset.removesuffix(CV)
    told = "" if not name or name.startswith(GRID) else f", {name}"
    if name.startswith(CONTROLS):
        told = ", controls"
    return told + (", one city left out" if preset.endswith(CV) else "")
