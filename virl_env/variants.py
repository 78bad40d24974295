"""The registered ids as plain data: task x interface x shift, all of version 0."""

from __future__ import annotations

from typing import Any

from shiftgym.registry import Variants

TASK = "VIRLNavigation"

INTERFACES: dict[str, dict[str, str]] = {
    "": {
        "entry_point": "virl_env.env:VIRLNavigationEnv",
        "vector_entry_point": "virl_env.vector_env:VIRLNavigationVectorEnv",
    },
    "-Image": {
        "entry_point": "virl_env.image_env:VIRLNavigationImageEnv",
        "vector_entry_point": "virl_env.image_vector_env:VIRLNavigationImageVectorEnv",
    },
    "-Text": {"entry_point": "virl_env.text_env:VIRLNavigationTextEnv"},
}
"""Entry points of each interface; its name is part of the id."""

_CITIES: dict[str, Any] = {"city": "unseen", "routes": 2}

SHIFTS: dict[str, dict[str, Any]] = {
    "": {},
    "-RuleOOD": {"directions": "relative"},
    "-VisualOOD": _CITIES,
    "-OOD": _CITIES,
}
"""What each shift fixes; -OOD is an alias of the task's headline shift. Without a shift, directions
are absolute and the city is the one of training."""

_VARIANTS = Variants(TASK, INTERFACES, SHIFTS)


def variants() -> dict[str, dict[str, Any]]:
    """Return every registered id with the keywords that it fixes."""
    return _VARIANTS.keywords()


def register() -> None:
    """Register every id with Gymnasium; those registered already are left alone."""
    _VARIANTS.register()
