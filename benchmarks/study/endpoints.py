"""The declared endpoints: what validation chooses, and what is compared at it.

docs/protocol.md says what they are. All of it is computed from the rows on disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from benchmarks.significance import difference_test
from benchmarks.statistics import Observation, PairedTest
from benchmarks.study.cells import Played, PlayedByArm
from benchmarks.study.further_seeds import halfway, is_near_half
from benchmarks.study.presets import PolicyPreset, Preset

CHOOSES = "in_validation"
"""The column that rates and points are chosen by."""

ENDPOINTS = {
    "a": "each arm at its chosen rate and point",
    "b": "both at the same rate after half of the compute, mean over rates",
    "c": "each arm at its chosen rate, at the last point",
}
MARGIN = 0.03
"""A difference that matters, in shares: the protocol asks for the power to see it."""

LEARNED = 0.9
"""Of what the method learns that learns less: there both are compared at equal success. Not all of
it, for then points that are equal but for chance decide which ones are compared."""

SHIFTED = "ood_validation"
"""The column that chooses nothing; what it would have chosen is reported."""

PRIMARY, SECONDARY = "rule_ood", ("in", "in_train", "ood_train")
"""The column of the endpoints, and those on which the same differences are given without a test."""


@dataclass(frozen=True)
class Choice:
    """What validation chose for a method.

    Attributes:
        arm: its name, of the rate.
        point: its number, from 1.
        validation: mean over seeds of the metric there, on the column that chose.
    """

    arm: str
    point: int
    validation: float


@dataclass(frozen=True)
class Endpoint:
    """RL - SFT on one column, one of `ENDPOINTS`.

    Attributes:
        unfinished: whether a study that it is of lacks points or episodes.
    """

    suite: str
    policy: str
    name: str
    column: str
    test: PairedTest
    unfinished: bool = False


def arms_by_rate(policy: PolicyPreset, method: str) -> dict[float, str]:
    """Return the arms of a method from the init, by learning rate in ascending order.

    Of several with one rate the first counts: the others are its controls. The rate of an arm that
    names none is 0.
    """
    found: dict[float, str] = {}
    for name, arm in policy.all_arms.items():
        if arm.method == method and arm.start is None:
            found.setdefault(float(arm.settings.get("learning_rate", 0.0)), name)
    return dict(sorted(found.items()))


def choose(played: PlayedByArm, arms: Iterable[str], points: int, column: str = CHOOSES) -> Choice:
    """Return the arm and the point that are best on validation.

    Args:
        arms: in ascending order of their rates; of equal ones the first counts, and of its points
            the first.
        points: of each arm.
        column: of validation.

    Raises:
        ValueError: no point of any arm is measured.
    """
    arms = list(arms)
    known = on_validation(played, arms, points, column)
    if not known:
        told = ", ".join(arms) or "an arm"
        raise ValueError(f"No point of {told} is measured on {column} yet.")
    return max(known, key=lambda one: one.validation)


def on_validation(
    played: PlayedByArm, arms: Iterable[str], points: int, column: str = CHOOSES
) -> list[Choice]:
    """Return what could be chosen: the points that are measured, in the order of the arms.

    All are compared on the seeds that all have, which in an unfinished study are not all. Means
    are rounded to twelve digits, so that equal ones are equal in whatever order they are summed.
    """
    known = {
        (arm, point): episodes
        for arm in arms
        for point in range(1, points + 1)
        if (episodes := played.get((arm, point, column)))
    }
    of_each = [{seed for seed, _ in episodes} for episodes in known.values()]
    seeds = set.intersection(*of_each) if of_each else set()
    return [
        Choice(*place, round(mean_over_seeds(o for o in episodes.values() if o.seed in seeds), 12))
        for place, episodes in known.items()
        if seeds
    ]


def differences(pairs: Sequence[tuple[Played, Played]]) -> list[Observation]:
    """Return the mean over pairs of `first - second`, for each episode that all of them played."""
    shared = sorted(set.intersection(*(set(episodes) for pair in pairs for episodes in pair)))
    return [
        Observation(
            key[0],
            pairs[0][0][key].cluster,
            float(np.mean([first[key].value - second[key].value for first, second in pairs])),
        )
        for key in shared
    ]


def at_equal_rates(policy: PolicyPreset, preset: Preset) -> list[tuple[str, str]]:
    """Return the arms of RL and of SFT that have one rate, in pairs.

    There is none where arms were chosen from a grid: the mean over its rates is the grid's.
    """
    if preset.is_chosen:
        return []
    sft, rl = (arms_by_rate(policy, method) for method in ("sft", "rl"))
    return [(rl[rate], sft[rate]) for rate in rl if rate in sft]


Sides = tuple[tuple[str, int], tuple[str, int]]
"""Arm and point of RL, and of SFT."""


def choices(
    played: PlayedByArm, policy: PolicyPreset, preset: Preset, column: str = CHOOSES
) -> dict[str, Choice]:
    """Return what a column of validation chose for each method: "sft" and "rl".

    Raises:
        ValueError: no point of a method is measured on validation.
    """
    return {
        method: choose(played, arms_by_rate(policy, method).values(), preset.points, column)
        for method in ("sft", "rl")
    }


def at_equal_success(played: PlayedByArm, policy: PolicyPreset, preset: Preset) -> list[Sides]:
    """Return arms and points at which both methods have learned as much of the trained rule.

    They have where success on validation first lies `LEARNED` of the way from the init to the best
    point of the method that learns less. Rates that never get there are left out. Each arm of RL
    is paired with each of SFT, so that the mean over pairs is the difference of the means over
    rates. There is none where a method learns nothing.

    Raises:
        ValueError: the init, or no point of a method, is measured on validation.
    """
    best = min(one.validation for one in choices(played, policy, preset).values())
    if not (init := played.get(("init", 0, CHOOSES))):
        raise ValueError(f"The init is not measured on {CHOOSES} yet.")
    start = mean_over_seeds(init.values())
    if best <= start:
        return []
    level = start + LEARNED * (best - start)

    def reaching(method: str) -> list[tuple[str, int]]:
        first: dict[str, int] = {}
        for one in on_validation(played, arms_by_rate(policy, method).values(), preset.points):
            if one.validation >= level:
                first.setdefault(one.arm, one.point)
        return list(first.items())

    return list(product(reaching("rl"), reaching("sft")))


def equally_good(played: PlayedByArm, policy: PolicyPreset, preset: Preset) -> list[Sides]:
    """Return all arms and points that validation finds as good as the chosen ones, paired.

    Each of RL is paired with each of SFT, so that the mean over pairs is what to expect where ties
    are broken by chance. There is none where both methods have a single best point.
    """

    def best_of(method: str) -> list[tuple[str, int]]:
        known = on_validation(played, arms_by_rate(policy, method).values(), preset.points)
        best = max((one.validation for one in known), default=0.0)
        return [(one.arm, one.point) for one in known if one.validation == best]

    pairs = list(product(best_of("rl"), best_of("sft")))
    return pairs if len(pairs) > 1 else []


def declared(
    chosen: Mapping[str, Choice], policy: PolicyPreset, preset: Preset
) -> dict[str, list[Sides]]:
    """Return what is compared at each of `ENDPOINTS`; those that the preset lacks are left out.

    Args:
        chosen: see `choices`. Without it there is no (a), and (c) is of a preset with one rate.
    """
    sft, rl = (arms_by_rate(policy, method) for method in ("sft", "rl"))
    half = halfway(preset)
    found: dict[str, list[Sides]] = {}
    if chosen:
        found["a"] = [
            ((chosen["rl"].arm, chosen["rl"].point), (chosen["sft"].arm, chosen["sft"].point))
        ]
    # A preset of few points has none at half of the compute.
    equal = at_equal_rates(policy, preset) if is_near_half(preset.share(half)) else []
    if equal:
        found["b"] = [((first, half), (second, half)) for first, second in equal]
    if chosen:
        ends = [chosen[method].arm for method in ("rl", "sft")]
    else:
        ends = [*rl.values(), *sft.values()] if len(rl) == len(sft) == 1 else []
    if ends:
        found["c"] = [((ends[0], preset.points), (ends[1], preset.points))]
    return found


def endpoints(
    played: PlayedByArm,
    suite: str,
    name: str,
    policy: PolicyPreset,
    preset: Preset,
    column: str,
    further: PlayedByArm | None = None,
) -> tuple[dict[str, Choice], list[Endpoint]]:
    """Return what validation chose for each method, and the endpoints on a column.

    Those that an unfinished study has no episodes of yet are left out.

    Args:
        further: those that (b) is of, see `with_further_seeds`; None for the same.

    Raises:
        ValueError: no point of a method is measured on validation.
    """
    chosen = choices(played, policy, preset)
    found = []
    for endpoint, pairs in declared(chosen, policy, preset).items():
        counted = further if endpoint == "b" and further is not None else played
        sides = [
            tuple(counted.get((arm, point, column), {}) for arm, point in pair) for pair in pairs
        ]
        told = differences([(first, second) for first, second in sides])
        if told:
            found.append(Endpoint(suite, name, endpoint, column, difference_test(told)))
    return chosen, found


def mean_over_seeds(observations: Iterable[Observation]) -> float:
    """Return the mean over seeds of the mean over the episodes of each."""
    by_seed: dict[int, list[float]] = {}
    for one in observations:
        by_seed.setdefault(one.seed, []).append(one.value)
    return float(np.mean([np.mean(values) for values in by_seed.values()]))
