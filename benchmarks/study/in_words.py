"""What published results say in words that need no training in the field."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.statistics import FEW_SEEDS
from benchmarks.study.endpoints import MARGIN
from benchmarks.study.names import SHIFT_WORDS, arm_name
from benchmarks.study.report.advice import Advice, compared, has_a_price
from benchmarks.study.report.contrasts import Contrast, init_rate
from benchmarks.suites import SUITES
from benchmarks.tables import percent, signed
from benchmarks.tasks import task_named

_START = (
    "An agent first learns a game from examples (the init). Then it trains on one rule alone: by "
    "copying right answers (imitation, SFT), or by trying and being told whether it was "
    "right (reinforcement, RL). "
    "Which way leaves it better when the rule changes?"
)
_BETTER = ("reinforcement", "imitation")
_AGREE = {("copying as good", "imitation"), ("reinforcement as good", "reinforcement")}
"""Verdicts of which the second says more of what the first says."""

_OFF = ("floor", "ceiling")
_VERDICTS = {
    "reinforcement": "reinforcement came out ahead",
    "imitation": "copying came out ahead",
    "equal": "it made next to no difference which",
    "copying as good": "copying was about as good or better",
    "reinforcement as good": "reinforcement was about as good or better",
    "forgotten": "both forgot nearly all of the other rule",
    "not decided": "the runs are too few to say",
    "floor": "the agent knew too little of the other rule beforehand for a comparison",
    "ceiling": "the agent knew nearly all of the other rule beforehand",
}


def paragraph(said: Sequence[Advice]) -> str:
    """Return the answer over all settings."""
    headline = _headline(said)
    if not headline:
        return f"{_START} No published run answers that yet."
    parts = [
        _START,
        _outcome(headline, said, "each way at its best in checks on the trained rule"),
        _since_the_start([one.contrast.setting for one in headline], said),
    ]
    return " ".join(parts) + _hedge(headline)


def beside_the_answer(said: Sequence[Advice]) -> list[str]:
    """Return what else was compared over all settings, a sentence or two for each."""
    headline = _headline(said)
    names = [one.contrast.setting for one in headline]
    half_way, equal, end = (_of_topic(topic, names, said) for topic in ("b", "equal", "c"))
    lead = max(
        (one for one in said if one.contrast.shift == "rule" and _mattered(one)),
        key=lambda one: abs(one.contrast.estimate.value),
        default=None,
    )
    told = [
        _ahead("Half-way through training, with equal learning rates", half_way),
        _ahead("At the end of training", end) if end != headline else "",
        _equal(equal),
        _largest_gain(names, said),
        _slower(said),
        _led(lead, said) if lead else "",
    ]
    return [sentence for sentence in told if sentence]


def headline_words(said: Sequence[Advice]) -> str:
    """Return the answer in a sentence or two, as README has it."""
    headline = _headline(said)
    if not headline:
        return "No published run answers that yet."
    names = [one.contrast.setting for one in headline]
    outcome = _outcome(headline, said, "with the learning rate and stop that validation chose")
    return f"{outcome} {_since_the_start(names, said)}{_hedge(headline)}"


def settings(said: Sequence[Advice]) -> list[str]:
    """Return sentences about each setting: the headline, and what stands against it."""
    told = []
    for one in [*_headline(said), *_left_out(said)]:
        here = [a for a in said if a.contrast.setting == one.contrast.setting]
        told.append(
            _in_words(one, init_rate([a.contrast for a in here]))
            + _price(one)
            + "".join(
                _otherwise(one, other) for other in here if other.contrast.topic in _OTHERWISE
            )
            + "".join(_other_look(other) for other in here)
            + (_at_the_end(one) if one.contrast.family != "declared" else "")
        )
    return told


def easier_rules(said: Sequence[Advice]) -> list[str]:
    """Return the settings whose init reaches more under the other rule than under the trained."""
    return [
        one.contrast.setting
        for one in _headline(said)
        if one.within is not None
        and one.contrast.start is not None
        and one.within.start is not None
        and one.contrast.start > one.within.start
    ]


def _headline(said: Sequence[Advice]) -> list[Advice]:
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


def _of_topic(topic: str, names: Sequence[str], said: Sequence[Advice]) -> list[Advice]:
    """Return what is said of some settings under another rule."""
    return [
        one
        for one in said
        if (one.contrast.topic, one.contrast.shift) == (topic, "rule")
        and one.contrast.setting in names
    ]


def _left_out(said: Sequence[Advice]) -> list[Advice]:
    """Return the last points of studies that left cities out, of which nothing is declared."""
    return [
        one
        for one in said
        if one.contrast.is_cv and (one.contrast.topic, one.contrast.shift) == ("c", "rule")
    ]


def _verdict(one: Advice) -> str:
    """Return the key in `_VERDICTS` of what a setting found."""
    if one.verdict in (*_OFF, "forgotten") or (one.verdict in _BETTER and one.contrast.is_firm):
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


def _outcome(headline: Sequence[Advice], said: Sequence[Advice], chosen: str) -> str:
    """Return in how many settings which way was better.

    Args:
        said: all advice, for what else is compared in a setting.
        chosen: how arms are named that validation chose, where all are such.
    """
    groups: dict[str, list[Advice]] = {key: [] for key in _VERDICTS}
    for one in headline:
        groups[_verdict(one)].append(one)
    told = "; ".join(f"{_VERDICTS[key]} in {len(own)}" for key, own in groups.items() if own)
    ahead = groups["reinforcement"]
    leads = [*ahead, *groups["imitation"]]
    both = ahead and groups["imitation"]
    start = "**Neither way is better everywhere.** " if both else ""
    how = f" {chosen}," if all(one.contrast.topic == "a" for one in headline) else ""
    text = f"{start}Of {_settings(len(headline))}, each a game and an agent,{how} {told}."
    if cheap := [one for one in ahead if _has_a_price(one)]:
        text += (
            f" Where reinforcement came out ahead, it had learned less of the trained rule"
            f"{_of(len(cheap), len(ahead))}."
        )
    if doubted := [one for one in leads if _is_not_shown_elsewhere(one, said)]:
        text += f" {_doubts(len(doubted), len(leads))} shown by all other comparisons of the two"
        opposed = [one for one in doubted if _is_turned_elsewhere(one, said)]
        where = "" if len(leads) == 1 else f"in {len(opposed)} of them " if opposed else ""
        text += f", and {where}one shows the opposite." if opposed else "."
    if len(leads) < len(headline) and all(one.contrast.is_of_grid for one in headline):
        text += (
            " Only who is ahead is told by declared tests; the others are readings of intervals, "
            "which were added when results were known."
        )
    return text


def _doubts(count: int, of: int) -> str:
    """Return the start of a sentence that denies something of some leads."""
    if of == 1:
        return "That lead is not"
    if count < of:
        return f"{count} of {of} leads {'is' if count == 1 else 'are'} not"
    return "Neither lead is" if of == 2 else "None of these leads is"


def _is_not_shown_elsewhere(one: Advice, said: Sequence[Advice]) -> bool:
    """Return whether another comparison of a setting does not show who is ahead in one."""
    return any(
        other.verdict != one.verdict or not other.contrast.is_firm
        for other in said
        if (other.contrast.setting, other.contrast.shift) == (one.contrast.setting, "rule")
        and other.contrast.topic in _OTHERWISE
    )


def _is_turned_elsewhere(one: Advice, said: Sequence[Advice]) -> bool:
    """Return whether another comparison of a setting shows the other side ahead."""
    return any(
        other.verdict in _BETTER and other.verdict != one.verdict and other.contrast.is_firm
        for other in said
        if (other.contrast.setting, other.contrast.shift) == (one.contrast.setting, "rule")
        and other.contrast.topic in _OTHERWISE
    )


def _equal(own: Sequence[Advice]) -> str:
    """Return who is ahead where validation has both as good; tests need not."""
    apart = [
        one
        for one in own
        if one.verdict not in _OFF and one.within is not None and one.within.is_found
    ]
    more = f" In {len(apart)} of these, one is ahead in tests of the trained rule." if apart else ""
    return _ahead("Where validation has both as good at the trained rule", own, more)


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
        f"not shown once it is corrected for all comparisons that no protocol declares ({tests})."
    )


def _ahead(where: str, own: Sequence[Advice], more: str = "") -> str:
    """Return in how many settings each way is ahead, of those that can tell; "" without any.

    Args:
        more: another sentence, before that on training runs.
    """
    asked = len(own)
    own = [one for one in own if one.verdict not in _OFF]
    if not own:
        return ""
    of = str(asked) if len(own) == asked else f"the {len(own)} whose agent knew enough beforehand"
    found = [one for one in own if one.contrast.is_firm]
    by_reinforcement, by_copying = ([a for a in found if a.verdict == way] for way in _BETTER)
    ahead = [*by_reinforcement, *by_copying]
    if not ahead:
        return f"{where}, neither way is shown ahead in any of {of}.{more}{_few(own)}"
    told = (
        f"{where}, reinforcement is ahead in {len(by_reinforcement)} of {of} and copying in "
        f"{len(by_copying)}"
    )
    if cheap := [one for one in ahead if _has_a_price(one)]:
        told += (
            f"; the way that is ahead has then learned less of the trained rule"
            f"{_of(len(cheap), len(ahead))}"
        )
    return f"{told}.{more}{_few(own)}"


def _of(count: int, all_of_them: int) -> str:
    """Return " in 1 of 3", "" where it is all of them."""
    return "" if count == all_of_them else f" in {count} of {all_of_them}"


def _since_the_start(names: Sequence[str], said: Sequence[Advice]) -> str:
    """Return in how many settings a way gained or both lost of what the init had."""
    own = [a.contrast for a in said if a.contrast.topic == "init" and a.contrast.shift == "rule"]
    gained, lost = 0, 0
    for name in names:
        firm = [one for one in own if one.setting == name and one.is_firm]
        gained += any(one.estimate.value > 0 for one in firm)
        lost += len([one for one in firm if one.estimate.value < 0]) > 1
    start = f"In {gained} a way is" if gained else "In none is a way"
    return (
        f"{start} shown to generalise, that is, to be right more often under the other rule than "
        f"before; both are shown to be right less often in {lost or 'none'}."
    )


def _led(one: Advice, said: Sequence[Advice]) -> str:
    """Return what a setting beside the method changed.

    Args:
        said: all advice, for what is to be set beside it.
    """
    contrast, within = one.contrast, one.within
    first, second = map(percent, contrast.rates)
    told = compared(contrast).replace("SFT", "copying").replace("RL", "reinforcement")
    learned = ""
    if within is not None:
        ours, theirs = map(percent, within.rates)
        learned = f" (and {ours} % against {theirs} % under the trained one)"
    start = told[0].upper() + told[1:]
    return (
        f"How one trains mattered too. {start}: {first} % against {second} % right under the other "
        f"rule{learned}, the largest difference that did not cost the trained rule "
        f"({contrast.setting}).{_rehearsed(contrast, said)}{_few([one])}"
    )


def _rehearsed(lead: Contrast, said: Sequence[Advice]) -> str:
    """Return what the init's demonstrations alone reach where half of all are such, else ""."""
    if lead.first != arm_name("sft-diverse"):
        return ""
    carried = arm_name("init-on")
    alone = [
        one
        for one in said
        if (one.contrast.setting, one.contrast.first) == (lead.setting, carried)
        and one.contrast.shift == lead.shift
        and one.within is not None
    ]
    return "".join(
        f" The diverse half is of the kind that the init had learned from; with that kind alone "
        f"it is {percent(one.contrast.rates[0])} % (and {percent(one.within.rates[0])} %)."
        for one in alone[:1]
        if one.within is not None
    )


