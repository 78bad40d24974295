"""The symbolic row without what a picture shows: the landmark in sight, its side, the crossing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from virl_env.observe import FIELDS, LAYOUT

WITHHELD = ("landmark", "side", "intersection")
"""Fields of the symbolic row that only the picture shows; they lie side by side."""

_FROM, _TO = LAYOUT[WITHHELD[0]].start, LAYOUT[WITHHELD[-1]].stop

STATE_FIELDS = FIELDS.without(WITHHELD)

STATE_LAYOUT: Mapping[str, slice] = STATE_FIELDS.layout
"""Where each field lies in `state`: "lines", "heading", "categories", "actions", "previous",
"attempts_left", "outcome", "frame" and "table", as `virl_env.observe.LAYOUT` explains them."""


def without_sight(rows: NDArray[Any]) -> NDArray[Any]:
    """Return symbolic rows (..., 96) without what the picture shows: a new array (..., 93)."""
    return np.concatenate([rows[..., :_FROM], rows[..., _TO:]], axis=-1)
