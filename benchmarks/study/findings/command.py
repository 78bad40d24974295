"""What published results say, for README and docs: `python -m benchmarks.study.findings`.

It reads every study in `results/`, writes `results/quoted.json`, the numbers that pages may quote,
and from these alone the pages of what was found, and words and table in README and on the first
page of the docs. The figure is drawn from the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from benchmarks.consoles import reported_errors
from benchmarks.plot_style import LIGHT_PNG, Theme, write_figure
from benchmarks.runs import RUN_FILE, RunError
from benchmarks.study.findings.files import FIGURE, TABLED, WRITTEN, looks_figure, measures_figure
from benchmarks.study.findings.pages import written
from benchmarks.study.findings.quoted import QUOTED, Quoted, quoted, text_of
from benchmarks.study.folder import in_order
from benchmarks.study.plots import severities_figure
from benchmarks.study.publish import BEFORE, RESULTS
from benchmarks.study.report import figures
from benchmarks.study.report.measures import measured_on_the_way
from benchmarks.study.report.summary import Setting, Summary, summarise_studies
from shiftgym.atomic import write_atomically


def published(results: Path = RESULTS) -> list[Path]:
    """Return the folders of published studies, as `in_order`."""
    return in_order(sorted(path.parent for path in results.glob(f"[!.]*/{RUN_FILE}")))


def main() -> None:
    """Write the numbers, the pages and the figures: of finished studies, or nothing."""
    with reported_errors():
        _write()


def _write() -> None:
    folders = published()
    if lacking := [str(path) for path in TABLED if not path.exists()]:
        raise RunError(
            f"There is no {' and no '.join(lacking)} here, whose tables would be written. Run this "
            f"in the root of a checkout."
        )
    for path in sorted(RESULTS.glob(f".*{BEFORE}")):
        if not (was := path.with_name(path.name[1:].removesuffix(BEFORE))).exists():
            raise RunError(
                f"{was} was being published when that was killed, and {path} holds what was there "
                f"before. Publish it again, or rename {path} to {was}."
            )
    if not folders:
        raise RunError(f"There is no study in {RESULTS}/: publish one first.")
    # It takes some ten minutes of all published studies.
    summary = summarise_studies(
        folders, splits=False, begin=lambda one: print(f"Reading {one} ...", flush=True)
    )
    if summary.is_unfinished:
        raise RunError(
            f"Pages quote whole studies alone. {summary.headline} Finish what is missing, and "
            f"publish it again."
        )
    found = quoted(summary)
    pages = {path: written(path, found) for path in WRITTEN}
    write_atomically(QUOTED, text_of(found).encode())
    for path, text in pages.items():
        write_atomically(path, text.encode())
    of_grids = [one for one in summary.settings if one.study.preset.is_grid]
    drawn = Summary(of_grids or summary.settings)
    write_figure(partial(figures.frontier, drawn), FIGURE)
    for one in summary.one_each:
        for path, draw in _pictures(one, found):
            write_figure(draw, path, dpi=110, files=LIGHT_PNG)
    if summary.headline:
        print(summary.headline)
    print(f"{len(folders)} studies; written: {', '.join(map(str, (QUOTED, *WRITTEN)))}")


def _pictures(one: Setting, found: Quoted) -> Iterator[tuple[Path, Callable[[Theme], Figure]]]:
    """Yield the files of a study's own pictures, and what draws them."""
    name = one.study.folder.name
    if name in found.looks:
        yield looks_figure(name), partial(severities_figure, one.results)
    if name in found.measured:
        yield measures_figure(name), partial(figures.measures, one, measured_on_the_way(one))
