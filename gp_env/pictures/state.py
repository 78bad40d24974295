"""The symbolic row without what a picture shows: the cards."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from gp_env import observe

WITHHELD = ("ranks", "suits")
"""Fields of the symbolic row that only the picture shows; they are its first."""

_HIDDEN = observe.LAYOUT[WITHHELD[-1]].stop

STATE_LAYOUT: Mapping[str, slice] = MappingProxyType(
    {
        name: slice(where.start - _HIDDEN, where.stop - _HIDDEN)
        for name, where in observe.LAYOUT.items()
        if name not in WITHHELD
    }
)
"""Where each field lies in `state`: "rule", "target", "formula", "previous", "attempts_left" and
"outcome", as `gp_env.observe.LAYOUT` explains them."""


def state_space() -> spaces.MultiDiscrete[Any]:
    """Return the space of `state`: MultiDiscrete of shape (44,), uint8."""
    counts = np.asarray(observe.observation_space().nvec)[_HIDDEN:]
    space = spaces.MultiDiscrete(counts, dtype=np.uint8)
    # As in `observe.observation_space`: a sum of these overflows in the dtype of observations.
    space.nvec = counts
    return space


def without_cards(rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return symbolic rows (..., 56) without the cards: a new array (..., 44)."""
    state: NDArray[np.uint8] = rows[..., _HIDDEN:].copy()
    return state
