"""The numbers of an Image id: the symbolic observation without the cards."""

from __future__ import annotations

from collections.abc import Mapping

from gp_env.observe import FIELDS
from gp_env.pictures.renderer import SHOWN

STATE_FIELDS = FIELDS.without(SHOWN)

STATE_LAYOUT: Mapping[str, slice] = STATE_FIELDS.layout
"""Where each field lies in `state`: "rule", "target", "formula", "previous", "attempts_left" and
"outcome", as `gp_env.observe.LAYOUT` explains them."""

KEPT = FIELDS.places_without(SHOWN)
"""The places of `state` in a symbolic observation."""
