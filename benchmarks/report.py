"""From a run's folder to what people read: tables in the terminal, Markdown, CSV, a picture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.completeness import Missing, missing_of_evaluation
from benchmarks.evaluate import replay
from benchmarks.plots import plot_curves, plot_severities
from benchmarks.runs import EPISODES_FILE, RunError, read_episodes, read_record, write_json
from benchmarks.statistics import Estimate, conditional
from benchmarks.study.results import (
    REFERENCE,
    STAGES,
    Difference,
    Rate,
    Results,
    SeverityPoint,
    load_results,
)
from benchmarks.summary import evaluation_tables, summarise, summary_line
from benchmarks.tables import Table, interval, write_csv, write_tables
from benchmarks.tasks.task import RECOGNITION
from shiftgym.appearance import MAX_SEVERITY
from shiftgym.sanitize import for_terminal

ARM_NAMES = {"init": "init", "sft": "SFT", "rl": "RL"}


def report(folder: Path, console: Console) -> None:
    """Print a run's tables and write them into its folder.

    Raises:
        RunError: it is no run's folder, or what is in it is damaged.
    """
    record = read_record(folder)
    if record.kind == "study":
        results = load_results(folder)
        missing, tables = results.missing, study_tables(results)
        write_json(folder / "results.json", results.plain())
        plot_curves(results, folder / "curves.png")
        plot_severities(results, folder / "severities.png")
        numbers = [*results.rates, *results.differences]
        lines = [{**_line(number), "run": missing.status} for number in numbers]
    else:
        rows = list(read_episodes(folder))
        # The rows of a job are a part of its study, which knows what is missing.
        missing = missing_of_evaluation(record, rows) if record.kind == "evaluate" else Missing()
        try:
            cells = summarise(rows)
        except ValueError as error:
            raise RunError(f"{folder / EPISODES_FILE}: {error}") from error
        tables = evaluation_tables(cells)
        lines = [summary_line(cell, missing.status) for cell in cells]
    tables = missing.marked(tables)
    if missing:
        _say(console, missing.headline())
    for table in tables:
        console.print(table.rich())
    write_tables(folder / "table.md", tables, missing.headline())
    write_csv(folder / "table.csv", lines)
    _say(console, f"Everything lies in {folder.resolve()}")


def _say(console: Console, text: str) -> None:
    """Print a line in which there may be text of others."""
    console.print(for_terminal(text), markup=False, highlight=False, soft_wrap=True)


def check_rows(folder: Path, count: int) -> int:
    """Replay up to `count` rows, spread evenly over a run and its jobs; return how many.

    Raises:
        RunError: a row does not replay to its rewards.
    """
    read_record(folder)
    folders = [folder, *sorted((folder / "jobs").glob("*"))]
    rows = [(part, row) for part in folders for row in read_episodes(part)]
    chosen = rows[:: max(1, len(rows) // count)][:count]
    for part, row in chosen:
        try:
            replay(row)
        except Exception as error:  # whatever a row that somebody edited leads to
            raise RunError(
                f"{part / EPISODES_FILE}: episode {row.index} of {row.cell} ({row.id}) does not "
                f"replay: {type(error).__name__}: {error}"
            ) from error
    return len(chosen)


def study_tables(results: Results) -> list[Table]:
    """Return the tables of the primary metric, of the others, of what was seen, and familiar."""
    primary = results.task.metric
    others = [metric for metric in results.task.metrics if metric != primary]
    tables = [_rates_table(results, primary, _intervals_note(results)), _differences_table(results)]
    tables += [_rates_table(results, metric) for metric in others]
    if others:
        tables.append(_others_table(results, others))
    if results.severities:
        tables.append(_severities_table(results))
    if any(rate.metric == RECOGNITION for rate in results.rates):
        tables.append(_recognition_table(results))
    return [*tables, _familiarity_table(results)]


def _line(number: Rate | Difference) -> dict[str, Any]:
    """Return a rate or a difference as a row of CSV, in shares and not in percent."""
    arm = number.arm if isinstance(number, Rate) else f"{number.first} - {number.second}"
    estimate = asdict(number.estimate)
    estimate["by_seed"] = " ".join(f"{mean:.4f}" for mean in number.estimate.by_seed.values())
    place = {"policy": number.policy, "arm": arm, "column": number.column, "metric": number.metric}
    return {**place, **estimate}


def _lines(results: Results) -> list[tuple[str, str]]:
    """Return (policy, arm) of every line of the main table."""
    lines = [(REFERENCE, arm) for arm in results.task.references]
    lines += [(policy, arm) for policy in results.policies for arm in STAGES]
    return [line for line in lines if any((r.policy, r.arm) == line for r in results.rates)]


def _rates_table(results: Results, metric: str, note: str = "") -> Table:
    rows = []
    for policy, arm in _lines(results):
        cells = [results.rate(policy, arm, column, metric) for column in results.columns]
        shown = "" if policy == REFERENCE else policy
        rows.append([shown, ARM_NAMES.get(arm, arm), *map(_rate, cells)])
    title, means = results.task.metrics[metric]
    return Table(
        f"{title} in percent, one greedy attempt, at the end of each arm",
        ["policy", "arm", *results.columns],
        rows,
        numbers_from=2,
        note=" ".join(filter(None, [means, note])),
    )


def _severities_table(results: Results) -> Table:
    """Return the primary metric over severities, a line for each arm and axis."""
    lines: dict[tuple[str, str, str], list[SeverityPoint]] = defaultdict(list)
    for point in results.severities:
        lines[point.policy, ARM_NAMES[point.arm], point.axis].append(point)
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


def _recognition_table(results: Results) -> Table:
    """Return what is read right in pictures, by the agents that say what they see."""
    farthest = [columns[max(columns)] for columns in results.axes.values()]
    rows = []
    for policy in results.policies:
        for column in (*results.columns, *farthest):
            cells = [results.rate(policy, arm, column, RECOGNITION) for arm in STAGES]
            if any(cells):
                rows.append([policy, column, *map(_rate, cells)])
    return Table(
        "Recognition in percent: what agents say that they see",
        ["policy", "column", *(ARM_NAMES[arm] for arm in STAGES)],
        rows,
        numbers_from=2,
        note=results.task.recognition,
    )


def _intervals_note(results: Results) -> str:
    """Return what stands behind the numbers of a study."""
    noun, seeds = results.task.noun, len(results.record.seeds)
    arms, references = (
        [rate for rate in results.rates if (rate.policy == REFERENCE) == of_references]
        for of_references in (False, True)
    )
    counts = [
        f"{column} {rate.estimate.episodes} episodes of {rate.estimate.clusters} {noun}"
        for column in results.columns
        for rate in [next((r for r in arms or references if r.column == column), None)]
        if rate is not None
    ]
    redrawn = f"seeds and {noun}" if seeds > 1 else f"{noun} (one seed: its luck is not in them)"
    count = f"{seeds} seeds" if seeds > 1 else "1 seed"
    note = (
        f"95 % bootstrap intervals over {redrawn}; {count}; where all episodes came out alike, "
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
        name = f"{ARM_NAMES[difference.first]} - {ARM_NAMES[difference.second]}"
        rows.append(
            [
                difference.policy,
                name + (" (primary)" if difference in primary else ""),
                difference.column,
                _points(estimate),
                ", ".join(f"{100 * mean:+.1f}" for mean in estimate.by_seed.values()),
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
        [
            policy,
            results.task.metrics[metric].title,
            *(found.get((policy, metric, column), "") for column in results.columns),
        ]
        for policy in results.policies
        for metric in metrics
    ]
    return Table(
        "RL - SFT in points, in the other metrics",
        ["policy", "metric", *results.columns],
        rows,
        numbers_from=2,
    )


def _points(estimate: Estimate) -> str:
    return interval(estimate.value, estimate.low, estimate.high, signed=True)


def _familiarity_table(results: Results) -> Table:
    words = results.task.familiarity
    rows = []
    for policy, arm in _lines(results):
        if policy == REFERENCE:
            continue
        for column in results.columns:
            rate = results.rate(policy, arm, column)
            if rate is None:
                continue
            cells = [
                part and f"{interval(part.value, part.low, part.high)}, n={part.episodes}"
                for part in (rate.seen, rate.new)
            ]
            rows.append([policy, ARM_NAMES[arm], column, *(cell or "none" for cell in cells)])
    return Table(
        words.title,
        ["policy", "arm", "column", words.seen, words.new],
        rows,
        numbers_from=3,
        note=words.note,
    )
