"""The registered ids as plain data: task x interface x shift, all of version 0."""

from __future__ import annotations

from typing import Any

from shiftgym.registry import Variants

TASK = "GeneralPoints"

INTERFACES: dict[str, dict[str, str]] = {
    "": {
        "entry_point": "gp_env.env:GeneralPointsEnv",
        "vector_entry_point": "gp_env.vector_env:GeneralPointsVectorEnv",
    },
    "-Image": {
        "entry_point": "gp_env.image_env:GeneralPointsImageEnv",
        "vector_entry_point": "gp_env.image_vector_env:GeneralPointsImageVectorEnv",
    },
    "-Text": {"entry_point": "gp_env.text_env:GeneralPointsTextEnv"},
}
"""Entry points of each interface; its name is part of the id."""

_RULE_OOD: dict[str, Any] = {"rule": "rank", "face_cards": True}

SHIFTS: dict[str, dict[str, Any]] = {
    "": {},
    "-RuleOOD": _RULE_OOD,
    "-VisualOOD": {"suits": "red"},
    "-OOD": _RULE_OOD,
}
"""What each shift fixes; -OOD is an alias of the task's headline shift. Without a shift, J, Q and K
count 10 and suits are black."""

_VARIANTS = Variants(TASK, INTERFACES, SHIFTS)


def variants() -> dict[str, dict[str, Any]]:
    """Return every registered id with the keywords that it fixes."""
    return _VARIANTS.keywords()


def register() -> None:
    """Register every id with Gymnasium; those registered already are left alone."""
    _VARIANTS.register()
