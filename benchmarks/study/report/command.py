"""Write the report of studies: HTML, Markdown, CSV and figures."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from benchmarks.consoles import say
from benchmarks.study.costs import costs
from benchmarks.study.report.page import csv_rows, drawings, html, markdown, write_drawings
from benchmarks.study.report.summary import Summary
from benchmarks.tables import write_csv
from shiftgym.atomic import write_atomically


def write_report(summary: Summary, out: Path, console: Console) -> None:
    """Write report.html, report.md, report.csv and the figures into a folder; of several studies
    also costs.csv, which else lies with the tables of the one.

    Args:
        out: made if missing.

    Raises:
        RunError: the rows of an example are damaged.
        OSError: a file cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    drawn = drawings(summary)
    write_drawings(drawn, out)
    write_atomically(out / "report.html", html(summary, drawn).encode("utf-8", "replace"))
    write_atomically(out / "report.md", markdown(summary, drawn).encode("utf-8", "replace"))
    write_csv(out / "report.csv", csv_rows(summary))
    studies = {one.study.folder: one.study for one in summary.settings}
    if len(studies) > 1:
        names = [folder.name for folder in studies]
        told = [
            {"study": folder.name if names.count(folder.name) == 1 else str(folder), **row}
            for folder, study in studies.items()
            for row in costs(folder, study.record, study.preset.policies)
        ]
        write_csv(out / "costs.csv", told)
    if summary.headline:
        say(console, summary.headline)
    say(console, f"Report: {(out / 'report.html').resolve()}")
