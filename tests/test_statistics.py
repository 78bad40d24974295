"""Intervals: known values, and coverage that says what they claim."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import stats

from benchmarks.coverage import SOLVE_RATES, coverage, main
from benchmarks.statistics import (
    CONFIDENCE,
    Observation,
    bootstrap,
    paired_difference,
    rate,
    wilson,
)


def simulate(
    rng: np.random.Generator, seeds: int, clusters: int, episodes: int
) -> list[Observation]:
    """Draw successes around one half that hang on the seed and on the hand."""
    rows = []
    for seed in range(seeds):
        shift = rng.normal(0, 0.05)
        for cluster in range(clusters):
            chance = np.clip(0.5 + shift + rng.normal(0, 0.25), 0, 1)
            rows += [
                Observation(seed, f"{seed}/{cluster}", float(rng.random() < chance))
                for _ in range(episodes)
            ]
    return rows


def test_wilson_of_the_paper_s_figures() -> None:
    low, high = wilson(14, 18)
    assert (round(low, 2), round(high, 2)) == (0.55, 0.91)
    assert wilson(0, 10)[0] == 0.0
    assert wilson(10, 10)[1] == 1.0
    assert wilson(0, 10)[1] == pytest.approx(0.2775, abs=1e-3)
    with pytest.raises(ValueError, match="at least one"):
        wilson(0, 0)


@pytest.mark.parametrize("episodes", [1, 2, 7, 100, 12_345])
def test_wilson_is_that_of_scipy(episodes: int) -> None:
    for successes in {0, 1, episodes // 3, episodes - 1, episodes}:
        test = stats.binomtest(successes, episodes)
        expected = test.proportion_ci(CONFIDENCE, method="wilson")
        assert wilson(successes, episodes) == pytest.approx((expected.low, expected.high))
    assert wilson(0, episodes)[0] == 0.0
    assert wilson(episodes, episodes)[1] == 1.0


def test_the_mean_counts_every_seed_alike() -> None:
    rows = [Observation(0, "a", 1.0)] * 3 + [Observation(1, "b", 0.0)]
    estimate = bootstrap(rows, replicates=200)
    assert estimate.value == 0.5
    assert estimate.by_seed == {0: 1.0, 1: 0.0}
    assert (estimate.episodes, estimate.clusters, estimate.seeds) == (4, 2, 2)
    assert (estimate.low, estimate.high) == (0.0, 1.0)


def test_episodes_of_one_hand_are_no_independent_evidence() -> None:
    rng = np.random.default_rng(0)
    few = [Observation(0, str(i % 10), float(i % 10 < 5)) for i in range(1000)]
    many = [Observation(0, str(i), float(rng.random() < 0.5)) for i in range(1000)]
    narrow, wide = bootstrap(many, replicates=1000), bootstrap(few, replicates=1000)
    assert narrow.high - narrow.low == pytest.approx(4 * (0.25 / 1000) ** 0.5, rel=0.15)
    assert wide.high - wide.low > 5 * (narrow.high - narrow.low)


def test_intervals_cover_about_as_often_as_they_claim() -> None:
    rng = np.random.default_rng(1)
    covered = sum(
        estimate.low <= 0.5 <= estimate.high
        for _ in range(150)
        for estimate in [bootstrap(simulate(rng, 8, 30, 2), replicates=400)]
    )
    assert covered >= 0.88 * 150


def test_a_rate_of_nought_is_no_certainty() -> None:
    estimate = rate([Observation(0, str(i % 20), 0.0) for i in range(100)], replicates=50)
    assert estimate.low == 0.0
    assert estimate.high == pytest.approx(wilson(0, 20)[1])


def test_a_paired_difference_is_that_of_shared_episodes() -> None:
    first = {(0, i): Observation(0, str(i), 1.0) for i in range(10)}
    second = {(0, i): Observation(0, str(i), float(i % 2)) for i in range(5, 15)}
    estimate = paired_difference(first, second, replicates=500)
    assert estimate.episodes == 5
    assert estimate.value == pytest.approx(0.4)
    assert -1 <= estimate.low < estimate.value < estimate.high <= 1
    with pytest.raises(ValueError, match="got none"):
        paired_difference(first, {})


def test_pairing_removes_what_both_sides_share() -> None:
    rng = np.random.default_rng(2)
    first = {(0, i): row for i, row in enumerate(simulate(rng, 1, 100, 3))}
    same = paired_difference(first, first, replicates=200)
    bound = wilson(0, same.clusters)[1]
    assert (same.value, same.low, same.high) == (0.0, -bound, bound)
    other = first | {(0, 0): dataclasses.replace(first[0, 0], value=1 - first[0, 0].value)}
    assert paired_difference(first, other, replicates=200).high < bound


def test_the_same_rows_give_the_same_interval() -> None:
    rows = simulate(np.random.default_rng(3), 3, 20, 2)
    assert bootstrap(rows, replicates=300) == bootstrap(rows, replicates=300)
    with pytest.raises(ValueError, match="got none"):
        bootstrap([])


SIZES = [44, 41, 38, 33, 30, 30, 27, 25, 24, 22, 20, 18, 16, 15, 14, 13, 12, 11, 10, 9]
"""Episodes of a cluster, as unequal as those of the hands of a column of gp-l."""

CLUSTERS = [str(name) for name, size in enumerate(SIZES) for _ in range(size)]


@pytest.mark.parametrize("rates", SOLVE_RATES)
def test_intervals_of_few_and_unequal_clusters_cover(rates: str) -> None:
    assert 0.92 <= coverage(CLUSTERS, SOLVE_RATES[rates], 300) <= 0.98


@pytest.mark.parametrize("rates", SOLVE_RATES)
def test_a_difference_is_seldom_seen_where_there_is_none(rates: str) -> None:
    rng = np.random.default_rng(5)
    of = np.array(CLUSTERS, dtype=np.int64)

    def play() -> dict[tuple[int, int], Observation]:
        solved = rng.random(len(of)) < SOLVE_RATES[rates](rng, len(SIZES))[of]
        return {
            (0, i): Observation(0, cluster, float(value))
            for i, (cluster, value) in enumerate(zip(CLUSTERS, solved))
        }

    estimates = [paired_difference(play(), play()) for _ in range(200)]
    assert sum(not one.low <= 0 <= one.high for one in estimates) <= 0.07 * 200


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gp-l", "virl-l", "gp-vl", "virl-vl"])
def test_the_intervals_of_every_column_cover(name: str) -> None:
    assert main([name]) == 0


@pytest.mark.parametrize("values", [[0.0] * 6, [1.0] * 6, [0.5] * 6, [0.0, 1.0] * 3])
@pytest.mark.parametrize("clusters", [1, 2, 6])
def test_no_interval_is_a_point(values: list[float], clusters: int) -> None:
    rows = [Observation(0, str(i * clusters // 6), value) for i, value in enumerate(values)]
    estimate = rate(rows)
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
    assert estimate.high - estimate.low > 0.2
    assert estimate.clusters == clusters


def test_one_seed_needs_no_draws() -> None:
    rows = simulate(np.random.default_rng(4), 1, 30, 4)
    assert rate(rows, replicates=1) == rate(rows)
    # An interval of another metric than a success rate is as narrow as its values allow.
    narrow = [Observation(0, row.cluster, 0.45 + row.value / 10) for row in rows]
    assert rate(narrow).high - rate(narrow).low < 0.15 * (rate(rows).high - rate(rows).low)


def test_shares_a_rounding_error_above_1() -> None:
    rows = [Observation(0, str(i), 1.0 + (i % 2) * 1e-9) for i in range(10)]
    estimate = rate(rows)
    assert (estimate.value, estimate.high) == (1.0, 1.0)
    assert 0.6 < estimate.low < 0.8
