"""From a run's folder to what people read: tables in the terminal, Markdown, CSV, a picture."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

from rich.console import Console

from benchmarks.plots import plot_curves
from benchmarks.records import Episode
from benchmarks.runs import read_episodes, read_record, write_json
from benchmarks.statistics import wilson
from benchmarks.study.results import PRIMARY, REFERENCES, STAGES, Rate, Results, load_results
from benchmarks.tables import Table, interval, percent

ARM_NAMES = {"init": "init", "sft": "SFT", "rl": "RL"}


def report(folder: Path, console: Console) -> None:
    """Print a run's tables and write them into its folder.

    Raises:
        RunError: it is no run's folder.
    """
    if read_record(folder).kind == "study":
        results = load_results(folder)
        tables = study_tables(results)
        write_json(folder / "results.json", results.plain())
        plot_curves(results, folder / "curves.png")
    else:
        tables = [evaluation_table(list(read_episodes(folder)))]
    for table in tables:
        console.print(table.rich())
    (folder / "table.md").write_text("\n".join(t.markdown() for t in tables), encoding="utf-8")
    (folder / "table.csv").write_text("\n".join(t.csv() for t in tables), encoding="utf-8")
    console.print(f"Everything lies in {folder.resolve()}", soft_wrap=True)


def evaluation_table(rows: list[Episode]) -> Table:
    """Return one line a cell; replies that could not be read are shown apart from wrong ones."""
    cells: dict[str, list[Episode]] = defaultdict(list)
    for row in rows:
        cells[row.cell].append(row)
    lines = []
    for name, episodes in cells.items():
        solved = sum(row.success for row in episodes)
        last = Counter(row.outcomes[-1] for row in episodes)
        broken = last["unreadable"] + last["illegal_formula"]
        lines.append(
            [
                name,
                interval(solved / len(episodes), *wilson(solved, len(episodes))),
                percent(broken / len(episodes)),
                f"{sum(sum(row.rewards) for row in episodes) / len(episodes):+.2f}",
                str(len(episodes)),
                str(len({row.cluster for row in episodes})),
            ]
        )
    return Table(
        "Success in percent, 95 % Wilson intervals",
        ["cell", "success", "unreadable or illegal", "mean return", "episodes", "hands"],
        lines,
        note="Hands are counted as sets of ranks with J, Q and K as 10.",
    )


def study_tables(results: Results) -> list[Table]:
    """Return the main table, the differences with the primary endpoint first, and the values."""
    return [_rates_table(results), _differences_table(results), _values_table(results)]


def _lines(results: Results) -> list[tuple[str, str]]:
    """Return (policy, arm) of every line of the main table."""
    lines = [("reference", arm) for arm in REFERENCES]
    lines += [(policy, arm) for policy in results.policies for arm in STAGES]
    return [line for line in lines if any((r.policy, r.arm) == line for r in results.rates)]


def _rates_table(results: Results) -> Table:
    rows = []
    for policy, arm in _lines(results):
        cells = [results.rate(policy, arm, column) for column in results.columns]
        rows.append([policy, ARM_NAMES.get(arm, arm), *map(_rate, cells)])
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
        note=f"95 % bootstrap intervals over {redrawn}; {seeds} seeds; {'; '.join(counts)} each.",
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
        for column in (c for c in results.columns if c.endswith("ood") or c.startswith("ood")):
            rate = results.rate(policy, arm, column)
            if rate is None:
                continue
            cells = [
                part and f"{interval(part.value, part.low, part.high)}, n={part.episodes}"
                for part in (rate.seen, rate.new)
            ]
            rows.append([policy, ARM_NAMES[arm], column, *(cell or "none" for cell in cells)])
    return Table(
        "Out of distribution, by whether the init's training showed a hand with these values",
        ["policy", "arm", "column", "values seen", "values new"],
        rows,
        numbers_from=3,
        note="No test hand was trained on under any rule; other cards may have had its values.",
    )
