"""Further measures of a run, such as pass@k, which another command leaves in its folder."""

from __future__ import annotations

from typing import Any

from benchmarks.runs import read_json
from benchmarks.study.report.summary import Summary
from benchmarks.tables import Table

MEASURES_FILE = "measures.json"


def measures_tables(summary: Summary) -> list[Table]:
    """Return the tables of the files that are there."""
    found = []
    for folder in dict.fromkeys(one.study.folder for one in summary.settings):
        told: Any = read_json(folder / MEASURES_FILE)
        if isinstance(told, dict):
            found += [_table(one) for one in told.get("tables", ())]
    return found


def _table(told: dict[str, Any]) -> Table:
    rows = [[str(cell) for cell in row] for row in told["rows"]]
    header = [str(name) for name in told["header"]]
    return Table(str(told["title"]), header, rows, note=str(told.get("note", "")))
