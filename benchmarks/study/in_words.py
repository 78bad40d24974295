"""What published results say in words that need no training in the field."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.statistics import FEW_SEEDS
from benchmarks.study.frontier import MARGIN
from benchmarks.study.report.advice import Advice, compared, has_a_price
from benchmarks.study.report.contrasts import Contrast
from benchmarks.tables import percent

_START = (
    "An agent first learns a game from examples. Then it trains on one rule alone: by copying "
    "right answers (imitation), or by trying and being told what was right (reinforcement). "
    "Which way leaves it better when the rule changes?"
)
_BETTER = ("reinforcement", "imitation")
_VERDICTS = {
    "reinforcement": "reinforcement left it better",
    "imitation": "copying left it better",
    "as good": "copying was about as good or better",
    "equal": "it made next to no difference which",
    "not decided": "the runs are too few to say",
    "floor": "too little is right under the other rule to start with for a comparison",
    "ceiling": "it masters the other rule from the start, so there is nothing to compare",
}


def paragraph(said: Sequence[Advice]) -> str:
    """Return the answer over all settings."""
    headline = _headline(said)
    if not headline:
        return f"{_START} No published run answers that yet."
    names = [one.contrast.setting for one in headline]
    here = [one for one in said if one.contrast.shift == "rule" and one.contrast.setting in names]
    half_way = [one for one in here if one.contrast.topic == "b"]
    equal = [one for one in here if one.contrast.topic == "equal"]
    lead = max(
        (one for one in said if _mattered(one) and one.contrast.topic != "control"),
        key=lambda one: abs(one.contrast.estimate.value),
        default=None,
    )
    rests_on = [*headline, *half_way, *equal, *([lead] if lead else [])]
    parts = [
        _START,
        _outcome(headline),
        _ahead("Half-way, at equal learning rates", half_way),
        _ahead("Compared where both have learned as much of the trained rule", equal),
        _lost(names, said),
        _led(lead.contrast) if lead else "",
        _hedge(min(one.contrast.estimate.seeds for one in rests_on)),
    ]
    return " ".join(part for part in parts if part)


def settings(said: Sequence[Advice]) -> list[str]:
    """Return sentences about each setting: the headline, and what stands against it."""
    return [
        _in_words(one)
        + _price(one)
        + _other_way(one, [a for a in said if a.contrast.topic == "b"])
        + _equally_good(one, [a for a in said if a.contrast.topic == "equal"])
        for one in _headline(said)
    ]


def _headline(said: Sequence[Advice]) -> list[Advice]:
    """Return one for each setting: what validation chose where it did, else the last point."""
    declared = [a for a in said if a.contrast.family == "declared" and a.contrast.shift]
    chosen = {
        a.contrast.setting: a for topic in "ca" for a in declared if a.contrast.topic == topic
    }
    names = list(dict.fromkeys(a.contrast.setting for a in said))
    return sorted(chosen.values(), key=lambda one: names.index(one.contrast.setting))


def _verdict(one: Advice) -> str:
    """Return the key in `_VERDICTS` of what a setting found."""
    if one.verdict == "imitation" and not one.contrast.is_found:
        return "as good" if one.contrast.estimate.low <= -MARGIN else "equal"
    return one.verdict


def _outcome(headline: Sequence[Advice]) -> str:
    """Return in how many settings which way was better, and in which one was."""
    groups: dict[str, list[Advice]] = {key: [] for key in _VERDICTS}
    for one in headline:
        groups[_verdict(one)].append(one)
    told = "; ".join(f"{_VERDICTS[key]} in {len(own)}" for key, own in groups.items() if own)
    ahead = groups["reinforcement"]
    both = ahead and groups["imitation"]
    start = "**Neither way is better everywhere.** " if both else ""
    text = (
        f"{start}Of {_settings(len(headline))}, each a game and an agent, with the learning rate "
        f"and stop that validation chose, {told}."
    )
    if cheap := [one for one in ahead if _has_a_price(one)]:
        text += (
            f" Where reinforcement left it better, it had learned less of the trained rule in "
            f"{len(cheap)} of {len(ahead)}."
        )
    return text


def _ahead(where: str, own: Sequence[Advice]) -> str:
    """Return in how many settings each way is ahead, "" where nothing is compared."""
    if not own:
        return ""
    found = [one for one in own if one.contrast.is_found]
    by_reinforcement, by_copying = ([a for a in found if a.verdict == way] for way in _BETTER)
    told = (
        f"{where}, reinforcement is ahead in {len(by_reinforcement)} and copying in "
        f"{len(by_copying)}"
    )
    ahead = [*by_reinforcement, *by_copying]
    if cheap := [one for one in ahead if _has_a_price(one)]:
        told += (
            f"; in {len(cheap)} of these {len(ahead)} the way that is ahead has learned less of "
            f"the trained rule by then"
        )
    return f"{told}."


def _lost(names: Sequence[str], said: Sequence[Advice]) -> str:
    """Return in how many settings both ways lost some of what the init had."""
    lost = 0
    for name in names:
        own = [a for a in said if a.contrast.topic == "init" and a.contrast.setting == name]
        lost += bool(own) and all(
            a.contrast.is_found and a.contrast.estimate.value < 0 for a in own
        )
    return f"In {lost} both ways are shown to have lost some of what there was before."


def _led(one: Contrast) -> str:
    """Return what a setting beside the method changed."""
    first, second = map(percent, one.rates)
    told = compared(one).replace("SFT", "copying").replace("RL", "reinforcement")
    return (
        f"How one trains mattered too, most in {one.setting}: {told}, {first} % against {second} % "
        f"right under the other rule."
    )


def _hedge(seeds: int) -> str:
    """Return what few training runs mean, "" where there are enough."""
    if seeds >= FEW_SEEDS:
        return ""
    runs = "a single training run" if seeds == 1 else f"{seeds} training runs"
    return f"Part of this rests on {runs}, and others may come out otherwise."


def _settings(count: int) -> str:
    return f"{count} setting{'s' if count > 1 else ''}"


def _mattered(one: Advice) -> bool:
    """Return whether a setting beside the method was found to change success under the shift."""
    return one.verdict == "found" and one.topic == "data" and one.contrast.shift != ""


def _has_a_price(one: Advice) -> bool:
    """Return whether the way that is ahead is shown to have learned less of the trained rule."""
    within = one.within
    return within is not None and one.contrast.is_found and has_a_price(one.contrast, within)


def _in_words(one: Advice) -> str:
    """Return what a setting found as a sentence without terms."""
    contrast = one.contrast
    before = "" if contrast.start is None else f" ({percent(contrast.start)} % before)"
    return (
        f"**{contrast.setting}**: {_VERDICTS[_verdict(one)]}, with "
        f"{percent(contrast.rates[1])} % right under the other rule after copying and "
        f"{percent(contrast.rates[0])} % after reinforcement{before}."
    )


def _price(one: Advice) -> str:
    """Return what both have learned where the side that is ahead has learned less, else ""."""
    within = one.within
    if within is None or not _has_a_price(one):
        return ""
    first, second = map(percent, within.rates)
    return (
        f" But under the trained rule it is {second} % after copying and {first} % after "
        f"reinforcement."
    )


_HALF_WAY = {
    ("imitation", "reinforcement"): "it is the other way round",
    ("reinforcement", "imitation"): "it is the other way round",
    ("not decided", "reinforcement"): "reinforcement is ahead",
    ("not decided", "imitation"): "copying is ahead",
}
"""What is said of a verdict at equal rates and compute, beside that of the headline."""


def _other_way(one: Advice, equal: Sequence[Advice]) -> str:
    """Return a sentence where equal rates and compute tell something else, else ""."""
    here = [a for a in equal if a.contrast.setting == one.contrast.setting]
    for other in (a for a in here if a.contrast.shift and a.contrast.is_found):
        if order := _HALF_WAY.get((one.verdict, other.verdict)):
            first, second = map(percent, other.contrast.rates)
            learned = ""
            if other.within is not None:
                ours, theirs = map(percent, other.within.rates)
                learned = f" Under the trained rule these reach {theirs} % and {ours} %."
            return (
                f" But half-way, at equal learning rates, {order}: {second} % after copying and "
                f"{first} % after reinforcement.{learned}"
            )
    return ""


def _equally_good(one: Advice, equal: Sequence[Advice]) -> str:
    """Return a sentence where one way is ahead though both have learned as much, else ""."""
    for other in equal:
        contrast = other.contrast
        same = contrast.setting == one.contrast.setting and contrast.shift
        if same and contrast.is_found:
            first, second = map(percent, contrast.rates)
            return (
                f" Compared where both are equally good under the trained rule, it is {second} % "
                f"after copying and {first} % after reinforcement."
            )
    return ""
