"""What each setting found: the headline, and what stands against it."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.study.findings.phrases import VERDICTS
from benchmarks.study.findings.verdicts import (
    BETTER,
    OFF,
    OTHERWISE,
    elsewhere,
    has_paid,
    headline_of,
    shows_a_lead,
    verdict_of,
)
from benchmarks.study.names import SHIFT_WORDS
from benchmarks.study.report.advice import Advice
from benchmarks.study.report.contrasts import init_rate
from benchmarks.tables import percent

_AGREE = {("copying as good", "imitation"), ("reinforcement as good", "reinforcement")}
"""Verdicts of which the second says more of what the first says."""


def settings(said: Sequence[Advice]) -> list[str]:
    """Return sentences about each setting: the headline, and what stands against it."""
    told = []
    for one in headline_of(said):
        here = [a for a in said if a.contrast.setting == one.contrast.setting]
        told.append(
            _in_words(one, init_rate([a.contrast for a in here]))
            + _trained_rule(one)
            + "".join(_otherwise(one, other) for other in elsewhere(one, here))
            + "".join(_other_look(other) for other in here)
        )
    return told


def _in_words(one: Advice, start: float | None) -> str:
    """Return what a setting found as a sentence without terms."""
    contrast = one.contrast
    before = "" if start is None else f" ({percent(start)} % before)"
    return (
        f"**{contrast.setting}**: {VERDICTS[verdict_of(one)]}, with "
        f"{percent(contrast.rates[1])} % right under the other rule after copying and "
        f"{percent(contrast.rates[0])} % after reinforcement{before}."
    )


def _trained_rule(one: Advice) -> str:
    """Return what both have learned of the trained rule, "" where it is not measured."""
    within = one.within
    if within is None:
        return ""
    first, second = map(percent, within.rates)
    start = "But under" if has_paid(one) else "Under"
    before = "" if within.init is None else f" ({percent(within.init)} % before)"
    return (
        f" {start} the trained rule it is {second} % after copying and {first} % after "
        f"reinforcement{before}."
    )


def _otherwise(one: Advice, other: Advice) -> str:
    """Return a sentence where another comparison shows what the headline does not, or not what it
    shows; else ""."""
    contrast, shown = other.contrast, verdict_of(one)
    if one.verdict in OFF:
        return ""
    first, second = map(percent, contrast.rates)
    found = shows_a_lead(other)
    if found and shown == other.verdict:
        return ""
    fewer = contrast.estimate.seeds < one.contrast.estimate.seeds
    runs = f" ({contrast.estimate.seeds} training runs)" if fewer else ""
    if not found:
        if shown not in BETTER:
            return ""
        return (
            f" That lead is not shown {OTHERWISE[contrast.topic]}: {second} % after copying and "
            f"{first} % after reinforcement{runs}.{_learned(other)}"
        )
    ahead = "reinforcement is ahead" if other.verdict == "reinforcement" else "copying is ahead"
    order = "it is the other way round" if shown in BETTER else ahead
    agrees = (shown, other.verdict) in _AGREE
    return (
        f" {'And' if agrees else 'But'} {OTHERWISE[contrast.topic]}, {order}: {second} % after "
        f"copying and {first} % after reinforcement{runs}.{_learned(other)}"
    )


def _learned(one: Advice) -> str:
    """Return what both have learned of the trained rule where tests tell them apart, else ""."""
    return _trained(one) if one.within is not None and one.within.is_found else ""


def _trained(one: Advice) -> str:
    """Return what both have learned of the trained rule, "" where it is not measured."""
    if one.within is None:
        return ""
    ours, theirs = map(percent, one.within.rates)
    return f" Under the trained rule these reach {theirs} % and {ours} %."


def _other_look(other: Advice) -> str:
    """Return a sentence where a shift that is no rule's tells the two apart, else ""."""
    contrast = other.contrast
    if contrast.topic not in ("a", "c") or contrast.shift in ("", "rule") or not contrast.is_firm:
        return ""
    first, second = map(percent, contrast.rates)
    under = SHIFT_WORDS.get(contrast.shift, contrast.shift)
    where = "At the points that validation chose" if contrast.topic == "a" else "At the end"
    return (
        f" {where}, it is {second} % under {under} after copying and {first} % after reinforcement."
    )
