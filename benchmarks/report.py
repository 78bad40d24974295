"""From a run's folder to what people read: tables in the terminal, Markdown, CSV, a picture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.evaluate import replay
from benchmarks.plots import plot_curves
from benchmarks.records import Episode
from benchmarks.runs import read_episodes, read_record, write_json
from benchmarks.statistics import wilson
from benchmarks.study.results import (
    PRIMARY,
    REFERENCES,
    STAGES,
    Difference,
    Rate,
    Results,
    load_results,
)
from benchmarks.tables import Table, interval, percent, write_csv
from gp_env.verifier import Outcome

MALFORMED = (Outcome.UNREADABLE.value, Outcome.ILLEGAL_FORMULA.value)
ARM_NAMES = {"init": "init", "sft": "SFT", "rl": "RL"}


def report(folder: Path, console: Console) -> None:
    """Print a run's tables and write them into its folder.

    Raises:
        RunError: it is no run's folder.
    """
    record = read_record(folder)
    if record.kind == "study":
        results = load_results(folder)
        tables = study_tables(results)
        write_json(folder / "results.json", results.plain())
        plot_curves(results, folder / "curves.png")
        lines = [*map(_line, results.rates), *map(_line, results.differences)]
    else:
        cells = summarise(read_episodes(folder))
        asked = record.config.get("episodes", 0) * len(record.config.get("cells", ()))
        left = max(0, asked - sum(cell.episodes for cell in cells))
        tables, lines = [evaluation_table(cells, left)], [asdict(cell) for cell in cells]
    for table in tables:
        console.print(table.rich())
    (folder / "table.md").write_text("\n".join(t.markdown() for t in tables), encoding="utf-8")
    write_csv(folder / "table.csv", lines)
    console.print(f"Everything lies in {folder.resolve()}", soft_wrap=True)


def check_rows(folder: Path, count: int) -> int:
    """Replay up to `count` rows, spread evenly over a run and its jobs; return how many.

    Raises:
        ValueError: a row does not replay to its rewards.
    """
    folders = [folder, *sorted((folder / "jobs").glob("*"))]
    rows = [row for part in folders for row in read_episodes(part)]
    chosen = rows[:: max(1, len(rows) // count)][:count]
    for row in chosen:
        replay(row)
    return len(chosen)


@dataclass(frozen=True)
class CellSummary:
    """What came of one cell of an evaluation.

    Attributes:
        success, low, high: share of episodes with its 95 % Wilson interval.
        malformed: share of episodes whose last attempt was unreadable or an illegal formula.
        mean_return: sum of rewards, the mean over episodes.
        hands: number of distinct hands, J, Q and K as 10.
    """

    cell: str
    success: float
    low: float
    high: float
    malformed: float
    mean_return: float
    episodes: int
    hands: int


def summarise(rows: Iterable[Episode]) -> list[CellSummary]:
    """Return a summary of each cell, in order of appearance."""
    cells: dict[str, list[Episode]] = defaultdict(list)
    for row in rows:
        cells[row.cell].append(row)
    summaries = []
    for name, episodes in cells.items():
        count, solved = len(episodes), sum(row.success for row in episodes)
        malformed = sum(row.outcomes[-1] in MALFORMED for row in episodes)
        summaries.append(
            CellSummary(
                name,
                solved / count,
                *wilson(solved, count),
                malformed / count,
                sum(sum(row.rewards) for row in episodes) / count,
                count,
                len({row.cluster for row in episodes}),
            )
        )
    return summaries


def evaluation_table(cells: Sequence[CellSummary], left: int = 0) -> Table:
    """Return one line a cell; replies that could not be read are shown apart from wrong ones.

    Args:
        left: episodes that the run still lacks, in all cells together.
    """
    lines = [
        [
            cell.cell,
            interval(cell.success, cell.low, cell.high),
            percent(cell.malformed),
            f"{cell.mean_return:+.2f}",
            str(cell.episodes),
            str(cell.hands),
        ]
        for cell in cells
    ]
    return Table(
        "Success in percent, 95 % Wilson intervals",
        ["cell", "success", "malformed", "mean return", "episodes", "hands"],
        lines,
        note="Malformed: the last attempt was unreadable or an illegal formula. Hands are counted "
        "as sets of ranks with J, Q and K as 10."
        + (f" Not complete: {left} of the run's episodes are not played yet." if left else ""),
    )


def study_tables(results: Results) -> list[Table]:
    """Return the main table, the differences with the primary endpoint first, and the values."""
    return [_rates_table(results), _differences_table(results), _values_table(results)]


def _line(number: Rate | Difference) -> dict[str, Any]:
    """Return a rate or a difference as a row of CSV, in shares and not in percent."""
    arm = number.arm if isinstance(number, Rate) else f"{number.first} - {number.second}"
    estimate = asdict(number.success)
    estimate["by_seed"] = " ".join(f"{mean:.4f}" for mean in number.success.by_seed.values())
    return {"policy": number.policy, "arm": arm, "column": number.column, **estimate}


def _lines(results: Results) -> list[tuple[str, str]]:
    """Return (policy, arm) of every line of the main table."""
    lines = [("reference", arm) for arm in REFERENCES]
    lines += [(policy, arm) for policy in results.policies for arm in STAGES]
    return [line for line in lines if any((r.policy, r.arm) == line for r in results.rates)]


def _rates_table(results: Results) -> Table:
    rows = []
    for policy, arm in _lines(results):
        cells = [results.rate(policy, arm, column) for column in results.columns]
        shown = "" if policy == "reference" else policy
        rows.append([shown, ARM_NAMES.get(arm, arm), *map(_rate, cells)])
    counts = [
        f"{column} {rate.success.episodes} episodes of {rate.success.clusters} hands"
        for column in results.columns
        for rate in [next((r for r in results.rates if r.column == column), None)]
        if rate is not None
    ]
    seeds = len(results.record.seeds)
    redrawn = "seeds and hands" if seeds > 1 else "hands (one seed: its luck is not in them)"
    return Table(
        "Success in percent, one greedy attempt, at the end of each arm",
        ["policy", "arm", *results.columns],
        rows,
        numbers_from=2,
        note=f"95 % bootstrap intervals over {redrawn}; {seeds} seeds; where all episodes came out "
        f"alike, Wilson intervals over hands. Episodes: {'; '.join(counts)} each.",
    )


def _rate(rate: Rate | None) -> str:
    if rate is None:
        return ""
    return interval(rate.success.value, rate.success.low, rate.success.high)


def _differences_table(results: Results) -> Table:
    rows = []
    ordered = results.primary() + [d for d in results.differences if d not in results.primary()]
    for difference in ordered:
        estimate = difference.success
        name = f"{ARM_NAMES[difference.first]} - {ARM_NAMES[difference.second]}"
        primary = (difference.first, difference.second, difference.column) == PRIMARY
        rows.append(
            [
                difference.policy,
                name + (" (primary)" if primary else ""),
                difference.column,
                interval(estimate.value, estimate.low, estimate.high, signed=True),
                ", ".join(f"{100 * mean:+.1f}" for mean in estimate.by_seed.values()),
            ]
        )
    return Table(
        "Paired differences in points, the primary endpoint first",
        ["policy", "difference", "column", "points", "by seed"],
        rows,
        numbers_from=3,
    )


def _values_table(results: Results) -> Table:
    rows = []
    for policy, arm in _lines(results):
        if policy == "reference":
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
        "By whether the pool of the init's demonstrations holds a hand with these values",
        ["policy", "arm", "column", "values seen", "values new"],
        rows,
        numbers_from=3,
        note="The cards of a test hand are in no demonstration, but other cards may have had its "
        "values under another rule, and then its solution was shown. An init that stops early saw "
        "a part of the pool.",
    )
