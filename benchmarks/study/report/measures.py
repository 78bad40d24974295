"""What is measured beside success: from rows, and by another command, which leaves a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from benchmarks.runs import read_json
from benchmarks.study.cells import job_folder
from benchmarks.study.measured import MEASURES_FILE
from benchmarks.study.points import read_points
from benchmarks.study.report.summary import Setting, Summary
from benchmarks.study.splits import splits_tables
from benchmarks.tables import Table


def tables_beside_success(summary: Summary) -> list[Table]:
    """Return what rows tell of the columns that are compared, and the tables of files there are."""
    found = []
    for one in summary.one_each:
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

    A row has the names of its measures, each with its bounds, as `frontier.curve` has columns, and
    the compute of the seeds that are measured. There is none where the init and last points alone
    were measured. Points of which other seeds are known than of those on the way are left out.
    """
    told: Any = read_json(one.study.folder / MEASURES_FILE)
    known = [
        number
        for number in (told.get("measured", ()) if isinstance(told, dict) else ())
        if (number["policy"], number["column"]) == (one.policy, one.study.task.shift)
        and not number["by"]
    ]
    last = one.study.preset.points
    ways = [set(n["estimate"]["by_seed"]) for n in known if 0 < int(n["point"]) < last]
    if not ways:
        return []
    seeds = max(ways, key=len)
    rows: dict[tuple[str, int], dict[str, float | str]] = {}
    for number in known:
        arm, point, name = str(number["arm"]), int(number["point"]), str(number["measure"])
        estimate = number["estimate"]
        spent = _flops(one, seeds, f"{arm}/{point}")
        if set(estimate["by_seed"]) != seeds or not spent:
            continue
        row = rows.setdefault(
            (arm, point), {"arm": arm, "point": point, "flops": sum(spent) / len(spent)}
        )
        row |= {
            name: estimate["value"],
            f"{name}_low": estimate["low"],
            f"{name}_high": estimate["high"],
        }
    return [rows[place] for place in sorted(rows, key=lambda place: place[1])]


def _flops(one: Setting, seeds: Iterable[str], point: str) -> list[float]:
    """Return the compute that some seeds had spent at a point, such as rl-2e-4/3."""
    jobs = [read_points(job_folder(one.study.folder, one.policy, int(seed))) for seed in seeds]
    return [points[point].flops for points in jobs if point in points]


def _table(told: dict[str, Any]) -> Table:
    rows = [[str(cell) for cell in row] for row in told["rows"]]
    header = [str(name) for name in told["header"]]
    return Table(str(told["title"]), header, rows, note=str(told.get("note", "")))
