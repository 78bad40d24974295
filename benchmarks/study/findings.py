"""What published results say, for README and docs: `python -m benchmarks.study.findings`.

It reads every study in `results/`, writes `results/quoted.json`, the numbers that pages may quote,
and from these alone the pages of what was found, and words and table in README and on the first
page of the docs. The figure is drawn from the rows.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import typer

from benchmarks.consoles import reported_errors
from benchmarks.plot_style import write_figure
from benchmarks.plots import severities_figure
from benchmarks.runs import RUN_FILE
from benchmarks.study.cells import in_order
from benchmarks.study.findings_pages import (
    FIGURE,
    WRITTEN,
    looks_figure,
    measures_figure,
    written,
)
from benchmarks.study.publish import RESULTS
from benchmarks.study.quoted import QUOTED, quoted, text_of
from benchmarks.study.report import figures
from benchmarks.study.report.measures import measured_rows
from benchmarks.study.report.summary import Summary, summarise_studies
from shiftgym.atomic import write_atomically


def published(results: Path = RESULTS) -> list[Path]:
    """Return the folders of published studies, as `in_order`."""
    return in_order(sorted(path.parent for path in results.glob(f"[!.]*/{RUN_FILE}")))


def main() -> None:
    """Write the numbers, the pages and the figure."""
    with reported_errors():
        _write()


def _write() -> None:
    folders = published()
    summary = summarise_studies(folders, splits=False) if folders else None
    found = quoted(summary)
    write_atomically(QUOTED, text_of(found).encode())
    for path in WRITTEN:
        write_atomically(path, written(path, found).encode())
    if summary is not None:
        of_grids = [one for one in summary.settings if one.study.preset.is_grid]
        drawn = Summary(of_grids or summary.settings)
        write_figure(partial(figures.frontier, drawn), FIGURE)
        for one in summary.one_each:
            name = one.study.folder.name
            if name in found.looks:
                write_figure(partial(severities_figure, one.results), looks_figure(name))
            if name in found.measured:
                draw = partial(figures.measures, one, measured_rows(one))
                write_figure(draw, measures_figure(name))
    print(f"{len(folders)} studies; written: {', '.join(map(str, (QUOTED, *WRITTEN)))}")


if __name__ == "__main__":
    typer.run(main)
