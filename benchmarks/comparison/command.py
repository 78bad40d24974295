"""The command `compare`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.comparison.loaded import (
    LoadedRun,
    common_episodes,
    different_settings,
    headline_columns,
    load_runs,
)
from benchmarks.comparison.pairs import ComparedColumn, compare_columns, gap
from benchmarks.comparison.tables import gap_table, lines, pair_table, rate_table
from benchmarks.consoles import say
from benchmarks.statistics import Estimate
from benchmarks.tables import Table, write_csv, write_tables

GAPS = (("ood_pairs", "in_pairs"), ("rule_ood", "in"))
"""Columns out of and in distribution; the gap is of the first that have the same episodes."""


def compare(
    folders: Sequence[Path],
    *,
    columns: Sequence[str],
    metric: str,
    out: Path | None,
    console: Console,
) -> list[ComparedColumn]:
    """Compare runs, print the tables and write them to `out` as compare.md and compare.csv.

    Args:
        columns: that are compared; none for those of the headline that all runs have.

    Raises:
        RunError: a run is damaged or none of `evaluate`.
        ValueError: they cannot be compared, and why.
    """
    runs = load_runs(folders, metric)
    labels = [run.label for run in runs]
    wanted = _columns(runs, columns)
    seeds = {name: common_episodes(runs, name) for name in wanted}
    empty = [name for name, common in seeds.items() if not common]
    if len(empty) == len(wanted):
        raise ValueError(
            f"{' and '.join(str(run.folder) for run in runs)} have no common episode in "
            f"{', '.join(empty)}. Play them with the same suite, size and --seed."
        )
    compared = compare_columns(
        {
            name: [{seed: run.columns[name][seed] for seed in common} for run in runs]
            for name, common in seeds.items()
            if common
        }
    )
    notes = [f"{run.label}: {run.missing.headline()}" for run in runs if run.missing]
    notes += [f"No common episode in {name}." for name in empty]
    notes += different_settings(runs, [column.name for column in compared])
    noun = runs[0].task.noun
    tests = sum(len(column.pairs) for column in compared)
    tables = [rate_table(compared, labels, metric, noun), pair_table(compared, tests)]
    gaps = [found for run in runs for found in _gap(run)]
    if gaps:
        tables.append(gap_table(gaps, metric, noun))
    tables = _marked(runs, tables)
    for note in notes:
        say(console, note)
    for table in tables:
        console.print(table.rich())
    if out is not None:
        write_tables(out / "compare.md", tables, notes=notes)
        write_csv(out / "compare.csv", lines(compared, labels))
        say(console, f"Written to {out.resolve()}")
    return compared


def _columns(runs: Sequence[LoadedRun], asked: Sequence[str]) -> list[str]:
    """Return the names of the columns to compare.

    Raises:
        ValueError: a run lacks one that is asked for, or they have none in common.
    """
    for name in asked:
        for run in runs:
            if name not in run.columns:
                raise ValueError(
                    f"{run.folder} has no episode of column {name}, only of "
                    f"{', '.join(run.columns)}."
                )
    shared = [name for name in runs[0].columns if all(name in run.columns for run in runs)]
    if not shared:
        told = "; ".join(f"{run.folder} has {', '.join(run.columns)}" for run in runs)
        raise ValueError(f"The runs have no column in common: {told}.")
    headline = set(headline_columns(runs[0]))
    return list(asked) or [name for name in shared if name in headline] or shared


def _gap(run: LoadedRun) -> list[tuple[str, str, Estimate]]:
    """Return the OOD gap of a run, in a list that is empty where it has none."""
    for out, within in GAPS:
        first, second = run.columns.get(out, {}), run.columns.get(within, {})
        common = first.keys() & second.keys()
        if common and all(first[seed].digest == second[seed].digest for seed in common):
            return [(run.label, f"{out} - {within}", gap(first, second))]
    return []


def _marked(runs: Sequence[LoadedRun], tables: Sequence[Table]) -> list[Table]:
    """Return tables whose titles say whether all runs are complete."""
    return next((run.missing for run in runs if run.missing), runs[0].missing).marked(tables)
