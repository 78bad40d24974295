"""What is measured beside success: from rows, and by another command, which leaves a file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from benchmarks.runs import read_json
from benchmarks.study.measured import MEASURES_FILE
from benchmarks.study.report.summary import Setting, Summary
from benchmarks.study.splits import splits_tables
from benchmarks.tables import Table


def tables_beside_success(summary: Summary) -> list[Table]:
    """Return what rows tell of the columns that are compared, and the tables of files there are."""
    found = []
    for one in {id(one.results): one for one in summary.settings}.values():
        of = one.results
        tables = splits_tables(of.splits, of.task, ("in", of.task.shift))
        told: Any = read_json(one.study.folder / MEASURES_FILE)
        if isinstance(told, dict):
            tables += [_table(each) for each in told.get("tables", ())]
        # Tables of several runs stand on one page.
        of_which = f"{one.suite}, preset {one.study.preset.name}"
        found += [replace(each, title=f"{each.title} ({of_which})") for each in tables]
    return found


def measured_rows(one: Setting) -> list[dict[str, float | str]]:
    """Return what was measured of weights on the way under another rule, a row for each point.

    A row has the names of its measures, each with its bounds, as `frontier.curve` has columns.
    There is none where the init and last points alone were measured.
    """
    told: Any = read_json(one.study.folder / MEASURES_FILE)
    numbers = told.get("measured", ()) if isinstance(told, dict) else ()
    rows: dict[tuple[str, int], dict[str, float | str]] = {}
    for number in numbers:
        if (number["policy"], number["column"]) != (one.policy, one.study.task.shift):
            continue
        arm, point, name = str(number["arm"]), int(number["point"]), str(number["measure"])
        spent = one.study.flops.get((one.policy, arm, point))
        if number["by"] or not spent:
            continue
        row = rows.setdefault(
            (arm, point), {"arm": arm, "point": point, "flops": sum(spent) / len(spent)}
        )
        estimate = number["estimate"]
        row |= {
            name: estimate["value"],
            f"{name}_low": estimate["low"],
            f"{name}_high": estimate["high"],
        }
    last = one.study.preset.points
    if not any(0 < point < last for _, point in rows):
        return []
    return [rows[place] for place in sorted(rows, key=lambda place: place[1])]


def _table(told: dict[str, Any]) -> Table:
    rows = [[str(cell) for cell in row] for row in told["rows"]]
    header = [str(name) for name in told["header"]]
    return Table(str(told["title"]), header, rows, note=str(told.get("note", "")))