def _slower(said: Sequence[Advice]) -> str:
    """Return in how many comparisons of learning rates the smallest kept more."""
    compared = [
        one
        for one in said
        if (one.contrast.topic, one.contrast.shift) == ("rate", "rule") and one.verdict not in _OFF
    ]
    if not compared:
        return ""
    firm = [one for one in compared if one.contrast.is_firm]
    kept = [one for one in firm if one.contrast.estimate.value > 0]
    text = (
        f"The speed of learning counts as well: with the smallest learning rate a way keeps more "
        f"of the other rule than with the largest in {len(kept)} of {len(compared)} comparisons, "
        f"and less in {len(firm) - len(kept)}."
    )
    if cheap := [one for one in kept if _has_a_price(one)]:
        text += (
            f" Where it keeps more it has learned less of the trained rule"
            f"{_of(len(cheap), len(kept))}."
        )
    return text + _few(compared)


def _few(rests_on: Sequence[Advice]) -> str:
    """Return how few training runs are behind a sentence, "" where there are enough."""
    seeds = min(one.contrast.estimate.seeds for one in rests_on)
    if seeds >= FEW_SEEDS:
        return ""
    runs = "a single training run" if seeds == 1 else f"{seeds} training runs each"
    some = "This rests" if len(rests_on) == 1 else "Some of this rests"
    return f" {some} on {runs}."


