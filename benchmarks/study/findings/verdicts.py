"""What settings found, as data: who is ahead, and what stands against it."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.study.endpoints import MARGIN
from benchmarks.study.report.advice import Advice, has_a_price

BETTER = ("reinforcement", "imitation")
"""Verdicts by which one method is ahead."""

OFF = ("floor", "ceiling")
"""Verdicts of settings whose init is where nothing can be told."""

OTHERWISE = {
    "b": "at half of the compute and equal learning rates",
    "c": "at the end of training",
    "equal": "at points where both have learned about as much of the trained rule, by validation",
    "tied": "on average over all rates and points that tie for best on validation",
}
"""Where else both are compared, beside the headline."""


def headline_of(said: Sequence[Advice]) -> list[Advice]:
    """Return one for each setting: what validation chose where it did, else the last point.

    Where a suite has grids, whose endpoints the protocol declares, its other presets are left out.
    """
    declared = [a for a in said if a.contrast.family == "declared" and a.contrast.shift]
    of_grids = {a.contrast.suite for a in declared if a.contrast.is_of_grid}
    declared = [a for a in declared if a.contrast.is_of_grid or a.contrast.suite not in of_grids]
    chosen = {
        a.contrast.setting: a for topic in "ca" for a in declared if a.contrast.topic == topic
    }
    names = list(dict.fromkeys(a.contrast.setting for a in said))
    return sorted(chosen.values(), key=lambda one: names.index(one.contrast.setting))


def of_topic(topic: str, names: Sequence[str], said: Sequence[Advice]) -> list[Advice]:
    """Return what is said of some settings under another rule."""
    return [
        one
        for one in said
        if (one.contrast.topic, one.contrast.shift) == (topic, "rule")
        and one.contrast.setting in names
    ]


def verdict_of(one: Advice) -> str:
    """Return the key in `VERDICTS` of what a setting found."""
    if one.verdict in (*OFF, "forgotten") or (one.verdict in BETTER and one.contrast.is_firm):
        return one.verdict
    if one.contrast.sees is None:
        return "not decided"  # No episode came out differently.
    low, high = one.contrast.bounds
    within = (low > -MARGIN, high < MARGIN)
    return {
        (True, True): "equal",
        (True, False): "reinforcement as good",
        (False, True): "copying as good",
    }.get(within, "not decided")


def elsewhere(one: Advice, said: Sequence[Advice]) -> list[Advice]:
    """Return the other comparisons of a setting under another rule."""
    contrast = one.contrast
    return [
        other
        for other in said
        if (other.contrast.setting, other.contrast.shift) == (contrast.setting, "rule")
        and other.contrast.topic in OTHERWISE
        and other.contrast.topic != contrast.topic
    ]


def shows_a_lead(one: Advice) -> bool:
    """Return whether it shows one of the two ahead."""
    return one.verdict in BETTER and one.contrast.is_firm


def is_not_shown_elsewhere(one: Advice, said: Sequence[Advice]) -> bool:
    """Return whether another comparison of a setting does not show who is ahead in one."""
    return not all(
        shows_a_lead(other) and other.verdict == one.verdict for other in elsewhere(one, said)
    )


def is_turned_elsewhere(one: Advice, said: Sequence[Advice]) -> bool:
    """Return whether another comparison of a setting shows the other side ahead."""
    return any(
        shows_a_lead(other) and other.verdict != one.verdict for other in elsewhere(one, said)
    )


def mattered(one: Advice) -> bool:
    """Return whether a setting beside the method is shown to change success under the shift.

    One that is ahead because it has hardly learned the trained rule tells nothing.
    """
    return one.verdict == "found" and one.topic == "data" and not has_paid(one)


def has_paid(one: Advice) -> bool:
    """Return whether the way that is ahead is shown to have learned less of the trained rule."""
    if one.within is None or not one.contrast.is_found:
        return False
    return has_a_price(one.contrast, one.within)


def easier_rules(said: Sequence[Advice]) -> list[str]:
    """Return the settings whose init reaches more under the other rule than under the trained."""
    return [
        one.contrast.setting
        for one in headline_of(said)
        if one.within is not None
        and one.contrast.start is not None
        and one.within.start is not None
        and one.contrast.start > one.within.start
    ]
