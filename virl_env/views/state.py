"""The symbolic row without what a picture shows: the landmark in sight, its side, the crossing."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from virl_env import observe
from virl_env.observe import LAYOUT

WITHHELD = ("landmark", "side", "intersection")
"""Fields of the symbolic row that only the picture shows."""

_FROM, _TO = LAYOUT[WITHHELD[0]].start, LAYOUT[WITHHELD[-1]].stop

SIZE = observe.SIZE - (_TO - _FROM)


def _layout() -> Mapping[str, slice]:
    layout, start = {}, 0
    for name, where in LAYOUT.items():
        if name not in WITHHELD:
            layout[name] = slice(start, start + where.stop - where.start)
            start = layout[name].stop
    return MappingProxyType(layout)


STATE_LAYOUT: Mapping[str, slice] = _layout()
"""Where each field lies in `state`: "lines", "heading", "categories", "actions", "previous",
"attempts_left", "outcome", "frame" and "table", as `virl_env.observe.LAYOUT` explains them."""

assert STATE_LAYOUT["table"].stop == SIZE


def state_space() -> spaces.MultiDiscrete[Any]:
    """Return the space of `state`: MultiDiscrete of shape (93,), uint8."""
    counts = without_sight(np.asarray(observe.observation_space().nvec))
    space = spaces.MultiDiscrete(counts, dtype=np.uint8)
    # As in `observe.observation_space`: a sum of these overflows in the dtype of observations.
    space.nvec = counts
    return space


def without_sight(rows: NDArray[Any]) -> NDArray[Any]:
    """Return symbolic rows (..., 96) without what the picture shows: a new array (..., 93)."""
    return np.concatenate([rows[..., :_FROM], rows[..., _TO:]], axis=-1)
