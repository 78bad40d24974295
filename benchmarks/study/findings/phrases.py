"""Parts of sentences that several pages of findings share."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.statistics import FEW_SEEDS
from benchmarks.study.findings.verdicts import has_paid
from benchmarks.study.report.advice import Advice

VERDICTS = {
    "reinforcement": "reinforcement came out ahead",
    "imitation": "copying came out ahead",
    "equal": "the two came out about equal",
    "copying as good": "copying was about as good or better",
    "reinforcement as good": "reinforcement was about as good or better",
    "forgotten": "both forgot nearly all of the other rule",
    "not decided": "there are too few runs to say",
    "floor": "the agent knew too little of the other rule beforehand to compare the two",
    "ceiling": "the agent knew nearly all of the other rule beforehand",
}
"""What `verdicts.verdict_of` returns, in words."""


def cases(count: int) -> str:
    """Return "1 case" or "2 cases"."""
    return f"{count} case{'' if count == 1 else 's'}"


def listed(parts: Sequence[str]) -> str:
    """Return "a", "a and b", or "a, b and c"."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def on_few_seeds(rests_on: Sequence[Advice]) -> str:
    """Return how few training runs are behind a sentence, "" where there are enough."""
    seeds = min(one.contrast.estimate.seeds for one in rests_on)
    if seeds >= FEW_SEEDS:
        return ""
    runs = "a single training run" if seeds == 1 else f"{seeds} training runs each"
    some = "This rests" if len(rests_on) == 1 else "Some of this rests"
    return f" {some} on {runs}."


def learned_less(start: str, leads: Sequence[Advice]) -> str:
    """Return in how many leads the side that is ahead has learned less of the trained rule.

    Args:
        start: of the words; they end without a full stop, and are "" where it is in none.
    """
    paid = sum(map(has_paid, leads))
    where = "" if paid == len(leads) else f" in {paid} of {len(leads)}"
    return f"{start} learned less of the trained rule{where}" if paid else ""
