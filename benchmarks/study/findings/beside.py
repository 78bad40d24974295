"""What else was compared over all settings, a sentence or two for each."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.study.findings.phrases import cases, learned_less, on_few_seeds
from benchmarks.study.findings.verdicts import (
    BETTER,
    OFF,
    headline_of,
    mattered,
    of_topic,
)
from benchmarks.study.names import arm_name
from benchmarks.study.report.advice import Advice, compared
from benchmarks.study.report.contrasts import Contrast
from benchmarks.tables import percent, signed


def beside_the_answer(said: Sequence[Advice]) -> list[str]:
    """Return what else was compared over all settings, a sentence or two for each."""
    headline = headline_of(said)
    names = [one.contrast.setting for one in headline]
    half_way, equal, tied, end = (
        of_topic(topic, names, said) for topic in ("b", "equal", "tied", "c")
    )
    lead = max(
        (one for one in said if one.contrast.shift == "rule" and mattered(one)),
        key=lambda one: abs(one.contrast.estimate.value),
        default=None,
    )
    told = [
        _ahead("Halfway through training, at equal learning rates", half_way),
        _ahead("At the end of training", end) if end != headline else "",
        _equal(equal),
        _ahead(
            "Where several rates or points tie for best on validation, on average over them",
            tied,
        ),
        _largest_gain(names, said),
        _slower(said),
        _led(lead, said) if lead else "",
    ]
    return [sentence for sentence in told if sentence]


def _equal(own: Sequence[Advice]) -> str:
    """Return who is ahead where both have learned as much by validation; tests may differ."""
    apart = [
        one
        for one in own
        if one.verdict not in OFF and one.within is not None and one.within.is_firm
    ]
    more = f" In {len(apart)} of these, tests of the trained rule show one ahead." if apart else ""
    return _ahead(
        "At points where both have learned about as much of the trained rule, by validation",
        own,
        more,
    )


def _largest_gain(names: Sequence[str], said: Sequence[Advice]) -> str:
    """Return the largest gain over the init; "" for none, or where one is shown once corrected."""
    further = [one.contrast for one in said if one.contrast.family == "further"]
    own = [one for one in further if (one.topic, one.shift) == ("init", "rule")]
    own = [one for one in own if one.setting in names and one.estimate.low > 0]
    if not own or any(one.is_found for one in own):
        return ""
    best = max(own, key=lambda one: one.estimate.value)
    estimate = best.estimate
    way = "copying" if best.first.startswith("SFT") else "reinforcement"
    tests = sum(one.is_tested for one in further)
    return (
        f"The largest gain under the other rule is {signed(estimate.value)} points "
        f"[{signed(estimate.low)}, {signed(estimate.high)}], by {way} ({best.setting}). It is "
        f"not significant once corrected together with the other undeclared comparisons ({tests})."
    )


def _ahead(where: str, own: Sequence[Advice], more: str = "") -> str:
    """Return in how many settings each way is ahead, of those that can tell; "" without any.

    Args:
        more: another sentence, before that on training runs.
    """
    asked = len(own)
    own = [one for one in own if one.verdict not in OFF]
    if not own:
        return ""
    of = cases(len(own)) + ("" if len(own) == asked else " that could be compared")
    found = [one for one in own if one.contrast.is_firm]
    by_reinforcement, by_copying = ([a for a in found if a.verdict == way] for way in BETTER)
    ahead = [*by_reinforcement, *by_copying]
    if not ahead:
        return f"{where}: of {of}, neither way is shown ahead in any.{more}{on_few_seeds(own)}"
    told = (
        f"{where}: of {of}, reinforcement is ahead in {len(by_reinforcement)} and copying in "
        f"{len(by_copying)}"
    )
    told += learned_less("; the way that is ahead has", ahead)
    return f"{told}.{more}{on_few_seeds(own)}"


def _led(one: Advice, said: Sequence[Advice]) -> str:
    """Return what a setting beside the method changed.

    Args:
        said: all advice, for what is to be set beside it.
    """
    contrast, within = one.contrast, one.within
    first, second = map(percent, contrast.rates)
    told = compared(contrast).replace("SFT", "copying").replace("RL", "reinforcement")
    told += " under the trained rule alone" if told.endswith("against copying") else ""
    learned = ""
    if within is not None:
        ours, theirs = map(percent, within.rates)
        learned = f" (and {ours} % against {theirs} % under the trained one)"
    start = told[0].upper() + told[1:]
    return (
        f"How the agent was trained mattered too. {start}: {first} % against {second} % right "
        f"under the other rule{learned}, the largest difference that did not cost the trained rule "
        f"({contrast.setting}).{_rehearsed(contrast, said)}{on_few_seeds([one])}"
    )


def _rehearsed(lead: Contrast, said: Sequence[Advice]) -> str:
    """Return what the init's demonstrations alone reach where half of all are such, else ""."""
    if lead.first != arm_name("sft-diverse"):
        return ""
    wanted = lead.setting, arm_name("init-on"), lead.shift
    for one in said:
        contrast = one.contrast
        if (contrast.setting, contrast.first, contrast.shift) == wanted and one.within is not None:
            return (
                " The diverse half is the kind of demonstration that the init learned from; "
                f"copying that kind alone reaches {percent(contrast.rates[0])} % "
                f"(and {percent(one.within.rates[0])} % under the trained rule)."
            )
    return ""


def _slower(said: Sequence[Advice]) -> str:
    """Return in how many comparisons of learning rates the smallest kept more."""
    compared = [
        one
        for one in said
        if (one.contrast.topic, one.contrast.shift) == ("rate", "rule") and one.verdict not in OFF
    ]
    if not compared:
        return ""
    firm = [one for one in compared if one.contrast.is_firm]
    kept = [one for one in firm if one.contrast.estimate.value > 0]
    text = (
        f"{'The learning rate mattered as well' if firm else 'By learning rate'}: with the "
        "smallest one an agent keeps more of the other rule than with the largest in "
        f"{len(kept)} of {len(compared)} comparisons, and less in {len(firm) - len(kept)}."
    )
    if price := learned_less(" Where it keeps more it has", kept):
        text += f"{price}."
    return text + on_few_seeds(compared)
