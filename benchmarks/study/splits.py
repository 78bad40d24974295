"""Columns of a study by parts of their episodes, and what replies tell beside success: from rows.

`python -m benchmarks.study.splits RUN` writes them for every point to splits.json in the run's
folder; `benchmarks report` has those of the init and of each arm's last point.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.consoles import reported_errors
from benchmarks.records import Episode
from benchmarks.runs import write_json
from benchmarks.statistics import Observation, rate
from benchmarks.study.cells import CURVE_REPLICATES, Place
from benchmarks.study.facts import MEASURES, PARTS, facts_of
from benchmarks.study.folder import described
from benchmarks.study.loaded import load_study
from benchmarks.study.measured import Measured, pivot_table, plain
from benchmarks.tables import Table
from benchmarks.tasks.task import Task

SPLITS_FILE = "splits.json"

_SPLIT_TOO = ("read_right",)
"""Of MEASURES, those that are parted too: all else is of all episodes of a column."""

_Key = tuple[str, str, int, str, str, str, str]


class Splits:
    """Collects rows: call it with each of them.

    Args:
        stages: of each policy, in the order of tables.
        points: of each policy the stages and points that count; None for all.
    """

    def __init__(
        self,
        task: Task,
        stages: Mapping[str, Iterable[str]],
        points: Mapping[str, Collection[tuple[str, int]]] | None = None,
    ) -> None:
        self._task, self._points = task, points
        self._stages = {name: list(of) for name, of in stages.items()}
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

        def place(key: _Key) -> tuple[str | int, ...]:
            policy, stage, point, column, measure, by, part = key
            at = self._stages[policy].index(stage)
            return policy, at, point, column, order[measure], parted[by], part

        for key in sorted(self._found, key=place):
            yield Measured(*key, rate(self._found[key], replicates=CURVE_REPLICATES))


def splits_tables(
    numbers: Iterable[Measured], task: Task, columns: Collection[str] | None = None
) -> list[Table]:
    """Return a table of the primary metric for each way to part episodes, and of what replies tell.

    Args:
        columns: that are shown; None for all.
    """
    shown = [one for one in numbers if columns is None or one.column in columns]
    titles = {task.metric: task.metrics[task.metric].title}
    titles |= {name: MEASURES[name].title for name in _SPLIT_TOO}
    intervals = (
        f"95 % intervals over seeds and {task.noun}; of one seed, or where all episodes came out "
        f"alike, Wilson's over {task.noun}."
    )
    tables = [
        pivot_table(
            f"{title} in percent by {words}",
            [one for one in shown if one.by == by and one.measure == measure],
            lambda one: one.part,
            counts=True,
            note=intervals,
        )
        for measure, title in titles.items()
        for by, words in PARTS.items()
        if measure == task.metric or by not in ("seen", "read")
    ]
    notes = [f"{of.title}: {of.note}" for of in MEASURES.values() if of.note]
    tables.append(
        pivot_table(
            "What replies tell beside success, in percent",
            [one for one in shown if not one.by],
            lambda one: MEASURES[one.measure].title,
            counts=True,
            note=" ".join([intervals, *notes]),
        )
    )
    return [table for table in tables if table.rows]


def write_splits(folder: Path) -> Path:
    """Write the splits of every point of a study; return the file.

    Raises:
        RunError: it is not a study's folder.
    """
    _, preset, of = described(folder)
    splits = Splits(preset.task(of), preset.stages)
    load_study(folder, splits)
    write_json(folder / SPLITS_FILE, {"splits": plain(splits.numbers())})
    return folder / SPLITS_FILE


def main(
    folders: Annotated[list[Path], typer.Argument(help="Folders of studies.")],
) -> None:
    """Write the splits of every point into each folder."""
    with reported_errors():
        for folder in folders:
            print(write_splits(folder))


if __name__ == "__main__":
    typer.run(main)
