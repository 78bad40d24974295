"""The answer over all settings, in words that need no training in the field."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.study.findings.phrases import VERDICTS, cases, learned_less, on_few_seeds
from benchmarks.study.findings.verdicts import (
    headline_of,
    is_not_shown_elsewhere,
    is_turned_elsewhere,
    verdict_of,
)
from benchmarks.study.report.advice import Advice

_START = (
    "An agent learns a game from examples (the init), then trains on one rule alone: by copying "
    "right answers (imitation, SFT), or by trying answers and being told whether they were right "
    "(reinforcement, RL). Which way leaves it better off when the rule changes?"
)


def paragraph(said: Sequence[Advice]) -> str:
    """Return the answer over all settings."""
    headline = headline_of(said)
    if not headline:
        return f"{_START} No published run answers that yet."
    parts = [
        _START,
        _outcome("The two", "each way at its best in checks on the trained rule", headline, said),
        _since_the_start([one.contrast.setting for one in headline], said),
    ]
    return " ".join(parts) + _hedge(headline)


def headline_words(said: Sequence[Advice]) -> str:
    """Return the answer in a sentence or two, as README has it."""
    headline = headline_of(said)
    if not headline:
        return "No published run answers that yet."
    names = [one.contrast.setting for one in headline]
    ways = "Copying (imitation, SFT) and reinforcement (RL)"
    chosen = "the learning rate and stopping point that validation chose"
    outcome = _outcome(ways, chosen, headline, said)
    return f"{outcome} {_since_the_start(names, said)}{_hedge(headline)}"


def _outcome(ways: str, chosen: str, headline: Sequence[Advice], said: Sequence[Advice]) -> str:
    """Return in how many settings which way was better.

    Args:
        ways: how both are named.
        chosen: how arms are named that validation chose, where all are such.
        said: all advice, for what else is compared in a setting.
    """
    groups: dict[str, list[Advice]] = {key: [] for key in VERDICTS}
    for one in headline:
        groups[verdict_of(one)].append(one)
    told = "; ".join(f"{VERDICTS[key]} in {len(own)}" for key, own in groups.items() if own)
    ahead = groups["reinforcement"]
    leads = [*ahead, *groups["imitation"]]
    both = ahead and groups["imitation"]
    start = "**Neither way is better everywhere.** " if both else ""
    how = f", with {chosen}" if all(one.contrast.topic == "a" for one in headline) else ""
    where = f"{cases(len(headline))}, each a game and an agent{how}"
    text = f"{start}{ways} were compared in {where}: {told}."
    if price := learned_less(" Where reinforcement came out ahead, it had", ahead):
        text += f"{price}."
    as_good = [*groups["copying as good"], *groups["reinforcement as good"]]
    if idle := sum(map(_has_not_gained, as_good)):
        text += (
            f" In {idle} of {cases(len(as_good))} where a way was about as good or better, it was "
            "right no more often under the trained rule than before."
        )
    if doubted := [one for one in leads if is_not_shown_elsewhere(one, said)]:
        text += (
            f" {_doubts(len(doubted), len(leads))} confirmed by all other comparisons of the two"
        )
        opposed = [one for one in doubted if is_turned_elsewhere(one, said)]
        which = "" if len(doubted) == 1 else f"for {len(opposed)} of them "
        text += f", and {which}another shows the opposite." if opposed else "."
    return text


def _has_not_gained(one: Advice) -> bool:
    """Return whether a way that is called about as good is no better under the trained rule."""
    if one.within is None or one.within.init is None:
        return False
    by_reinforcement, by_copying = one.within.rates
    own = by_copying if verdict_of(one) == "copying as good" else by_reinforcement
    return own <= one.within.init


def _doubts(count: int, of: int) -> str:
    """Return the start of a sentence that denies something of some leads."""
    if of == 1:
        return "That lead is not"
    if count < of:
        return f"{count} of {of} leads {'is' if count == 1 else 'are'} not"
    return "Neither lead is" if of == 2 else "None of these leads is"


def _since_the_start(names: Sequence[str], said: Sequence[Advice]) -> str:
    """Return in how many settings a way gained or both lost of what the init had."""
    own = [a.contrast for a in said if a.contrast.topic == "init" and a.contrast.shift == "rule"]
    gained, lost = 0, 0
    for name in names:
        firm = [one for one in own if one.setting == name and one.is_firm]
        gained += any(one.estimate.value > 0 for one in firm)
        lost += len([one for one in firm if one.estimate.value < 0]) > 1
    start = f"In {cases(gained)} a way is" if gained else "In no case is either way"
    worse = f"in {cases(lost)} both are" if lost else "in no case are both"
    return (
        f"{start} shown to generalise, that is, to be right more often under the other rule than "
        f"before; {worse} shown to be right less often."
    )


def _hedge(rests_on: Sequence[Advice]) -> str:
    """Return how few training runs are behind sentences, and what follows from that."""
    few = on_few_seeds(rests_on)
    return few and f"{few[:-1]}, and other runs may come out differently."
