"""The registered ids as plain data: task x interface x shift, all of version 0."""

from __future__ import annotations

from typing import Any

from shiftgym.registry import Variants

TASK = "VIRLNavigation"

_CITIES: dict[str, Any] = {"city": "unseen", "routes": 2}

SHIFTS: dict[str, dict[str, Any]] = {
    "": {},
    "-RuleOOD": {"directions": "relative"},
    "-VisualOOD": _CITIES,
    "-OOD": _CITIES,
}
"""What each shift fixes; -OOD is an alias of the task's headline shift. Without a shift, directions
are absolute and the city is the one of training."""

VARIANTS = Variants.of_package("virl_env", TASK, SHIFTS)
variants, register = VARIANTS.keywords, VARIANTS.register
