"""The frontier: what each point of training reaches on one column against another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from benchmarks.statistics import rate
from benchmarks.study.cells import Played
from benchmarks.study.endpoints import Cells, arms_by_rate
from benchmarks.study.presets import PolicyPreset, Preset


def curve(
    cells: Cells, arms: Iterable[str], points: int, columns: Sequence[str]
) -> list[dict[str, float | str]]:
    """Return the frontier: for each arm and point the mean and the interval on each column."""
    rows: list[dict[str, float | str]] = []
    for arm, point in [("init", 0), *((arm, p) for arm in arms for p in range(1, points + 1))]:
        row: dict[str, float | str] = {"arm": arm, "point": point}
        for column in columns:
            if cell := cells.get((arm, point, column)):
                estimate = rate(cell.values(), replicates=2_000)
                row |= {
                    column: estimate.value,
                    f"{column}_low": estimate.low,
                    f"{column}_high": estimate.high,
                }
        if len(row) > 2:
            rows.append(row)
    return rows


def mean_over_rates(cells: Cells, policy: PolicyPreset, preset: Preset) -> Cells:
    """Return each method's episodes with their mean over its rates, as of arms "sft" and "rl".

    Of the rates that are measured at a point, and of the episodes that all of them played there.
    """
    found: dict[tuple[str, int, str], Played] = {}
    for method in ("sft", "rl"):
        arms = arms_by_rate(policy, method).values()
        for point in range(1, preset.points + 1):
            for column in preset.curve_columns:
                own = [cell for arm in arms if (cell := cells.get((arm, point, column)))]
                if own:
                    found[method, point, column] = {
                        key: replace(
                            own[0][key], value=float(np.mean([cell[key].value for cell in own]))
                        )
                        for key in set.intersection(*map(set, own))
                    }
    return found
