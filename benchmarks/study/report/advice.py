"""Which should I use? Sentences that are computed from tests, each with the test that it is of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from benchmarks.statistics import FEW_SEEDS
from benchmarks.study.endpoints import MARGIN
from benchmarks.study.names import SHIFT_WORDS
from benchmarks.study.presets.declared import DECLARED
from benchmarks.study.presets.schema import CHOSEN, HALF_ONLY
from benchmarks.study.report.contrasts import Contrast
from benchmarks.tables import percent, signed

FLOOR, CEILING = 0.15, 0.85
"""Below the floor, before and after training, a setting decides nothing. Of a grid neither does one
whose init is below the floor or above the ceiling under the shifted rule: so docs/protocol.md."""

RANGE = f"{100 * FLOOR:.0f}-{100 * CEILING:.0f} %"

MOST_SEEDS = 1_000

Verdict = Literal[
    "reinforcement", "imitation", "found", "forgotten", "not decided", "floor", "ceiling"
]

FINDINGS: Sequence[Verdict] = ("reinforcement", "imitation", "found")
"""Verdicts by which one side is ahead, or at least not behind by what matters."""

TOPICS = {
    "shift": "By the kind of shift",
    "budget": "By the budget",
    "data": "By the data and the settings",
    "kept": "What training on one rule costs",
}
_TOPIC_OF = {
    "a": "shift",
    "c": "shift",
    "equal": "shift",
    "tied": "shift",
    "b": "budget",
    "budget": "budget",
    "rate": "data",
    "stop": "data",
    "working": "data",
    "control": "data",
    "init": "kept",
}


@dataclass(frozen=True)
class Advice:
    """A sentence and the test that it is of.

    Attributes:
        topic: one of `TOPICS`.
        says: the advice, a sentence.
        because: rates, difference, interval and p, a sentence.
        within: the same comparison in distribution; None where it is not measured.
    """

    topic: str
    verdict: Verdict
    says: str
    because: str
    contrast: Contrast
    within: Contrast | None = None


def advice(contrasts: Sequence[Contrast]) -> list[Advice]:
    """Return a sentence for each contrast, in the order of `TOPICS`."""
    within = {_place(one): one for one in contrasts if not one.shift}
    found = [_advice(one, within.get(_place(one))) for one in contrasts]
    order = list(TOPICS)
    return sorted(found, key=lambda one: order.index(one.topic))


def p_number(p: float | None) -> str:
    """Return "0.012", or "< 0.001"; "" where there is no test."""
    if p is None:
        return ""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def p_value(p: float) -> str:
    """Return "p = 0.012", or "p < 0.001"."""
    return f"p {'' if p < 0.001 else '= '}{p_number(p)}"


def numbers_of(one: Contrast) -> str:
    """Return a contrast's numbers as a sentence."""
    estimate = one.estimate
    before = "" if one.start is None or one.topic == "init" else f", init {percent(one.start)} %"
    metric = one.metric.replace("_", " ")
    seeds = f"{estimate.seeds} seed{'s' if estimate.seeds > 1 else ''}"
    if estimate.seeds < FEW_SEEDS:
        seeds = f"conditional on {seeds}"
    test = f"{p_value(one.p)} by Holm, " if one.p is not None else ""
    return (
        f"{one.first} {percent(one.rates[0])} %, {one.second} {percent(one.rates[1])} %{before} "
        f"({metric} on {one.column}): {signed(estimate.value)} points "
        f"[{signed(estimate.low)}, {signed(estimate.high)}], {test}{seeds}, "
        f"{estimate.episodes:,} episodes."
    )


def more_needed(one: Contrast) -> str:
    """Return what would decide a contrast that is not decided."""
    needed, estimate = one.seeds_needed, one.estimate
    if not one.is_tested:
        return "it is of one seed, which tells nothing of others"
    margin = f"{100 * MARGIN:.0f} points"
    each = estimate.episodes // estimate.seeds
    if needed is None:
        return f"no episode came out differently; more than {each:,} episodes a seed are needed"
    if needed > MOST_SEEDS:
        return (
            f"more than {MOST_SEEDS:,} seeds of {each:,} episodes would find {margin}, uncorrected"
        )
    if needed <= estimate.seeds:
        return f"these seeds would find {margin}, uncorrected, with a power of 80 %"
    return f"{needed} seeds of {each:,} episodes would find {margin}, uncorrected"


def _open(one: Contrast) -> str:
    """Return why a contrast is not decided."""
    if one.is_found:
        return "redrawn seeds tell the two apart, a test over seeds alone does not"
    return more_needed(one)


def _advice(one: Contrast, within: Contrast | None) -> Advice:
    if one.topic in ("rate", "stop", "working", "control", "init"):
        verdict, says = _control(one)
        behind = "it"
    else:
        verdict, says = _arms(one)
        behind = "RL" if one.estimate.value > 0 else "SFT"
    if verdict in FINDINGS and one.shift:
        says = says[:-1] + _price(one, within, behind) + "."
    return Advice(_TOPIC_OF[one.topic], verdict, says, numbers_of(one), one, within)


