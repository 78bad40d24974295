"""What arms had spent at their points: they stop at the first step of training that reaches one."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.study.endpoints import arms_by_rate
from benchmarks.study.further_seeds import halfway
from benchmarks.study.loaded import Study
from benchmarks.study.report.summary import Setting
from benchmarks.tables import Table

METHOD, SPENT_AT_END, DIFFERENT = "method", "last", "different points"
"""Columns of `compute_table`."""


def compute_table(settings: Sequence[Setting]) -> Table | None:
    """Return what both methods of grids had spent, in percent of what an arm is given.

    None where no study is a grid.
    """
    rows = [
        [one.title, method.upper(), *_told(one.study, one.policy, method)]
        for one in settings
        if one.study.preset.is_grid and not one.is_part
        for method in ("sft", "rl")
    ]
    if not any(any(row[2:]) for row in rows):
        return None
    return Table(
        "Compute spent at points, in percent of an arm's",
        ["setting", METHOD, "first point", "half", SPENT_AT_END, DIFFERENT],
        rows,
        numbers_from=2,
        note=(
            "Beyond the init, the mean over rates and seeds. An arm stops at the first step of "
            "training that reaches a point. Where a step is large, neighbouring points are the "
            "same weights."
        ),
    )


def _told(study: Study, policy: str, method: str) -> list[str]:
    preset = study.preset
    spent = [share for arm in arms_by_rate(preset.policies[policy], method).values()
             for share in _shares(study, policy, arm)]  # fmt: skip
    if not spent:
        return [""] * 4
    at = [
        f"{100 * sum(shares[point - 1] for shares in spent) / len(spent):.1f}"
        for point in (1, halfway(preset), preset.points)
    ]
    different = {len(set(shares)) for shares in spent}
    counts = " to ".join(str(count) for count in sorted({min(different), max(different)}))
    return [*at, f"{counts} of {preset.points}"]


def _shares(study: Study, policy: str, arm: str) -> list[list[float]]:
    """Return the share of its compute that an arm had spent at each point, of each seed."""
    init = study.flops.get((policy, "init", 0), [])
    points = [
        study.flops.get((policy, arm, point), []) for point in range(1, study.preset.points + 1)
    ]
    whole = study.preset.policies[policy].arm_flops
    if any(len(spent) != len(init) for spent in points):
        return []  # An unfinished arm.
    return [[(spent - start) / whole for spent in of] for start, *of in zip(init, *points)]
