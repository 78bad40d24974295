"""What the two arms of `grid` own beside the learning rate, and how often other values were tried.

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
        before: other values that single trials had, before the study was declared and on other
            parts; what came of them is told in docs/protocol.md.
    """

    value: Any
    before: tuple[Any, ...] = ()


OWNED: Mapping[str, Mapping[str, Owned]] = {
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
"""By method and name, of the language model."""
