"""Tables of contrasts: of a report, and of the page of what was found."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.significance import seeds_with_episodes
from benchmarks.statistics import FEW_SEEDS, Estimate, conditional
from benchmarks.study.endpoints import MARGIN
from benchmarks.study.names import ENDPOINT_NAMES, SHIFT_WORDS, SUITE_NAMES
from benchmarks.study.report.advice import (
    RANGE,
    Advice,
    compared,
    p_number,
    starts_off_range,
)
from benchmarks.study.report.contrasts import Contrast, by_setting, init_rate
from benchmarks.suites import SUITES
from benchmarks.tables import Table, percent, signed
from benchmarks.tasks import task_named

_FIRM = " \u2020"
"""Marks a difference that is significant at 5 %, corrected, and firm: words count these."""

_FOUND = " (\u2020)"
"""Marks one that is not firm: not found by a test over seeds alone."""

_OFF = " \u2021"
"""Marks an init off the range that docs/protocol.md declares, where a setting decides nothing."""

_FOR = f"Seeds (episodes) for {100 * MARGIN:.0f}"
"""The column that tells what a difference of `MARGIN` needs."""


def settings_table(contrasts: Sequence[Contrast]) -> Table:
    """Return a row for each setting of a grid: what validation chose reaches, and all endpoints."""
    shown = [one for one in _endpoints(contrasts) if one.is_of_grid]
    found: dict[str, dict[str, Contrast]] = {}
    for one in shown:
        found.setdefault(one.setting, {})[one.topic] = one
    trained = {one.setting: one for one in contrasts if (one.topic, one.column) == ("a", "in")}
    rows = []
    for setting, by_topic in found.items():
        chosen = by_topic.get("a")
        rows.append(
            [
                setting,
                *(
                    ["", "", ""]
                    if chosen is None
                    else _reached(chosen, init_rate(by_topic.values()), trained.get(setting))
                ),
                *(_marked(by_topic.get(topic)) for topic in ENDPOINT_NAMES),
            ]
        )
    note = (
        f"{_right(shown)} The init on all its episodes; SFT and RL with the rate and stop that "
        f"validation chose, (a). "
        f"{_FIRM.strip()}: significant at 5 %, corrected by Holm, and in a test over seeds alone "
        f"too; {_FOUND.strip()}: not in the latter, so the text does not count it. Equal success: "
        f"matched on validation{_of_seeds(shown)}. The tests and the range of the init were "
        "declared beforehand; the test over seeds alone, and when a way is called about as good, "
        "were added once results were known."
    )
    if any(_OFF in init for _, init, *_ in rows):
        note += (
            f" {_OFF.strip()}: outside {RANGE}, the declared range, so the setting decides "
            "nothing, whatever its tests find."
        )
    return Table(
        "Right under another rule (in brackets under the trained one), in percent, and RL \u2212 "
        "SFT under the other rule in points [95 %]",
        ["setting", "init", "SFT", "RL", *ENDPOINT_NAMES.values()],
        rows,
        note=note,
    )


def _right(contrasts: Sequence[Contrast]) -> str:
    """Return what counts as right in which suite."""
    suites: dict[str, list[str]] = {}
    for suite, metric in dict.fromkeys((one.suite, one.metric) for one in contrasts):
        title = task_named(SUITES[suite].task).metrics[metric].title.lower()
        suites.setdefault(title, []).append(SUITE_NAMES[suite].lower())
    told = "; ".join(f"{title} ({', '.join(names)})" for title, names in suites.items())
    return f"Right: {told}."


def _reached(one: Contrast, start: float | None, trained: Contrast | None) -> list[str]:
    """Return what the init, SFT and RL reach, in brackets under the trained rule; the init marked
    where the setting decides nothing."""
    off = _OFF if starts_off_range(one) else ""
    own = [start, *reversed(one.rates)]
    within = [None] * 3 if trained is None else [trained.init, *reversed(trained.rates)]
    return [
        ""
        if rate is None
        else percent(rate) + mark + ("" if other is None else f" ({percent(other)})")
        for rate, other, mark in zip(own, within, (off, "", ""))
    ]


def _of_seeds(shown: Sequence[Contrast]) -> str:
    """Return of how many seeds equal success is, where that is fewer than of other endpoints."""
    few, most = ({o.estimate.seeds for o in shown if o.topic == topic} for topic in ("equal", "a"))
    if not few or few == most:
        return ""
    told = f"{min(few)}" if len(few) == 1 else f"{min(few)} to {max(few)}"
    return f", on {told} seeds"


def _marked(one: Contrast | None) -> str:
    """Return a difference, marked where it is found."""
    if one is None:
        return ""
    mark = _FIRM if one.is_firm else _FOUND
    return points(one.estimate) + (mark if one.is_found else "")


def _endpoints(contrasts: Sequence[Contrast]) -> list[Contrast]:
    """Return the endpoints among contrasts, under another rule alone, setting by setting."""
    return by_setting([one for one in contrasts if one.is_endpoint])


def endpoints_table(contrasts: Sequence[Contrast]) -> Table:
    """Return the endpoints among contrasts, under another rule alone."""
    shown = _endpoints(contrasts)
    trained = {(one.setting, one.topic): one for one in contrasts if one.column == "in"}
    learned = [trained.get((one.setting, one.topic)) for one in shown]
    rows = [
        [
            one.setting,
            ENDPOINT_NAMES[one.topic],
            "" if one.start is None else percent(one.start),
            percent(one.rates[1]),
            percent(one.rates[0]),
            points(one.estimate),
            p_number(one.p),
            p_number(one.over_seeds),
            _each_seed(one),
            *("" if within is None else percent(within.rates[side]) for side in (1, 0)),
            _seeds(one),
            "" if one.sees is None else percent(one.sees),
            _needed(one),
        ]
        for one, within in zip(shown, learned)
    ]
    early = ""
    if awaited := {one.seeds_awaited for one in shown} - {0}:
        seeds = " or ".join(map(str, sorted(awaited)))
        early = f"Endpoints are declared with {seeds} seeds; with fewer they are interim. "
    late = ""
    if added := {one.seeds_at_first for one in shown if one.seeds_at_first}:
        seeds = " or ".join(map(str, sorted(added)))
        late = f"(b) was declared with {seeds} seeds; more were added once those had been seen. "
    return Table(
        "RL \u2212 SFT under another rule",
        [
            "setting", "endpoint", "init %", "SFT %", "RL %", "RL \u2212 SFT, points [95 %]",
            "p by Holm", "p over seeds", "each seed", "trained rule: SFT %", "RL %", "seeds",
            "detectable", _FOR.lower(),
        ],
        rows,
        numbers_from=2,
        note=(
            f"Intervals are not corrected for the number of comparisons; p is, for all tests that "
            f"are declared for the suite, run or not. {early}{late}"
            f"p over seeds: Student's t-test on one number per seed, not corrected. "
            f"Detectable: the smallest difference that these seeds find with a power of 80 %, "
            f"uncorrected. {_FOR}: how many such seeds, at least {FEW_SEEDS}, each with a test "
            f"part of its own, would find {100 * MARGIN:.0f} points, and how many episodes that "
            "is of each method at each rate. Equal success is matched on validation, so "
            "success on test episodes may still differ; it is not a declared test, and is "
            "corrected with the other undeclared ones. "
            f"{_of_few(shown)}"
        ).strip(),
    )  # fmt: skip


def compared_table(title: str, said: Sequence[Advice]) -> Table:
    """Return comparisons out of distribution, each beside the same under the trained rule."""
    rows = [
        [
            one.contrast.setting,
            compared(one.contrast),
            SHIFT_WORDS.get(one.contrast.shift, one.contrast.shift),
            *(
                f"{side} {percent(rate)}"
                for side, rate in zip((one.contrast.first, one.contrast.second), one.contrast.rates)
            ),
            points(one.contrast.estimate),
            p_number(one.contrast.p),
            p_number(one.contrast.over_seeds),
            "" if one.within is None else points(one.within.estimate),
            str(one.contrast.estimate.seeds),
            _needed(one.contrast),
        ]
        for one in said
    ]
    return Table(
        title,
        [
            "setting", "compared", "under", "first, %", "second, %", "first \u2212 second [95 %]",
            "p by Holm", "p over seeds", "the same under the trained rule", "seeds",
            _FOR.lower(),
        ],
        rows,
        numbers_from=5,
        note=(
            f"p over seeds: Student's t-test on one number per seed, not corrected. {_FOR}: how "
            f"many such seeds, at least {FEW_SEEDS}, and episodes of each arm would find "
            f"{100 * MARGIN:.0f} points with a power of 80 %, uncorrected. "
            f"{_of_few([one.contrast for one in said])}"
        ).strip(),
    )  # fmt: skip


def _of_few(contrasts: Sequence[Contrast]) -> str:
    """Return what few seeds mean for a table, "" where all of its rows have enough."""
    counts = [one.estimate.seeds for one in contrasts]
    if counts and min(counts) < FEW_SEEDS <= max(counts):
        return f"Rows of fewer than {FEW_SEEDS} seeds are conditional on these runs."
    return conditional(min(counts)) if counts else ""


def _each_seed(one: Contrast) -> str:
    """Return the difference of each seed, in whole points."""
    values = one.estimate.by_seed.values()
    return ", ".join(f"{100 * value:+.0f}".replace("-", "\u2212") for value in values)


def _needed(one: Contrast) -> str:
    return seeds_with_episodes(one.test, MARGIN) if one.is_tested else ""


def _seeds(one: Contrast) -> str:
    """Return the seeds of an endpoint, "3 of 6" where it was declared with more."""
    told, awaited = one.estimate.seeds, one.seeds_awaited
    return f"{told} of {awaited}" if awaited else str(told)


def points(estimate: Estimate) -> str:
    """Return a difference with its interval."""
    return f"{signed(estimate.value)} [{signed(estimate.low)}, {signed(estimate.high)}]"
