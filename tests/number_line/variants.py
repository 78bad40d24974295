"""The ids: task, interface, shift."""

from __future__ import annotations

from typing import Any

from shiftgym.registry import Variants

_MIRRORED: dict[str, Any] = {"rule": "mirrored"}

VARIANTS = Variants(
    task="NumberLine",
    interfaces={
        "": {
            "entry_point": "tests.number_line.envs:NumberLineEnv",
            "vector_entry_point": "tests.number_line.envs:NumberLineVectorEnv",
        },
        "-Text": {"entry_point": "tests.number_line.envs:NumberLineTextEnv"},
    },
    shifts={"": {}, "-RuleOOD": _MIRRORED, "-OOD": _MIRRORED},
)


def variants() -> dict[str, dict[str, Any]]:
    """Return every id with the keywords that it fixes."""
    return VARIANTS.keywords()


def register() -> None:
    """Register the ids with Gymnasium."""
    VARIANTS.register()
