"""The numbers of an Image id: the symbolic observation without what the picture shows."""

from __future__ import annotations

from collections.abc import Mapping

from virl_env.observe import FIELDS

SHOWN = ("landmark", "side", "intersection")
"""Fields of the symbolic observation that only the picture tells."""

STATE_FIELDS = FIELDS.without(SHOWN)

STATE_LAYOUT: Mapping[str, slice] = STATE_FIELDS.layout
"""Where each field lies in `state`: "lines", "heading", "categories", "actions", "previous",
"attempts_left", "outcome", "frame" and "table", as `virl_env.observe.LAYOUT` explains them."""

KEPT = FIELDS.places_without(SHOWN)
"""The places of `state` in a symbolic observation."""
