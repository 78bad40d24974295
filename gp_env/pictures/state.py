"""The symbolic row without what a picture shows: the cards."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gp_env.observe import FIELDS, LAYOUT

WITHHELD = ("ranks", "suits")
"""Fields of the symbolic row that only the picture shows; they are its first."""

_HIDDEN = LAYOUT[WITHHELD[-1]].stop

STATE_FIELDS = FIELDS.without(WITHHELD)

STATE_LAYOUT: Mapping[str, slice] = STATE_FIELDS.layout
"""Where each field lies in `state`: "rule", "target", "formula", "previous", "attempts_left" and
"outcome", as `gp_env.observe.LAYOUT` explains them."""


def without_cards(rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return symbolic rows (..., 56) without the cards: a new array (..., 44)."""
    state: NDArray[np.uint8] = rows[..., _HIDDEN:].copy()
    return state
