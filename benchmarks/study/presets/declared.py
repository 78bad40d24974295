"""What docs/protocol.md declares of the endpoints of each suite's grids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Declared(NamedTuple):
    """Endpoints of a suite.

    Attributes:
        tests: (a), (b) and (c) of each policy, corrected together. Those that are not run yet count
            too.
        seeds: of each; with fewer they are looked at before their time.
        of_b_at_first: seeds of (b) that were known when it was given as many as the others.
    """

    tests: int
    seeds: int
    of_b_at_first: int


_TEXT, _IMAGES = Declared(9, seeds=6, of_b_at_first=3), Declared(6, seeds=4, of_b_at_first=4)

DECLARED: Mapping[str, Declared] = {
    "gp-l": _TEXT,
    "virl-l": _TEXT,
    "gp-vl": _IMAGES,
    "virl-vl": _IMAGES,
}
"""By suite."""