def _hedge(rests_on: Sequence[Advice]) -> str:
    """Return how few training runs are behind sentences, and what follows from that."""
    few = _few(rests_on)
    return few and f"{few[:-1]}, and others may come out otherwise."


def _settings(count: int) -> str:
    return f"{count} case{'s' if count > 1 else ''}"


def _mattered(one: Advice) -> bool:
    """Return whether a setting beside the method is shown to change success under the shift.

    One that is ahead because it has hardly learned the trained rule tells nothing.
    """
    return one.verdict == "found" and one.topic == "data" and not _has_a_price(one)


def _has_a_price(one: Advice) -> bool:
    """Return whether the way that is ahead is shown to have learned less of the trained rule."""
    if one.within is None or not one.contrast.is_found:
        return False
    return has_a_price(one.contrast, one.within)


def _in_words(one: Advice, start: float | None) -> str:
    """Return what a setting found as a sentence without terms."""
    contrast = one.contrast
    before = "" if start is None else f" ({percent(start)} % before)"
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


_OTHERWISE = {
    "b": "at half of the compute and equal learning rates",
    "c": "at the end of training",
    "equal": "where validation has both as good at the trained rule",
    "tied": "on average over all rates and points that validation finds equally good",
}
"""Where else both are compared, beside the headline."""


