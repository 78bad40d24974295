"""Slots of observations that a policy is to treat apart from the others, without torch."""

from __future__ import annotations

from gp_env.observe import LAYOUT as CARDS_LAYOUT
from virl_env.observe import LAYOUT as STREETS_LAYOUT
from virl_env.views.state import STATE_LAYOUT as STREETS_STATE_LAYOUT

CARDS = tuple((CARDS_LAYOUT[field].start, CARDS_LAYOUT[field].stop) for field in ("ranks", "suits"))
"""Slots of the card game's observations whose order means nothing."""

CARD_SUITS = ((CARDS_LAYOUT["suits"].start, CARDS_LAYOUT["suits"].stop),)
"""Slots of the card game that decide nothing, for a network that is to know no colours."""

LANDMARKS = ((STREETS_LAYOUT["categories"].start, STREETS_LAYOUT["categories"].stop),)
"""The same of navigation: landmarks are numbered at random."""

LANDMARKS_BESIDE_VIEWS = (
    (STREETS_STATE_LAYOUT["categories"].start, STREETS_STATE_LAYOUT["categories"].stop),
)
"""The same of image-based navigation."""
