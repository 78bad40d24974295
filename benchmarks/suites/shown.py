"""A suite as lines of text: what it is, and its columns with what is played of each."""

from __future__ import annotations

import json
from collections.abc import Iterator

from benchmarks.cells import column_count
from benchmarks.suites import Suite
from benchmarks.tasks import task_named


def lines_of(of: Suite) -> Iterator[str]:
    """Yield a headline, then a header and a line for each column, set as a table.

    A column of which nobody knows how many hands or routes it has shows "many".
    """
    game = f" In every column: {json.dumps(of.game)}." if of.game else ""
    private = " A private set." if of.key else ""
    yield f"{of.name}, version {of.version}, digest {of.digest}.{private} {_folds(of.folds)}{game}"
    lines = [["column", "split", task_named(of.task).noun, *of.sizes, "id and keywords"]]
    for column, about in of.columns.items():
        sizes = [str(of.size(column, size) or "all") for size in of.sizes]
        given = [f"{name}={json.dumps(value)}" for name, value in about.keywords.items()]
        count = str(column_count(of, column) or "many")
        lines.append([column, about.split or "all", count, *sizes, " ".join([about.id, *given])])
    widths = [max(map(len, column)) for column in zip(*lines)]
    for line in lines:
        *cells, played = line
        yield "  ".join([*(cell.ljust(width) for cell, width in zip(cells, widths)), played])


def _folds(folds: int) -> str:
    """Return what is to be said of the parts that are held out."""
    if folds == 1:
        return "It is not split."
    return (
        f"{folds} parts: seed i of a study is tested on part i (mod {folds - 1}), and part "
        f"{folds - 1} is the validation part of all."
    )