def _at_the_end(one: Advice) -> str:
    """Return what is told of a study whose last points no protocol declares."""
    contrast = one.contrast
    right = task_named(SUITES[contrast.suite].task).metrics[contrast.metric].title.lower()
    within = "" if _price(one) else _trained(one)
    return (
        f"{within} Right is told by {right}, at the end of training, with one learning rate for "
        "each method; no declared test."
    )


def _otherwise(one: Advice, other: Advice) -> str:
    """Return a sentence where another comparison shows what the headline does not, or not what it
    shows; else ""."""
    contrast, shown = other.contrast, _verdict(one)
    if contrast.shift != "rule" or contrast.topic == one.contrast.topic or one.verdict in _OFF:
        return ""
    first, second = map(percent, contrast.rates)
    found = other.verdict in _BETTER and contrast.is_firm
    if found and shown == other.verdict:
        return ""
    if not found:
        if shown not in _BETTER:
            return ""
        fewer = contrast.estimate.seeds < one.contrast.estimate.seeds
        runs = f" ({contrast.estimate.seeds} training runs)" if fewer else ""
        return (
            f" That lead is not shown {_OTHERWISE[contrast.topic]}: {second} % after copying and "
            f"{first} % after reinforcement{runs}.{_learned(other)}"
        )
    ahead = "reinforcement is ahead" if other.verdict == "reinforcement" else "copying is ahead"
    order = "it is the other way round" if shown in _BETTER else ahead
    agrees = (shown, other.verdict) in _AGREE
    return (
        f" {'And' if agrees else 'But'} {_OTHERWISE[contrast.topic]}, {order}: {second} % after "
        f"copying and {first} % after reinforcement.{_learned(other)}"
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
    return f" Under {under} it is {second} % after copying and {first} % after reinforcement."
