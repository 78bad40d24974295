"""The registered ids as plain data: task x interface x shift, all of version 0."""

from __future__ import annotations

from typing import Any

from shiftgym.registry import Variants

TASK = "GeneralPoints"

_RULE_OOD: dict[str, Any] = {"rule": "rank", "face_cards": True}

SHIFTS: dict[str, dict[str, Any]] = {
    "": {},
    "-RuleOOD": _RULE_OOD,
    "-VisualOOD": {"suits": "red"},
    "-OOD": _RULE_OOD,
}
"""What each shift fixes; -OOD is an alias of the task's headline shift. Without a shift, J, Q and K
count 10 and suits are black."""

VARIANTS = Variants.of_package("gp_env", TASK, SHIFTS)
variants, register = VARIANTS.keywords, VARIANTS.register
