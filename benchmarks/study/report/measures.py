"""What is measured beside success: from rows, and by another command, which leaves a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from benchmarks.statistics import conditional
from benchmarks.study.cells import job_folder
from benchmarks.study.further_seeds import HALF
from benchmarks.study.measured import read_measures, with_interval
from benchmarks.study.names import COLUMN_NAMES, MEASURE_NAMES, arm_name
from benchmarks.study.points import read_points
from benchmarks.study.report.summary import Setting, Summary
from benchmarks.study.splits import splits_tables
from benchmarks.tables import Table
from benchmarks.tasks.task import SUCCESS


def tables_beside_success(summary: Summary) -> list[Table]:
    """Return what rows tell of the columns that are compared, and the tables of files there are."""
    found = []
    for one in summary.one_each:
        of = one.results
        tables = splits_tables(of.splits, of.task, ("in", of.task.shift))
        if measures := read_measures(one.study.folder):
            tables += measures.tables
        # Tables of several runs stand on one page.
        of_which = f"{one.suite}, preset {one.study.preset.name}"
        found += [replace(each, title=f"{each.title} ({of_which})") for each in tables]
    return found


def measured_rows(one: Setting, column: str = "") -> list[dict[str, float | str]]:
    """Return what was measured of weights on the way on a column, a row for each point.

    A row has the names of its measures, each with its bounds, as `frontier.curve` has columns, the
    compute of the seeds that are measured, and how many seeds and episodes these are. There is none
    where the init and last points alone were measured. Points of which other seeds are known than
    of those on the way are left out.

    Args:
        column: "" for the shifted rule.
    """
    column = column or one.study.task.shift
    measures, last = read_measures(one.study.folder), one.study.preset.points
    known = [
        number
        for number in (measures.measured if measures else ())
        if (number.policy, number.column) == (one.policy, column) and not number.by
    ]
    ways = [set(number.estimate.by_seed) for number in known if 0 < number.point < last]
    if not ways:
        return []
    seeds = max(ways, key=len)
    rows: dict[tuple[str, int], dict[str, float | str]] = {}
    for number in known:
        arm, point, estimate = number.arm, number.point, number.estimate
        spent = _flops(one, seeds, f"{arm}/{point}")
        if set(estimate.by_seed) != seeds or not spent:
            continue
        row = rows.setdefault(
            (arm, point),
            {
                "arm": arm,
                "point": point,
                "flops": sum(spent) / len(spent),
                "seeds": len(seeds),
                "episodes": estimate.episodes,
            },
        )
        row |= {
            number.measure: estimate.value,
            f"{number.measure}_low": estimate.low,
            f"{number.measure}_high": estimate.high,
        }
    return [rows[place] for place in sorted(rows, key=lambda place: place[1])]


def shown_measures(rows: Sequence[Mapping[str, float | str]]) -> dict[str, str]:
    """Return what a figure or a table shows of `measured_rows`, by the keys of rows, for people."""
    names = {name for row in rows for name in row}
    samples = sorted(
        (name for name in names if re.fullmatch(r"pass@\d+", name)), key=lambda name: int(name[5:])
    )
    shown = [*dict.fromkeys([*samples[:1], *samples[-1:]]), *MEASURE_NAMES]
    if any(float(row.get("revision_room", 1.0)) < 1.0 for row in rows):
        shown.remove("revision")  # There was no room for all attempts.
    return {name: MEASURE_NAMES.get(name, name) for name in shown if name in names}


def measured_tables(one: Setting) -> list[Table]:
    """Return what was measured under another rule and under the trained one."""
    found = {column: measured_rows(one, column) for column in (one.study.task.shift, "in")}
    return [_measured_table(one, column, rows) for column, rows in found.items() if rows]


def _measured_table(one: Setting, column: str, rows: Sequence[Mapping[str, float | str]]) -> Table:
    """Return what was measured of the init, at half of the compute and the end."""
    preset, names = one.study.preset, shown_measures(rows)
    half = next(n for n in range(1, preset.points + 1) if preset.share(n) >= HALF)
    told = [
        [
            arm_name(str(row["arm"])),
            "" if row["arm"] == "init" else f"{100 * preset.share(int(row['point'])):.0f} %",
            *(_with_interval(name, row) for name in names),
        ]
        for row in rows
        if row["point"] in (0, half, preset.points)
    ]
    header = [name + (", nats" if key == "kl" else " %") for key, name in names.items()]
    metrics, task, seeds = one.study.task.metrics, one.study.task, int(rows[0]["seeds"])
    success, metric = (metrics[name].title.lower() for name in (SUCCESS, task.metric))
    counts = [int(row["episodes"]) for row in rows]
    episodes = " to ".join(dict.fromkeys(f"{count:,}" for count in (min(counts), max(counts))))
    note = (
        f"{seeds} seed{'s' if seeds > 1 else ''}, {episodes} episodes a point, the "
        "first of the column, so that rates differ from those of all. "
        f"pass@k, and within all attempts: {success}. KL: of a word of a reply, or an action."
    )
    if asked := [told for name, told in names.items() if name in ("forced", "unlisted")]:
        note += f" {', and '.join(asked).capitalize()}: {metric}."
    return Table(
        f"{one.name}: {COLUMN_NAMES[column]}",
        ["arm", "of its compute", *header],
        told,
        numbers_from=2,
        note=" ".join(filter(None, [note, conditional(seeds)])),
    )


def _with_interval(measure: str, row: Mapping[str, float | str]) -> str:
    if measure not in row:
        return ""
    value, low, high = (float(row[f"{measure}{end}"]) for end in ("", "_low", "_high"))
    return with_interval(measure, value, low, high)


def _flops(one: Setting, seeds: Iterable[int], point: str) -> list[float]:
    """Return the compute that some seeds had spent at a point, such as rl-2e-4/3."""
    jobs = [read_points(job_folder(one.study.folder, one.policy, seed)) for seed in seeds]
    return [points[point].flops for points in jobs if point in points]
