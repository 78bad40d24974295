"""What the arms of grids own beside the learning rate, and which other values were tried before.

The arms are compared at the same number of rates. Nothing else of them is tuned on the parts of
the study, so each value here is the only one that was run there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Owned(NamedTuple):
    """A setting of an arm.

    Attributes:
        value: in every run of the arm.
        before: other values that earlier presets or single trials had, on other parts and before
            the study was declared; docs/study.md tells how they were chosen.
    """

    value: Any
    before: tuple[Any, ...] = ()


Arms = Mapping[str, Mapping[str, Owned]]
"""Settings by method, "sft" or "rl", and name."""

LANGUAGE_MODEL: Arms = {
    "sft": {
        "batch": Owned(64),
        "decay": Owned(None),
        "micro_batch": Owned(None),
        "kl_weight": Owned(0.0),
        "dft": Owned(False),
    },
    "rl": {
        "episodes": Owned(512),
        "batch": Owned(128),
        "epochs": Owned(2),
        "clip": Owned(0.2),
        "value_weight": Owned(0.02),
        "entropy_weight": Owned(0.0, before=(0.01,)),
        "kl_weight": Owned(0.0),
    },
}
"""Of the language model on all suites: all settings that there are."""

_IMITATION = {"batch_size": Owned(256, before=(512,))}
_CARDS: Arms = {
    "sft": _IMITATION,
    "rl": {
        "num_envs": Owned(256),
        "n_steps": Owned(32),
        "batch_size": Owned(1024),
        "n_epochs": Owned(1, before=(2,)),
        "gae_lambda": Owned(1.0, before=(0.95,)),
        "vf_coef": Owned(0.1, before=(0.5,)),
    },
}
_STREETS: Arms = {
    "sft": _IMITATION,
    "rl": {
        "num_envs": Owned(128, before=(256,)),
        "n_steps": Owned(32),
        "batch_size": Owned(1024),
        "n_epochs": Owned(2, before=(1,)),
        "gamma": Owned(0.0),
        "gae_lambda": Owned(0.0, before=(1.0,)),
        "vf_coef": Owned(0.1),
    },
}

NETWORKS: Mapping[str, Arms] = {
    "gp-l": _CARDS,
    "gp-vl": _CARDS,
    "virl-l": _STREETS,
    "virl-vl": {
        "sft": _IMITATION,
        "rl": {
            **_STREETS["rl"],
            "batch_size": Owned(256, before=(1024,)),
            "n_epochs": Owned(1, before=(2,)),
        },
    },
}
"""Of the MLP and the CNN by suite: what differs from the defaults of Stable-Baselines3."""
