"""What a run still lacks, so that no table or picture of a part of it is taken for the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmarks.records import Episode, RunRecord
from benchmarks.runs import RunError
from benchmarks.tables import Table

if TYPE_CHECKING:
    from benchmarks.study.presets import Preset
    from benchmarks.suites import Suite
    from benchmarks.tasks.task import Task

INCOMPLETE = "INCOMPLETE"
COMPLETE = "complete"

_MOST_NAMED = 6
"""Parts that a headline names; the rest are counted."""


@dataclass(frozen=True)
class Missing:
    """What is not there yet.

    Attributes:
        parts: a few words for each part; none where the run is complete.
    """

    parts: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.parts)

    @property
    def status(self) -> str:
        """For files that programs read: "INCOMPLETE" or "complete"."""
        return INCOMPLETE if self else COMPLETE

    def headline(self) -> str:
        """Return what stands above tables and pictures, "" where nothing is missing."""
        if not self:
            return ""
        told = "; ".join(self.parts[:_MOST_NAMED])
        more = len(self.parts) - _MOST_NAMED
        return f"{INCOMPLETE}, missing: {told}" + (f"; and {more} more" if more > 0 else "")

    def marked(self, tables: Iterable[Table]) -> list[Table]:
        """Return tables whose titles say whether they are of a whole run."""
        if not self:
            return list(tables)
        return [replace(table, title=f"{INCOMPLETE}: {table.title}") for table in tables]


def missing_of_evaluation(record: RunRecord, rows: Iterable[Episode]) -> Missing:
    """Return the cells of an evaluation that lack episodes.

    Raises:
        RunError: its run.json does not say how many episodes were asked for.
    """
    asked, cells = record.config.get("episodes"), record.config.get("cells")
    if isinstance(cells, dict) and not isinstance(asked, dict):
        # Runs of before there were sizes have one number for all cells.
        asked = dict.fromkeys(cells, asked)
    if not isinstance(cells, dict) or any(
        type(asked.get(cell)) is not int or asked[cell] < 1 for cell in cells
    ):
        raise RunError(
            f"run.json of an evaluation has config.cells, an object, and config.episodes, an "
            f"integer of at least 1 for each of them; got {asked!r} episodes and cells of type "
            f"{type(cells).__name__}. Restore the file, or start in another folder."
        )
    known = Counter(row.cell for row in rows if row.index < asked.get(row.cell, 0))
    return Missing(
        [
            f"{asked[cell] - known[cell]} of {asked[cell]} episodes of {cell}"
            for cell in cells
            if known[cell] < asked[cell]
        ]
    )


PointName = tuple[str, int, str, int]
"""Policy, seed, stage and point."""


def missing_of_study(
    preset: Preset,
    of: Suite,
    task: Task,
    seeds: Iterable[int],
    finished: Collection[PointName],
    episodes: Mapping[tuple[PointName, str], int],
    *,
    reference: str,
) -> Missing:
    """Return the references, points and episodes that a study lacks.

    Args:
        finished: points that the jobs have noted as measured.
        episodes: how many rows there are of a point and a column.
        reference: stands for the policy of agents that need no learning.
    """
    parts, shown = [], of.columns_for(seen=False)
    for seed in seeds:
        for name in task.references:
            point = (reference, seed, name, 0)
            wanted = dict.fromkeys(shown, preset.curve_episodes)
            parts += _lacking(f"{name} seed {seed}", point, wanted, episodes)
        for policy, about in preset.policies.items():
            last, arms = preset.points, about.all_arms
            points = [("init", 0), *((arm, point) for arm in arms for point in range(1, last + 1))]
            absent: dict[str, list[int]] = {}
            for stage, point in points:
                place = (policy, seed, stage, point)
                if place not in finished:
                    absent.setdefault(stage, []).append(point)
                    continue
                final = stage == "init" or point == last
                columns = shown if final else preset.curve_columns
                wanted = {c: preset.episodes(of.columns[c], final=final) for c in columns}
                what = f"{policy} seed {seed} {stage} {point}"
                parts += _lacking(what, place, wanted, episodes)
            told = [
                stage if stage == "init" else f"{stage} points {', '.join(map(str, numbers))}"
                for stage, numbers in absent.items()
            ]
            if told:
                parts.append(f"{policy} seed {seed}: {', '.join(told)}")
    return Missing(parts)


def _lacking(
    what: str,
    point: PointName,
    wanted: Mapping[str, int],
    episodes: Mapping[tuple[PointName, str], int],
) -> list[str]:
    """Return what a point lacks of the episodes of its columns, in at most one part."""
    lacks = sum(
        max(0, count - episodes.get((point, column), 0)) for column, count in wanted.items()
    )
    return [f"{what}: {lacks} of {sum(wanted.values())} episodes"] if lacks else []
