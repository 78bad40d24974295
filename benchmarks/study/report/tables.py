"""The tables of a report."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.leaderboard import paper
from benchmarks.significance import difference_test
from benchmarks.statistics import Estimate, rate
from benchmarks.study.cells import CURVE_REPLICATES, PlayedByArm
from benchmarks.study.endpoints import (
    CHOOSES,
    Choice,
    arms_by_rate,
    choose,
    differences,
    on_validation,
)
from benchmarks.study.names import ENDPOINT_NAMES, SUITE_NAMES, arm_name, setting_name
from benchmarks.study.overturned import (
    NO_CONTROL,
    NOT_THERE,
    Verdict,
    confronted,
    controls_of,
)
from benchmarks.study.report.advice import p_value
from benchmarks.study.report.contrast_tables import endpoints_table, points
from benchmarks.study.report.summary import Setting, Summary
from benchmarks.tables import Table, interval, percent

RATES_AS_GOOD = "rates as good"
"""The column of `choices_table` that tells how many rates could have been chosen as well."""

THE_HEADLINE, UNDECIDED = "the headline", "undecided"
"""Of `overturned_table`: the row of what is to be overturned, and where that is not decided."""


def headline_table(summary: Summary) -> Table:
    """Return RL - SFT under another rule, of every setting and endpoint."""
    return endpoints_table(summary.contrasts)


def rates_table(one: Setting) -> Table:
    """Return what the init and each arm reach at the last point, by column."""
    results = one.results
    columns = [c for c in results.columns if any(r.column == c for r in results.rates)]
    arms = ["init", *one.study.preset.policies[one.policy].all_arms]
    rows = []
    for arm in arms:
        cells = [results.rate(one.policy, arm, column) for column in columns]
        if any(cells):
            told = ["" if c is None else _interval(c.estimate) for c in cells]
            rows.append([arm_name(arm), *told])
    metric = results.task.metrics[results.task.metric].title
    return Table(f"{one.title}: {metric.lower()} in percent, last point", ["arm", *columns], rows)


def trained_on_table(settings: Sequence[Setting]) -> Table | None:
    """Return what the chosen arms reach on hands that they could be taught, beside new ones.

    None where no study has both.
    """
    columns = ("in_train", "in", "ood_train", "rule_ood")
    rows = []
    for one in settings:
        arms = ["init", *one.study.preset.policies[one.policy].all_arms]
        for arm in arms if one.study.preset.is_chosen else ():
            rates = [one.results.rate(one.policy, arm, column) for column in columns]
            if all(rates):
                told = [_interval(told.estimate) for told in rates if told is not None]
                rows.append([one.name, arm_name(arm), *told])
    if not rows:
        return None
    header = [
        "setting", "arm", "trained rule: could be taught", "new", "other rule: could be taught",
        "new",
    ]  # fmt: skip
    note = (
        "At the last point. A hand could be taught if its set of numbers (with working) or its "
        "ranks (without) are in the training part. The inits have seen the same part."
    )
    title = "Right on hands that could be taught and on new ones, in percent [95 %]"
    return Table(title, header, rows, numbers_from=2, note=note)


def choices_table(summary: Summary) -> Table | None:
    """Return what validation chose, None where no study has validation."""
    rows = [
        [one.title, method.upper(), *_chosen(one, method, choice), *_passed(one, method)]
        for one in summary.settings
        for method, choice in one.chosen.items()
    ]
    if not rows:
        return None
    header = [
        "setting", "method", "chosen arm", "point", "validation % [95 %]", "hands or routes",
        RATES_AS_GOOD,
    ]  # fmt: skip
    note = (
        "Hands or routes: how many different ones that point was measured on, over all seeds; of "
        "hands, by the numbers or ranks that they are split by. Rates as good: how many have a "
        "best point that the same episodes do not show to be worse than the chosen one, by an "
        "uncorrected 95 % interval."
    )
    if any(any(row[len(header) :]) for row in rows):
        header += ["shifted rule would choose", "point", "its validation %"]
        note += (
            " Validation under the shifted rule chooses nothing; this is what it would have chosen."
        )
    rows = [row[: len(header)] for row in rows]
    return Table("What validation chose", header, rows, numbers_from=3, note=note)


def _chosen(one: Setting, method: str, choice: Choice) -> list[str]:
    """Return a choice, its interval, and how many rates could have been chosen as well."""
    played, preset = one.study.played(one.policy), one.study.preset
    told = rate(played[choice.arm, choice.point, CHOOSES].values(), replicates=CURVE_REPLICATES)
    # In an unfinished study some rates have no point yet.
    best = [
        choose(played, [arm], preset.points)
        for arm in arms_by_rate(preset.policies[one.policy], method).values()
        if on_validation(played, [arm], preset.points)
    ]
    as_good = sum(_is_as_good(played, other, choice) for other in best)
    return [
        arm_name(choice.arm),
        f"{choice.point} of {preset.points}",
        _interval(told),
        str(len({one.cluster for one in played[choice.arm, choice.point, CHOOSES].values()})),
        f"{as_good} of {len(best)}" if len(best) > 1 else "",
    ]


def _is_as_good(played: PlayedByArm, other: Choice, chosen: Choice) -> bool:
    """Return whether validation does not show another point to be worse than the chosen one.

    It does not where they have no seed in common yet.
    """
    pair = [played[at.arm, at.point, CHOOSES] for at in (other, chosen)]
    told = differences([(pair[0], pair[1])])
    return not told or difference_test(told).estimate.high >= 0


def _passed(one: Setting, method: str) -> list[str]:
    """Return what validation under the shifted rule would have chosen, where it is measured."""
    choice = one.passed.get(method)
    if choice is None:
        return ["", "", ""]
    points = one.study.preset.points
    return [arm_name(choice.arm), f"{choice.point} of {points}", percent(choice.validation)]


def controls_table(summary: Summary) -> Table | None:
    """Return the arms beside the two methods, each against its own, None where there are none."""
    rows = [
        [
            one.setting,
            one.about,
            f"{one.first} \u2212 {one.second}",
            one.column,
            percent(one.rates[0]),
            percent(one.rates[1]),
            points(one.estimate),
            "" if one.p is None else p_value(one.p),
        ]
        for one in summary.contrasts
        if one.topic == "control"
    ]
    if not rows:
        return None
    header = [
        "setting", "control", "difference", "column", "first %", "second %", "points [95 %]",
        "by Holm",
    ]  # fmt: skip
    controlled = {(one.suite, one.policy) for one in summary.settings if one.is_controls}
    note = ""
    if not any(_headlines(summary, *of) for of in controlled):
        note = "Whether they overturn the headline is told where the grid is reported with them."
    return Table("Controls, at the last point", header, rows, numbers_from=4, note=note)


def _headlines(summary: Summary, suite: str, policy: str) -> dict[str, Estimate]:
    """Return the endpoints that controls are set against; none where no grid is among the runs."""
    return confronted(
        {
            c.topic: c.estimate
            for c in summary.contrasts
            if c.is_of_grid and c.family == "declared" and (c.suite, c.policy) == (suite, policy)
        }
    )


def overturned_table(summary: Summary) -> Table | None:
    """Return what controls do to the headline, None where it or they are missing."""
    rows: list[list[str]] = []
    for of, controls in controls_of([one.study for one in summary.one_each]).items():
        setting = setting_name(*of)
        for name, headline in _headlines(summary, *of).items():
            rows.append([setting, f"({name})", THE_HEADLINE, "", points(headline), "", ""])
            for told in controls.verdicts(name, headline):
                if not isinstance(told, str):  # An unfinished control is left out.
                    rows.append([setting, f"({name})", *_stood_in(told)])
    if not rows:
        return None
    return Table(
        "Do controls overturn the headline?",
        [
            "setting",
            "endpoint",
            "control",
            "in place of",
            "RL \u2212 SFT",
            "effect of the control",
            "what it does",
        ],
        rows,
        numbers_from=4,
        note=(
            "Each arm at the point that validation chose, as in (a), or at its last, as in (c), "
            "controls and the arms beside them at one rate; in the rows of no control RL and SFT "
            "themselves. The protocol says when one overturns. Effect of the control: in the "
            "direction of the headline, RL \u2212 control or control \u2212 SFT. Undecided: (a) is "
            "not different from 0, so there is nothing to overturn; (c) has no rows where it is "
            f"not. {NOT_THERE.capitalize()}: nor is there where RL and SFT do not differ so at the "
            "one rate of the controls."
        ),
    )


def _stood_in(told: Verdict) -> list[str]:
    """Return a row of what a control does, from its name on."""
    of = told.stand_in.of if told.stand_in.of == "both" else told.stand_in.of.upper()
    difference, does = points(told.difference), told.words or UNDECIDED
    change = "" if told.change is None else points(told.change)
    if told.stand_in == NO_CONTROL:
        return [NO_CONTROL.control, "", difference, change, does]
    return [arm_name(told.stand_in.control), of, difference, change, does]


def paper_table(summary: Summary) -> Table:
    """Return what the paper reports of the settings, and beside it what was measured here."""
    rows = []
    for suite in dict.fromkeys(one.suite for one in summary.settings):
        for line in paper.REPORTED.get(suite, ()):
            place = f"{SUITE_NAMES.get(suite, suite)}, {line.shift}"
            told = [f"{v:.1f}" for v in (line.init, line.sft, line.rl, line.rl - line.sft)]
            rows.append([place, f"the paper's ({line.metric}, {line.episodes} episodes)", *told])
        for one in summary.contrasts:
            if one.suite != suite or one.topic not in "ac" or one.shift not in ("rule", "look"):
                continue
            start = "" if one.start is None else percent(one.start)
            ours = (
                f"ours: {one.policy}, {ENDPOINT_NAMES[one.topic]} ({one.metric.replace('_', ' ')})"
            )
            rows.append(
                [
                    f"{SUITE_NAMES.get(suite, suite)}, {one.shift}", ours, start,
                    percent(one.rates[1]), percent(one.rates[0]), points(one.estimate),
                ]
            )  # fmt: skip
    return Table(
        "The paper's numbers beside ours",
        ["shift", "whose", "init", "SFT", "RL", "RL \u2212 SFT"],
        rows,
        numbers_from=2,
        note=(
            f"The paper's are as printed in {paper.TITLE}, arXiv 2501.17161: one large model, "
            f"other episodes, no intervals, and no replies to recompute them from. They stand "
            f"beside ours and are not compared by a test."
        ),
    )


def _interval(estimate: Estimate) -> str:
    return interval(estimate.value, estimate.low, estimate.high)
