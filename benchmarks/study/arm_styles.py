"""How pictures tell arms apart: a colour and a marker for a method, dashes for its rates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from matplotlib.lines import Line2D

from benchmarks.plot_style import Theme, arm_style
from benchmarks.study.names import arm_name

_DASHES = ("-", (0, (5, 1.5)), (0, (2, 1.5)), (0, (5, 1.5, 1, 1.5)), (0, (1, 1)))
"""Of the arms of one method, in order: of a grid from the smallest learning rate on."""


def method_of(arm: str) -> str:
    """Return "init", "sft" or "rl", whose colour and marker an arm has."""
    if arm in ("sft-then-rl", "grpo") or arm.startswith("rl"):
        return "rl"
    return "init" if arm == "init" else "sft"


def start_of(arm: str) -> str:
    """Return the arm from whose last point the line of an arm goes on, "" for untrained weights."""
    if arm.endswith("-untrained"):
        return ""
    return "sft" if arm == "sft-then-rl" else "init"


def _has_rate(arm: str) -> bool:
    """Return whether an arm is one of several learning rates, such as rl-5e-5."""
    return arm.partition("-")[2][:1].isdigit()


def styles(theme: Theme, arms: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return how the lines of arms look."""
    found: dict[str, dict[str, Any]] = {}
    for arm in arms:
        method = method_of(arm)
        # A solid line is of an arm whose preset has one rate alone.
        order = sum(method_of(other) == method for other in found) + _has_rate(arm)
        found[arm] = {**arm_style(theme, method), "ls": _DASHES[order % len(_DASHES)]}
    return found


def arm_handles(theme: Theme, drawn: Iterable[Sequence[str]]) -> list[Line2D]:
    """Return what a legend tells of arms: the init, methods or arms, and rates where they vary.

    Of one setting whose methods have a rate each, arms are named with it.

    Args:
        drawn: the arms of each setting, without the init.
    """
    looks = {"init": {**arm_style(theme, "init"), "ls": ""}}
    rates: dict[str, dict[str, Any]] = {}
    settings = list(drawn)
    vary = len(settings) > 1 or any(
        len({method_of(arm) for arm in arms}) < len(arms) for arms in settings
    )
    for arms in settings:
        for arm, look in styles(theme, arms).items():
            if vary and _has_rate(arm):
                looks.setdefault(method_of(arm), {**look, "ls": ""})
                dashes = {"color": theme.pale, "ls": look["ls"], "lw": 1.7}
                rates.setdefault(arm.partition("-")[2], dashes)
            else:
                looks.setdefault(arm, look)
    handles = [Line2D([], [], label=arm_name(arm), **look) for arm, look in looks.items()]
    return handles + [
        Line2D([], [], label=f"rate {rate}", **rates[rate]) for rate in sorted(rates, key=float)
    ]
