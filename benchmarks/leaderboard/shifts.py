"""Which columns of a suite are compared: one out of distribution with one in it."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.suites import Suite

SHIFTS: Sequence[tuple[str, str, str]] = (
    ("rule", "ood_pairs", "in_pairs"),
    ("rule", "rule_ood", "in"),
    ("look", "visual_ood", "in"),
    ("cities", "cities", "in"),
    ("rule in other cities", "cities_rule_ood", "cities"),
)
"""What changes, the column out of distribution and the one that it is compared with."""


def shifts_of(of: Suite) -> list[tuple[str, str, str]]:
    """Return the shifts of a suite: of several with one name the first, on the same episodes."""
    found: dict[str, tuple[str, str, str]] = {}
    for name, out, within in SHIFTS:
        if out in of.columns and within in of.columns:
            found.setdefault(name, (name, out, within))
    return list(found.values())