def compared(one: Contrast) -> str:
    """Return what a contrast compares, in words: "at the end of training"."""
    return {
        "a": "each with the learning rate and stop that validation chose",
        "b": "at equal learning rates after half of the compute",
        "c": "at the end of training",
        "control": f"{one.about}, against {one.second}",
    }.get(one.topic, one.about)


def _where(one: Contrast) -> str:
    """Return the shift and the budget of a contrast of the two methods, in words."""
    under = f"Under {SHIFT_WORDS.get(one.shift, one.shift)}" if one.shift else "In distribution"
    return f"{under}, {compared(one)}"


def _arms(one: Contrast) -> tuple[Verdict, str]:
    """Return what follows for the choice between the two methods."""
    where, estimate = _where(one), one.estimate
    most = one.bounds[1]
    if nothing := _nothing(one):
        verdict, why = nothing
        return verdict, f"{where}: nothing follows, {why}."
    if one.seeds_awaited:
        return "not decided", f"{where}: not decided yet; {_awaited(one)}."
    if one.start is not None and max(one.rates) < min(FLOOR, one.start / 2):
        kept = f"{percent(one.start)} % before, {percent(max(one.rates))} % at most after either"
        return "forgotten", f"{where}: both methods forget nearly all, {kept}."
    if one.is_firm and estimate.value > 0:
        return "reinforcement", f"{where}: reinforcement pays{_ends(one, 0)}."
    if one.is_firm:
        return "imitation", f"{where}: imitation is enough, and better{_ends(one, 1)}."
    if most < MARGIN and one.sees is not None:
        lead = f"is at most {percent(most)} points ahead" if most > 0 else "is not ahead"
        return "imitation", f"{where}: imitation is enough, RL {lead}."
    return "not decided", f"{where}: not decided; {_open(one)}."


def _awaited(one: Contrast) -> str:
    """Return what is missing of an endpoint that is looked at before its time."""
    told = f"it is declared with {one.seeds_awaited} seeds, and {one.estimate.seeds} are here"
    has_further = DECLARED[one.suite].of_b_at_first < one.seeds_awaited
    if has_further and not one.preset.endswith(CHOSEN):
        studies = f"{CHOSEN} and {HALF_ONLY}" if one.topic == "b" else CHOSEN
        told += f"; studies whose presets end in {studies} have the others"
    return told


def _nothing(one: Contrast) -> tuple[Verdict, str] | None:
    """Return why nothing follows from a contrast, None where something does."""
    start = one.start
    if max(one.rates) < FLOOR and (start or 0.0) < FLOOR:
        return "floor", f"all are at the floor (under {100 * FLOOR:.0f} %)"
    if min(one.rates) > CEILING and one.is_tested and one.sees is None:
        return "ceiling", "both are at the ceiling, and no episode came out differently"
    if one.init is None or one.topic == "init" or not starts_off_range(one):
        return None
    told = f"the init is at {percent(one.init)} %, outside {RANGE}"
    return ("floor" if one.init < FLOOR else "ceiling"), told


def starts_off_range(one: Contrast) -> bool:
    """Return whether it is of a grid whose init is outside `RANGE` under the shifted rule."""
    if one.init is None or one.shift != "rule" or not one.is_of_grid:
        return False
    return not FLOOR <= one.init <= CEILING


def _ends(one: Contrast, side: int) -> str:
    """Return where the side that is ahead ends, beside its init: what was measured, no test."""
    if not one.shift or one.start is None:
        return ""
    above = one.rates[side] > one.start
    return "; it ends above its init" if above else "; it forgets less, and ends below its init"


def _place(one: Contrast) -> tuple[str, ...]:
    """Return what two contrasts share that compare the same arms on two columns."""
    return one.setting, one.topic, one.about, one.first, one.second


def has_a_price(one: Contrast, within: Contrast) -> bool:
    """Return whether the side that is ahead is shown to have learned less of the trained rule."""
    return within.is_firm and within.estimate.value * one.estimate.value < 0


def _price(one: Contrast, within: Contrast | None, behind: str) -> str:
    """Return what the side that is ahead lacks in distribution, "" where nothing is shown.

    Args:
        behind: that side, in words.
    """
    if within is None or not has_a_price(one, within):
        return ""
    points = percent(abs(within.estimate.value))
    if one.is_firm and one.estimate.value < 0 and behind == "it":
        return f", and has learned {points} points more of the trained rule"
    return f"; but {behind} has learned less of the trained rule, by {points} points"


def _control(one: Contrast) -> tuple[Verdict, str]:
    """Return what follows of a contrast of two settings, or of an arm with its init."""
    under = f"under {SHIFT_WORDS.get(one.shift, one.shift)}" if one.shift else "in distribution"
    subject = compared(one)
    subject = subject[0].upper() + subject[1:]
    if nothing := _nothing(one):
        reason, why = nothing
        return reason, f"{subject}, {under}: nothing follows, {why}."
    if one.is_firm:
        verb = "adds" if one.estimate.value > 0 else "costs"
        if one.topic == "init":
            verb = "gains" if one.estimate.value > 0 else "forgets"
        return "found", f"{subject}, {under}: it {verb} {percent(abs(one.estimate.value))} points."
    return "not decided", f"{subject}, {under}: not decided; {_open(one)}."
