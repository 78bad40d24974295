"""Tests over several seeds, and what several tests together may say."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from benchmarks.statistics import (
    CONFIDENCE,
    FEW_SEEDS,
    REPLICATES,
    Estimate,
    Observation,
    PairedTest,
    mean_difference,
    paired_test,
    recombine,
    redraw,
)

POWER_ERRORS = 2.80
"""A difference of so many standard errors is found at 5 %, two-sided, with a power of 80 %."""

_RARE, _MORE = 10, 100
"""Where fewer replicates are on one side of 0, p is computed from so many times as many: of 10,000
replicates none is small enough to be found among several hundred tests."""


def difference_test(
    differences: Sequence[Observation], *, replicates: int = REPLICATES
) -> PairedTest:
    """Test whether the mean of paired differences is 0.

    Over several seeds p is twice the smaller share of bootstrap replicates on either side of 0, of
    100 times as many where there are hardly any; over one seed it is that of `paired_test`.

    Args:
        differences: one for each episode that both sides played, in [-1, 1].

    Raises:
        ValueError: there are none.
    """
    if len({one.seed for one in differences}) == 1:
        sides = ({}, {})  # type: tuple[dict[tuple[int, int], Observation], ...]
        for number, one in enumerate(differences):
            for side, value in zip(sides, (one.value, 0.0)):
                side[one.seed, number] = Observation(one.seed, one.cluster, value)
        return paired_test(*sides)
    estimate = mean_difference(differences, replicates)
    if not any(one.value for one in differences):
        return PairedTest(estimate, 0.0, 1.0)
    _, redrawn = redraw(differences, replicates=replicates)
    spread = float(redrawn.std())
    if _on_the_rarer_side(redrawn) < _RARE:
        redrawn = recombine(differences, replicates=_MORE * replicates)
    p_value = min(1.0, 2 * (_on_the_rarer_side(redrawn) + 1) / (len(redrawn) + 1))
    return PairedTest(estimate, spread, p_value)


def _on_the_rarer_side(redrawn: NDArray[np.float64]) -> int:
    """Return how many replicates are on that side of 0 which has fewer; on 0 is on both."""
    return int(min((redrawn <= 0).sum(), (redrawn >= 0).sum()))


def seeds_test(estimate: Estimate) -> float | None:
    """Return p of Student's t-test that the mean over seeds is 0, each seed one number.

    It knows of no episodes, so it is a check on tests of few seeds. None of fewer than two, or
    where all are alike.
    """
    means = list(estimate.by_seed.values())
    if len(set(means)) < 2:
        return None
    error = float(np.std(means, ddof=1)) / len(means) ** 0.5
    return float(2 * stdtr(len(means) - 1, -abs(float(np.mean(means))) / error))


def seeds_interval(estimate: Estimate) -> tuple[float, float] | None:
    """Return Student's 95 % interval of the mean over seeds, each seed one number.

    None of fewer than two.
    """
    means = list(estimate.by_seed.values())
    if len(means) < 2:
        return None
    error = float(np.std(means, ddof=1)) / len(means) ** 0.5
    half = float(stdtrit(len(means) - 1, (1 + CONFIDENCE) / 2)) * error
    return estimate.value - half, estimate.value + half


def holm(p_values: Sequence[float], tests: int = 0) -> list[float]:
    """Return p-values that Holm's step-down procedure has adjusted, in the same order.

    Args:
        tests: how many were declared together, where some are not made yet: these count as if
            nothing had been found.
    """
    adjusted, largest = [0.0] * len(p_values), 0.0
    together = max(tests, len(p_values))
    ranked = sorted(range(len(p_values)), key=lambda number: p_values[number])
    for rank, number in enumerate(ranked):
        largest = max(largest, min(1.0, (together - rank) * p_values[number]))
        adjusted[number] = largest
    return adjusted


def smallest_seen(test: PairedTest) -> float | None:
    """Return the difference that so many seeds and episodes find with a power of 80 %.

    None where no episode differs, so that the spread is not known.
    """
    return POWER_ERRORS * test.spread if test.spread else None


def seeds_to_see(test: PairedTest, difference: float) -> int | None:
    """Return how many seeds like these find a difference with a power of 80 %; None as above.

    No fewer than tell how seeds differ.
    """
    seen = smallest_seen(test)
    if seen is None:
        return None
    return max(FEW_SEEDS, math.ceil(test.estimate.seeds * (seen / difference) ** 2))


def seeds_with_episodes(test: PairedTest, difference: float) -> str:
    """Return how many seeds see a difference, and in brackets their episodes; "" as above."""
    seeds, of = seeds_to_see(test, difference), test.estimate
    return "" if seeds is None else f"{seeds:,} ({round(seeds * of.episodes / of.seeds):,})"
