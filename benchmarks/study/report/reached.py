"""What arms reach at their points of training, as figures and tables have it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.statistics import Estimate, rate
from benchmarks.study.cells import CURVE_REPLICATES, Played, PlayedByArm
from benchmarks.study.endpoints import arms_by_rate
from benchmarks.study.presets import PolicyPreset, Preset
from benchmarks.study.results import CurvePoint


@dataclass(frozen=True)
class Reached:
    """What was measured of an arm at a point of its training.

    Attributes:
        point: its number, 0 of the init.
        flops: compute up to there, the init included, the mean over seeds.
        values: by column, or by measure.
    """

    arm: str
    point: int
    flops: float
    values: Mapping[str, Estimate]

    def has(self, *names: str) -> bool:
        """Return whether all of these were measured."""
        return self.values.keys() >= set(names)


def reached(curves: Iterable[CurvePoint], policy: str, arms: Sequence[str]) -> list[Reached]:
    """Return what a policy's arms reach on each column, the init first, then arm by arm."""
    order = ["init", *arms]
    found: dict[tuple[str, int], dict[str, CurvePoint]] = {}
    for one in curves:
        if one.policy == policy and one.arm in order:
            found.setdefault((one.arm, one.point), {})[one.column] = one
    return [
        Reached(
            *place,
            next(iter(own.values())).flops,
            {column: one.estimate for column, one in own.items()},
        )
        for place, own in sorted(found.items(), key=lambda item: (order.index(item[0][0]), item[0]))
    ]


def mean_over_rates(played: PlayedByArm, policy: PolicyPreset, preset: Preset) -> PlayedByArm:
    """Return each method's episodes with their mean over its rates, as of arms "sft" and "rl".

    Of the rates that are measured at a point, and of the episodes that all of them played there.
    """
    found: dict[tuple[str, int, str], Played] = {}
    for method in ("sft", "rl"):
        arms = arms_by_rate(policy, method).values()
        for point in range(1, preset.points + 1):
            for column in preset.curve_columns:
                own = [episodes for arm in arms if (episodes := played.get((arm, point, column)))]
                if own:
                    found[method, point, column] = {
                        key: replace(
                            own[0][key],
                            value=float(np.mean([episodes[key].value for episodes in own])),
                        )
                        for key in set.intersection(*map(set, own))
                    }
    return found


def means_reached(played: PlayedByArm, columns: Collection[str]) -> list[Reached]:
    """Return what `mean_over_rates` reaches on some columns, with no compute of its own."""
    places = sorted({(arm, point) for arm, point, column in played if column in columns})
    return [
        Reached(
            arm,
            point,
            0.0,
            {
                column: rate(episodes.values(), replicates=CURVE_REPLICATES)
                for column in columns
                if (episodes := played.get((arm, point, column)))
            },
        )
        for arm, point in places
    ]
