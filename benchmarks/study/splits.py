"""Columns of a study by parts of their episodes, and what replies tell beside success: from rows.

`python -m benchmarks.study.splits RUN` writes them for every point to splits.json in the run's
folder; `benchmarks report` has those of the init and of each arm's last point.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from benchmarks.records import Episode
from benchmarks.runs import RunError, write_json
from benchmarks.statistics import Observation, rate
from benchmarks.study.cells import CURVE_REPLICATES, Place, described, read_study
from benchmarks.study.facts import MEASURES, PARTS, facts_of
from benchmarks.study.measured import Measured, plain
from benchmarks.tables import Table, interval
from benchmarks.tasks.task import Task

SPLITS_FILE = "splits.json"

_SPLIT_TOO = ("read_right",)
"""Of MEASURES, those that are parted too: all else is of all episodes of a column."""

_Key = tuple[str, str, int, str, str, str, str]


class Splits:
    """Collects rows: call it with each of them.

    Args:
        points: of each policy the stages and points that count; None for all.
    """

    def __init__(
        self, task: Task, points: Mapping[str, Collection[tuple[str, int]]] | None = None
    ) -> None:
        self._task, self._points = task, points
        self._found: defaultdict[_Key, list[Observation]] = defaultdict(list)

    def __call__(self, place: Place, row: Episode) -> None:
        """Count a row."""
        policy, seed, stage, point, column = place
        if self._points is not None and (stage, point) not in self._points.get(policy, ()):
            return
        facts, metric = facts_of(row), self._task.metric

        def add(measure: str, by: str, part: str, value: float) -> None:
            key = (policy, stage, point, column, measure, by, part)
            self._found[key].append(Observation(seed, row.cluster, value))

        for name, value in facts.values.items():
            add(name, "", "", value)
        for by, part in facts.parts.items():
            add(metric, by, part, row.value(metric))
            for name in _SPLIT_TOO:
                if name in facts.values and by != "read":
                    add(name, by, part, facts.values[name])

    def numbers(self) -> Iterator[Measured]:
        """Yield what was found, in the order of tables."""
        order = {name: place for place, name in enumerate([self._task.metric, *MEASURES])}
        parted = {name: place for place, name in enumerate(["", *PARTS])}
        for key in sorted(
            self._found,
            key=lambda key: (key[:4], order[key[4]], parted[key[5]], key[6]),
        ):
            yield Measured(*key, rate(self._found[key], replicates=CURVE_REPLICATES))


def splits_tables(numbers: Collection[Measured], task: Task) -> list[Table]:
    """Return a table of the primary metric by parts of episodes, and one of what replies tell."""
    parts = [
        [*_place(number), PARTS[number.by], number.part, *_shown(number)]
        for number in numbers
        if number.by and number.measure == task.metric
    ]
    others = [
        [*_place(number), MEASURES[number.measure].title, *_shown(number)]
        for number in numbers
        if not number.by
    ]
    title = task.metrics[task.metric].title
    tables = [
        Table(
            f"{title} in percent by parts of the episodes",
            ["policy", "arm", "column", "by", "part", "percent", "episodes"],
            parts,
            numbers_from=5,
        ),
        Table(
            "What replies tell beside success, in percent",
            ["policy", "arm", "column", "measure", "percent", "episodes"],
            others,
            numbers_from=4,
            note=" ".join(f"{of.title}: {of.note}" for of in MEASURES.values() if of.note),
        ),
    ]
    return [table for table in tables if table.rows]


def _place(number: Measured) -> tuple[str, str, str]:
    return number.policy, number.arm, number.column


def _shown(number: Measured) -> tuple[str, str]:
    estimate = number.estimate
    return interval(estimate.value, estimate.low, estimate.high), f"{estimate.episodes:,}"


def write_splits(folder: Path) -> Path:
    """Write the splits of every point of a study; return the file.

    Raises:
        RunError: it is not a study's folder.
    """
    record, preset, of = described(folder)
    task = preset.task(of)
    splits = Splits(task)
    read_study(folder, record, preset.policies, task, splits)
    write_json(folder / SPLITS_FILE, {"splits": plain(splits.numbers())})
    return folder / SPLITS_FILE


if __name__ == "__main__":
    try:
        for name in sys.argv[1:]:
            print(write_splits(Path(name)))
    except RunError as problem:
        raise SystemExit(str(problem)) from None
