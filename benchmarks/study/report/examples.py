"""Example episodes of a report: of both methods, won and lost, by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.records import Episode
from benchmarks.runs import read_episodes
from benchmarks.show.choice import outcome_of
from benchmarks.show.pages import Entry
from benchmarks.show.steps import Changed, play_again
from benchmarks.study.folder import job_folder
from benchmarks.study.names import arm_name
from benchmarks.study.report.compared import shifted_columns
from benchmarks.study.report.summary import Setting, Summary

MOST_BYTES = 6_000_000
"""Of all examples together; those after them are without pictures."""

Named = tuple[str, Entry]


def examples(summary: Summary) -> tuple[list[Named], str]:
    """Return episodes under names such as "SFT, rule_ood", and a sentence about them."""
    found, size, changed = list[Named](), 0, 0
    many = len(summary.settings) > 1
    for one in summary.settings:
        for name, row in _chosen(one):
            try:
                shown = play_again(row, {}, pictures=size < MOST_BYTES)
            except Changed:
                changed += 1
                continue
            size += shown.size
            told = f"{one.suite} {one.policy}, {name}" if many else name
            found.append((told, Entry(row, outcome_of(row, {}), shown)))
    says = (
        "The first episode that was won and the first that was lost, of both methods at the points "
        "that are compared, by column; where a published study keeps what was done at the last "
        "points alone, of these."
    )
    if changed:
        says += f" {changed} more do not replay with this version, and are left out."
    return found, says


def _chosen(one: Setting) -> Iterator[tuple[str, Episode]]:
    """Yield the first won and the first lost row of each side and column.

    Of a point whose rows do not say what was done any more, those of the last one stand in.
    """
    sides, last = _sides(one), one.study.preset.points
    points = {arm: list(dict.fromkeys((point, last))) for arm, point in sides}
    places = [
        f"/{arm}/{point}/{column}"
        for column in _columns(one)
        for arm, _ in sides
        for point in points[arm]
    ]
    known: dict[tuple[str, bool], Episode] = {}
    for seed in one.study.record.seeds:
        for row in _rows(job_folder(one.study.folder, one.policy, seed), places):
            place = next(place for place in places if row.cell.endswith(place))
            known.setdefault((place, row.success), row)
        if len(known) == 2 * len(places):
            break
    for column in _columns(one):
        for arm, _ in sides:
            for won in (False, True):
                found = [known.get((f"/{arm}/{at}/{column}", won)) for at in points[arm]]
                for at, row in zip(points[arm], found):
                    if row is not None:
                        after = "" if at == points[arm][0] else ", last point"
                        yield f"{arm_name(arm)}, {column}{after}", row
                        break


def _rows(job: Path, places: Sequence[str]) -> Iterator[Episode]:
    """Yield the rows of some places that still say what was done."""
    ends = tuple(places)
    for row in read_episodes(job):
        if row.cell.endswith(ends) and (row.replies or row.actions):
            yield row


def _sides(one: Setting) -> list[tuple[str, int]]:
    """Return the arms and points to show: those of the headline, else all last ones."""
    if one.chosen:
        return [(choice.arm, choice.point) for choice in one.chosen.values()]
    last = one.study.preset.points
    return [(arm, last) for arm in one.study.preset.policies[one.policy].all_arms][:2]


def _columns(one: Setting) -> list[str]:
    return [*shifted_columns(one.study), "in"]
