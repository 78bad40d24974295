"""What is measured beside success: from rows, and by another command, which leaves a file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.statistics import Estimate, conditional
from benchmarks.study.folder import job_folder
from benchmarks.study.further_seeds import halfway
from benchmarks.study.measured import read_measures, with_interval
from benchmarks.study.names import COLUMN_NAMES, MEASURE_NAMES, arm_name
from benchmarks.study.points import read_points
from benchmarks.study.report.reached import Reached
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


def measured_on_the_way(one: Setting, column: str = "") -> list[Reached]:
    """Return what was measured of weights at points of training on a column, by measure.

    Compute is that of the seeds that are measured. There is nothing where the init and last points
    alone were measured. Points of which other seeds are known than of those on the way are left
    out.

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
    values: dict[tuple[str, int], dict[str, Estimate]] = {}
    for number in known:
        if set(number.estimate.by_seed) == seeds:
            own = values.setdefault((number.arm, number.point), {})
            own[number.measure] = number.estimate
    jobs = [read_points(job_folder(one.study.folder, one.policy, seed)) for seed in seeds]
    found = []
    for arm, point in sorted(values, key=lambda place: place[1]):
        name = f"{arm}/{point}"
        if spent := [points[name].flops for points in jobs if name in points]:
            found.append(Reached(arm, point, sum(spent) / len(spent), values[arm, point]))
    return found


def shown_measures(points: Sequence[Reached]) -> dict[str, str]:
    """Return the measures that a figure or a table of such points shows, and their names."""
    names = {name for point in points for name in point.values}
    samples = sorted(
        (name for name in names if re.fullmatch(r"pass@\d+", name)), key=lambda name: int(name[5:])
    )
    shown = [*dict.fromkeys([*samples[:1], *samples[-1:]]), *MEASURE_NAMES]
    rooms = [point.values["revision_room"] for point in points if point.has("revision_room")]
    if any(room.value < 1.0 for room in rooms):
        shown.remove("revision")  # There was no room for all attempts.
    return {name: MEASURE_NAMES.get(name, name) for name in shown if name in names}


def measured_tables(one: Setting) -> list[Table]:
    """Return what was measured under another rule and under the trained one."""
    found = {column: measured_on_the_way(one, column) for column in (one.study.task.shift, "in")}
    return [_measured_table(one, column, points) for column, points in found.items() if points]


def _measured_table(one: Setting, column: str, points: Sequence[Reached]) -> Table:
    """Return what was measured of the init, at half of the compute and the end."""
    preset, names = one.study.preset, shown_measures(points)
    told = [
        [
            arm_name(at.arm),
            "" if at.arm == "init" else f"{100 * preset.share(at.point):.0f} %",
            *(_with_interval(name, at) for name in names),
        ]
        for at in points
        if at.point in (0, halfway(preset), preset.points)
    ]
    header = [name + (", nats" if key == "kl" else " %") for key, name in names.items()]
    estimates = [next(iter(at.values.values())) for at in points]
    metrics, task, seeds = one.study.task.metrics, one.study.task, estimates[0].seeds
    success, metric = (metrics[name].title.lower() for name in (SUCCESS, task.metric))
    counts = [estimate.episodes for estimate in estimates]
    episodes = " to ".join(dict.fromkeys(f"{count:,}" for count in (min(counts), max(counts))))
    note = (
        f"{seeds} seed{'s' if seeds > 1 else ''}, {episodes} episodes a point, the "
        "first of the column, so that rates differ from those of all. "
        f"pass@k, and within all attempts: {success}. KL: of a word of a reply, or an action."
    )
    if asked := [told for name, told in names.items() if name in ("forced", "unlisted")]:
        note += f" {', and '.join(asked).capitalize()}: {metric}."
    return Table(
        f"{one.title}: {COLUMN_NAMES[column]}",
        ["arm", "of its compute", *header],
        told,
        numbers_from=2,
        note=" ".join(filter(None, [note, conditional(seeds)])),
    )


def _with_interval(measure: str, at: Reached) -> str:
    if not at.has(measure):
        return ""
    estimate = at.values[measure]
    return with_interval(measure, estimate.value, estimate.low, estimate.high)
