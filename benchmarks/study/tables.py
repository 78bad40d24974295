"""The tables of a study, from its results."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from benchmarks.statistics import Estimate, conditional
from benchmarks.study.names import arm_name
from benchmarks.study.results import (
    REFERENCE,
    STAGES,
    Difference,
    Rate,
    Results,
    SeverityPoint,
)
from benchmarks.study.splits import splits_tables
from benchmarks.tables import Table, interval, percent
from benchmarks.tasks.task import RECOGNITION
from shiftgym.appearance import MAX_SEVERITY


def study_tables(results: Results) -> list[Table]:
    """Return the tables of the primary metric, of the others, of what was seen, and familiar."""
    primary = results.task.metric
    others = [metric for metric in results.task.metrics if metric != primary]
    tables = main_tables(results)
    if results.differences:
        tables.append(_differences_table(results))
    for metric in others:
        tables += rates_tables(results, metric)
    if others and results.differences:
        tables.append(_others_table(results, others))
    if results.severities:
        tables.append(severities_table(results))
    if (recognition := recognition_table(results)).rows:
        tables.append(recognition)
    splits = splits_tables(results.splits, results.task, results.columns)
    return [table for table in (*tables, _familiarity_table(results), *splits) if table.rows]


def main_tables(results: Results) -> list[Table]:
    """Return the tables of the primary metric."""
    return rates_tables(results, results.task.metric, _intervals_note(results))


def result_line(number: Rate | Difference) -> dict[str, Any]:
    """Return a rate or a difference as a row of CSV, in shares and not in percent."""
    arm = number.arm if isinstance(number, Rate) else f"{number.first} - {number.second}"
    estimate = asdict(number.estimate)
    estimate["by_seed"] = " ".join(f"{mean:.4f}" for mean in number.estimate.by_seed.values())
    place = {"policy": number.policy, "arm": arm, "column": number.column, "metric": number.metric}
    return {**place, **estimate}


def _arms(results: Results, policy: str) -> list[str]:
    """Return the arms of a policy, or the references, of which something is measured, in order."""
    measured = dict.fromkeys(rate.arm for rate in results.rates if rate.policy == policy)
    usual = results.task.references if policy == REFERENCE else STAGES
    return [arm for arm in dict.fromkeys([*usual, *measured]) if arm in measured]


def rates_tables(results: Results, metric: str, note: str = "") -> list[Table]:
    """Return a table of the references and one of each policy: a row for each column."""
    title, means = results.task.metrics[metric]
    tables = []
    for policy in (REFERENCE, *results.policies):
        arms = _arms(results, policy)
        rows = [
            [column, *map(_rate, rates)]
            for column in results.columns
            for rates in [[results.rate(policy, arm, column, metric) for arm in arms]]
            if any(rates)
        ]
        of = "agents that need no learning" if policy == REFERENCE else policy
        name = f"{title} in percent, one greedy attempt: {of}"
        if rows:
            tables.append(Table(name, ["column", *(arm_name(arm) for arm in arms)], rows))
    if tables:
        tables[-1] = replace(tables[-1], note=" ".join(filter(None, [means, note])))
    return tables


def severities_table(results: Results) -> Table:
    """Return the primary metric over severities, a line for each arm and axis."""
    lines: dict[tuple[str, str, str], list[SeverityPoint]] = defaultdict(list)
    for point in results.severities:
        lines[point.policy, arm_name(point.arm), point.axis].append(point)
    rows = [
        [*place, *(interval(e.value, e.low, e.high) for e in (p.estimate for p in points))]
        for place, points in lines.items()
    ]
    first = results.severities[0].estimate
    return Table(
        f"{results.task.metrics[results.task.metric].title} in percent, by severity of the look",
        ["policy", "arm", "axis", *map(str, range(MAX_SEVERITY + 1))],
        rows,
        numbers_from=3,
        note=(
            f"The same {first.episodes} episodes of {first.clusters} {results.task.noun} at every "
            f"severity: some of those of the column in. Random looks, which an init may have seen, "
            f"go up to 3."
        ),
    )


def recognition_table(results: Results) -> Table:
    """Return what is read right in pictures, by the agents that say what they see."""
    farthest = [columns[max(columns)] for columns in results.axes.values()]
    arms = list(dict.fromkeys(a for policy in results.policies for a in _arms(results, policy)))
    rows = []
    for policy in results.policies:
        for column in (*results.columns, *farthest):
            cells = [results.rate(policy, arm, column, RECOGNITION) for arm in arms]
            if any(cells):
                rows.append([policy, column, *map(_rate, cells)])
    return Table(
        "Recognition in percent: what agents say that they see",
        ["policy", "column", *(arm_name(arm) for arm in arms)],
        rows,
        numbers_from=2,
        note=results.task.recognition,
    )


def _intervals_note(results: Results) -> str:
    """Return what stands behind the numbers of a study."""
    noun = results.task.noun
    arms, references = (
        [rate for rate in results.rates if (rate.policy == REFERENCE) == of_references]
        for of_references in (False, True)
    )
    seeds = max((rate.estimate.seeds for rate in arms or references), default=0)
    counts = [
        f"{rate.estimate.episodes} episodes of {rate.estimate.clusters} {noun} on {column}"
        for column in results.columns
        for rate in [next((r for r in arms or references if r.column == column), None)]
        if rate is not None
    ]
    redrawn = f"seeds and {noun}" if seeds > 1 else f"{noun} (one seed: its luck is not in them)"
    count = f"{seeds} seeds" if seeds > 1 else "1 seed"
    note = (
        f"95 % intervals over {redrawn}; {count}; where all episodes came out alike, "
        f"Wilson intervals over {noun}. Each arm: {'; '.join(counts)}."
    )
    if arms and references:
        note += f" Each reference: {references[0].estimate.episodes} episodes of each column."
    return " ".join(filter(None, [note, conditional(seeds), _retention(results)]))


def _retention(results: Results) -> str:
    """Return what tables say of policies whose init has seen the rules that are compared."""
    if not results.retained:
        return ""
    names = [policy for policy in results.policies if policy in results.retained]
    return (
        f"The init of {', '.join(names)} has seen both rules: what these keep is retention, and no "
        f"generalisation."
    )


def _rate(rate: Rate | None) -> str:
    if rate is None:
        return ""
    return interval(rate.estimate.value, rate.estimate.low, rate.estimate.high)


def _differences_table(results: Results) -> Table:
    rows = []
    primary = results.primary()
    of_metric = [
        d
        for d in results.differences
        if d.metric == results.task.metric and d.column in results.columns
    ]
    for difference in primary + [d for d in of_metric if d not in primary]:
        estimate = difference.estimate
        name = f"{arm_name(difference.first)} - {arm_name(difference.second)}"
        rows.append(
            [
                difference.policy,
                name + (" (primary)" if difference in primary else ""),
                difference.column,
                _points(estimate),
                ", ".join(percent(mean, "+") for mean in estimate.by_seed.values()),
            ]
        )
    return Table(
        "Paired differences in points, the primary endpoint first",
        ["policy", "difference", "column", "points", "by seed"],
        rows,
        numbers_from=3,
    )


def _others_table(results: Results, metrics: Sequence[str]) -> Table:
    """Return the difference of the two arms in other metrics; table.csv has the rest."""
    found = {
        (d.policy, d.metric, d.column): _points(d.estimate)
        for d in results.differences
        if (d.first, d.second) == ("rl", "sft")
    }
    rows = [
        [policy, results.task.metrics[metric].title, column, found[policy, metric, column]]
        for policy in results.policies
        for metric in metrics
        for column in results.columns
        if (policy, metric, column) in found
    ]
    return Table(
        "RL - SFT in points, in the other metrics",
        ["policy", "metric", "column", "points"],
        rows,
        numbers_from=3,
    )


def _points(estimate: Estimate) -> str:
    return interval(estimate.value, estimate.low, estimate.high, signed=True)


def _familiarity_table(results: Results) -> Table:
    words = results.task.train_overlap
    rows = []
    for policy, arm in ((p, arm) for p in results.policies for arm in _arms(results, p)):
        for column in results.columns:
            rate = results.rate(policy, arm, column)
            if rate is None:
                continue
            cells = [
                part and f"{interval(part.value, part.low, part.high)}, n={part.episodes}"
                for part in (rate.seen, rate.new)
            ]
            rows.append([policy, arm_name(arm), column, *(cell or "none" for cell in cells)])
    return Table(
        words.title,
        ["policy", "arm", "column", words.seen, words.new],
        rows,
        numbers_from=3,
        note=words.note,
    )
