"""From a run's folder to what people read: tables in the terminal, Markdown, CSV, a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console

from benchmarks.completeness import Missing, missing_of_evaluation
from benchmarks.consoles import say
from benchmarks.prices import price_of
from benchmarks.records import Episode, RunRecord
from benchmarks.replays import replay
from benchmarks.reply_summary import summarise_replies
from benchmarks.runs import EPISODES_FILE, RunError, read_episodes, read_record, write_json
from benchmarks.summary import evaluation_tables, summarise, summary_line
from benchmarks.tables import Table, write_csv, write_tables
from shiftgym.terminal import wrapped

if TYPE_CHECKING:
    from benchmarks.study.results import Results


def report_all(folders: Sequence[Path], console: Console, out: Path | None = None) -> None:
    """Print the tables of a run, and write a page of the studies together.

    Args:
        folders: of a run, or of several studies.
        out: where all files go; None for the first folder.

    Raises:
        RunError: one is no run's folder or damaged, of several one is no study, or `out` is a file.
    """
    folders = list({folder.resolve(): folder for folder in folders}.values())
    kinds = {folder: read_record(folder).kind for folder in folders}
    if out is not None and out.exists() and not out.is_dir():
        raise RunError(f"{out} is a file. Name a folder with --out; it is made if missing.")
    if set(kinds.values()) == {"study"}:
        from benchmarks.study.report.command import write_report
        from benchmarks.study.report.summary import summarise_studies

        # Rows of a study take up to a minute.
        summary = summarise_studies(folders, begin=lambda one: say(console, f"Reading {one} ..."))
        if len(folders) == 1:
            report(folders[0], console, results=summary.settings[0].results, out=out)
        # Its figures, and episodes that are played again, take up to half a minute.
        say(console, "Writing the report ...")
        write_report(summary, out or folders[0], console)
    elif len(folders) == 1 and out is None:
        report(folders[0], console)
    else:
        folder, kind = next(item for item in kinds.items() if item[1] != "study")
        raise RunError(
            f"{folder} is a run of {kind}; only studies have a page together. Report it alone, or "
            f"compare evaluations with `compare`."
        )


def report(
    folder: Path,
    console: Console,
    prices: Path | None = None,
    *,
    brief: bool = False,
    results: Results | None = None,
    out: Path | None = None,
) -> None:
    """Print a run's tables and write them into its folder.

    Args:
        prices: file that goes before the list prices, see `benchmarks.prices`.
        brief: whether to print of a study only the tables of the primary metric.
        results: of a study, where they are known already.
        out: where they are written in place of its folder, made if missing.

    Raises:
        RunError: it is no run's folder, or what is in it is damaged.
    """
    record = read_record(folder)
    target = out or folder
    target.mkdir(parents=True, exist_ok=True)
    if record.kind == "study":
        told = _of_study(folder, record, target, results, brief=brief)
    else:
        told = _of_episodes(folder, record, prices)
    missing = told.missing
    write_tables(target / "table.md", missing.marked(told.tables), missing.headline(), told.notes)
    write_csv(target / "table.csv", told.lines)
    for line in filter(None, (missing.headline(), *told.before)):
        say(console, line)
    for table in missing.marked(told.shown):
        console.print(table.rich())
    # A terminal shows its last lines: what was found, and where the rest is.
    for line in told.endings:
        say(console, line)


@dataclass(frozen=True)
class _Told:
    """What is written and printed of a run.

    Attributes:
        shown: the tables among all that are printed.
        lines: of table.csv.
        notes: of table.md.
        before, endings: what is printed before and behind the tables.
    """

    missing: Missing
    tables: list[Table]
    shown: list[Table]
    lines: list[dict[str, Any]]
    notes: list[str]
    before: list[str]
    endings: list[str]


def _of_study(
    folder: Path, record: RunRecord, target: Path, results: Results | None, *, brief: bool
) -> _Told:
    """Return what is told of a study; write its results, costs and pictures."""
    # Only a study has curves to draw.
    from benchmarks.study.conclusion import sentences
    from benchmarks.study.costs import costs
    from benchmarks.study.folder import suite_note
    from benchmarks.study.plots import plot_curves, plot_severities
    from benchmarks.study.results import load_results
    from benchmarks.study.tables import main_tables, result_line, study_tables

    results = results or load_results(folder)
    missing, tables = results.missing, study_tables(results)
    write_json(target / "results.json", results.plain())
    write_csv(target / "costs.csv", costs(folder, record, results.policies))
    plot_curves(results, target / "curves.png")
    plot_severities(results, target / "severities.png")
    numbers = [*results.rates, *results.differences]
    changed = suite_note(folder, record)
    notes = [changed] if changed else []
    notes += [_marked(missing, sentence) for sentence in sentences(results)]
    endings = [
        *wrapped("\n".join(notes)).splitlines(),
        f"All tables: {(target / 'table.md').resolve()}",
    ]
    if results.curves:
        endings.append(f"Picture: {(target / 'curves.png').resolve()}")
    return _Told(
        missing,
        tables,
        main_tables(results) if brief else tables,
        [{**result_line(number), "run": missing.status} for number in numbers],
        notes,
        [],
        endings,
    )


def _of_episodes(folder: Path, record: RunRecord, prices: Path | None) -> _Told:
    """Return what is told of the rows of an evaluation, or of a part of a study."""
    rows = list(read_episodes(folder))
    # The rows of a job are a part of its study, which knows what is missing.
    missing = missing_of_evaluation(record, rows) if record.kind == "evaluate" else Missing()
    try:
        cells = summarise(rows)
    except ValueError as error:
        raise RunError(f"{folder / EPISODES_FILE}: {error}") from error
    replies = summarise_replies(folder)
    notes = replies.lines()
    price = price_of(str(record.config.get("model", "")), prices)
    if price is not None and replies.completion_tokens:
        notes.append(
            f"{price.cost(replies):.2f} US dollars, at {price.input:g} for a million tokens in "
            f"and {price.output:g} out."
        )
    tables = [*filter(None, [replies.table()]), *evaluation_tables(cells)]
    lines = [summary_line(cell, missing.status) for cell in cells]
    endings = [f"Everything lies in {folder.resolve()}"]
    return _Told(missing, tables, tables, lines, notes, notes, endings)


def _marked(missing: Missing, sentence: str) -> str:
    """Return a sentence that says whether it is of a whole run."""
    return f"{missing.status}: {sentence}" if missing else sentence


def check_rows(folder: Path, count: int) -> int:
    """Replay up to `count` rows, evenly from the first to the last of a run; return how many.

    Raises:
        RunError: a row does not replay to its rewards.
    """
    read_record(folder)
    total = sum(1 for _ in _replayable(folder))
    chosen = set(np.linspace(0, total - 1, min(count, total), dtype=int).tolist())
    for number, (part, row) in enumerate(_replayable(folder)):
        if number not in chosen:
            continue
        try:
            replay(row)
        except Exception as error:  # whatever a row that somebody edited leads to
            raise RunError(
                f"{part / EPISODES_FILE}: episode {row.index} of {row.cell} ({row.id}) does not "
                f"replay: {type(error).__name__}: {error}"
            ) from error
    return len(chosen)


def _replayable(folder: Path) -> Iterator[tuple[Path, Episode]]:
    """Yield the rows of a run and of its jobs that say what was done, each with its folder.

    Of published rows some do not say it.
    """
    for part in (folder, *sorted((folder / "jobs").glob("*"))):
        for row in read_episodes(part):
            if row.actions is not None or row.replies is not None:
                yield part, row
