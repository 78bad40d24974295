"""Several passes of one model over the same episodes: pass@k, pass^k, and how far they spread."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from math import comb
from pathlib import Path
from statistics import stdev

from rich.console import Console

from benchmarks.completeness import Missing, missing_of_evaluation
from benchmarks.records import Episode
from benchmarks.runs import read_episodes, read_record
from benchmarks.statistics import Estimate, Observation, rate
from benchmarks.tables import Table, interval, percent, write_tables

PASSES_FILE = "passes.md"


def report_passes(folder: Path, passes: Sequence[Path], console: Console) -> None:
    """Print how passes compare, and write it into their folder.

    Raises:
        RunError: a row of a pass is damaged.
    """
    rows = [list(read_episodes(path)) for path in passes]
    parts = [
        f"{path.name}: {part}"
        for path, some in zip(passes, rows)
        for part in missing_of_evaluation(read_record(path), some).parts
    ]
    missing = Missing(parts)
    tables = missing.marked(pass_tables(rows))
    for table in tables:
        console.print(table.rich())
    write_tables(folder / PASSES_FILE, tables, missing.headline())


def pass_tables(passes: Sequence[Sequence[Episode]]) -> list[Table]:
    """Return the tables of some passes: of k of them, and of each.

    Args:
        passes: the rows of each pass.
    """
    lines, spread = [], []
    for cell, episodes in _common(passes).items():
        for k in range(1, len(passes) + 1):
            some = _mean(episodes, lambda wins, losses, k=k: pass_at(k, wins, losses))
            each = _mean(episodes, lambda wins, losses, k=k: comb(wins, k) / comb(wins + losses, k))
            lines.append(
                [
                    cell,
                    str(k),
                    *map(_interval, (some, each)),
                    f"{len(episodes):,}",
                    f"{some.clusters:,}",
                ]
            )
        rates = [sum(row.success for row in rows) / len(rows) for rows in zip(*episodes)]
        told = (min(rates), max(rates), stdev(rates))
        spread.append([cell, *map(percent, told), ", ".join(map(percent, rates))])
    return [
        Table(
            "One and all of k passes, percent of episodes, 95 % intervals",
            ["cell", "k", "pass@k", "pass^k", "episodes", "clusters"],
            lines,
            note="pass@k: at least one of k passes succeeds. pass^k: all k do. Each is the mean "
            "over all choices of k passes, on episodes that every pass has finished.",
        ),
        Table(
            "Success of each pass in percent",
            ["cell", "lowest", "highest", "SD", "passes"],
            spread,
        ),
    ]


def pass_at(k: int, wins: int, losses: int) -> float:
    """Return the share of choices of k among all passes in which at least one wins."""
    return 1 - comb(losses, k) / comb(wins + losses, k)


def _mean(episodes: Sequence[Sequence[Episode]], value: Callable[[int, int], float]) -> Estimate:
    """Return the mean over episodes of a value of the passes that won and lost."""
    observations = []
    for rows in episodes:
        wins = sum(row.success for row in rows)
        observations.append(Observation(0, rows[0].cluster, value(wins, len(rows) - wins)))
    return rate(observations)


def _interval(found: Estimate) -> str:
    return interval(found.value, found.low, found.high)


def _common(passes: Sequence[Sequence[Episode]]) -> Mapping[str, list[list[Episode]]]:
    """Return the episodes that all passes have, by cell: the rows of each, in the passes' order."""
    found: defaultdict[tuple[str, int], list[Episode]] = defaultdict(list)
    for rows in passes:
        for row in rows:
            found[row.cell, row.index].append(row)
    cells: defaultdict[str, list[list[Episode]]] = defaultdict(list)
    for (cell, _), rows in found.items():
        if len(rows) == len(passes):
            cells[cell].append(rows)
    return cells
