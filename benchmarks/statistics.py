"""Intervals that count what varies: training seeds, and hands or routes, but not episodes.

Episodes of one hand are no independent evidence, and neither are hands played by one trained
network. So every rate that is shown, while a run goes on and at its end, comes from one function,
`rate`. With one seed, or an agent that was not trained here, it leaves out each hand or route
(cluster) in turn; with several it is a hierarchical bootstrap: seeds are redrawn, and within each
seed its clusters. `python -m benchmarks.coverage` counts how often the intervals hold the truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from statistics import NormalDist

# SciPy and `statistics` are imported where they are needed: they take longer than all the rest.

REPLICATES = 10_000
_ROWS_AT_ONCE = 512

CONFIDENCE = 0.95

_UPPER = (1 + CONFIDENCE) / 2
"""The quantile at the upper end of an interval."""

_ROUNDING = 1e-12
"""A variance that is less is none."""

ClusterTotals = dict[int, tuple[Sequence[str], NDArray[np.float64], NDArray[np.float64]]]
"""Of each seed its clusters, and the sum and the number of their values."""

FEW_SEEDS = 5
"""With fewer, redrawing seeds tells little of what other seeds would have given."""


@dataclass(frozen=True)
class Estimate:
    """A mean with its interval, and how much stands behind it.

    Attributes:
        value: mean over seeds of the mean over episodes.
        low, high: bounds of the 95 % interval.
        episodes: number of episodes (pairs of episodes, for a difference).
        clusters: number of distinct hands or routes.
        seeds: number of training seeds; with one, the interval knows clusters only.
        by_seed: the mean of each seed.
    """

    value: float
    low: float
    high: float
    episodes: int
    clusters: int
    seeds: int
    by_seed: Mapping[int, float]


@dataclass(frozen=True)
class Observation:
    """One episode's contribution: a metric in [0, 1], or a difference of two."""

    seed: int
    cluster: str
    value: float


def conditional(seeds: int) -> str:
    """Return what is to be said of intervals over few seeds, "" where they are enough."""
    if seeds >= FEW_SEEDS:
        return ""
    told = f"{seeds} seeds" if seeds > 1 else "one seed"
    return f"With {told} all of it is conditional on these runs."


def _normal() -> NormalDist:
    from statistics import NormalDist

    return NormalDist()


def wilson(successes: int, episodes: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share.

    Raises:
        ValueError: there are no episodes.
    """
    if episodes <= 0:
        raise ValueError(f"A share needs at least one episode; got {episodes}.")
    return _score_interval(successes / episodes, episodes, _normal().inv_cdf(_UPPER))


def bootstrap(
    observations: Iterable[Observation], *, replicates: int = REPLICATES, seed: int = 0
) -> Estimate:
    """Return the mean over seeds with its hierarchical bootstrap interval (percentiles).

    Raises:
        ValueError: there are no observations.
    """
    by_seed, redrawn = redraw(observations, replicates=replicates, seed=seed)
    low, high = np.quantile(redrawn, [1 - _UPPER, _UPPER])
    means = {name: float(sums.sum() / counts.sum()) for name, (_, sums, counts) in by_seed.items()}
    return Estimate(
        value=float(np.mean(list(means.values()))),
        low=float(low),
        high=float(high),
        episodes=int(sum(counts.sum() for _, _, counts in by_seed.values())),
        clusters=len({cluster for names, _, _ in by_seed.values() for cluster in names}),
        seeds=len(by_seed),
        by_seed=means,
    )


def redraw(
    observations: Iterable[Observation], *, replicates: int = REPLICATES, seed: int = 0
) -> tuple[ClusterTotals, NDArray[np.float64]]:
    """Redraw seeds and, within each, clusters.

    Returns:
        The totals of each seed in ascending order, and the mean over seeds of each replicate,
        float64 of shape (replicates,).

    Raises:
        ValueError: there are no observations.
    """
    by_seed, _, means = _redrawn_means(observations, replicates, seed)
    return by_seed, means.mean(axis=1)


def recombine(
    observations: Iterable[Observation], *, replicates: int, seed: int = 0
) -> NDArray[np.float64]:
    """Return the means of many more replicates than `redraw` has time to draw.

    A replicate redraws seeds, and takes of each one of the means that `redraw` found for it.

    Returns:
        float64 of shape (replicates,).

    Raises:
        ValueError: there are no observations.
    """
    by_seed, picks, means = _redrawn_means(observations, REPLICATES, seed)
    pools = [means[picks == position] for position in range(len(by_seed))]
    together, sizes = np.concatenate(pools), np.array([len(pool) for pool in pools])
    starts = np.cumsum(sizes) - sizes
    rng = np.random.default_rng([seed, replicates])
    parts = []
    for start in range(0, replicates, REPLICATES):
        count = min(REPLICATES, replicates - start)
        of = rng.integers(len(pools), size=(count, len(pools)))
        parts.append(together[starts[of] + rng.integers(sizes[of])].mean(axis=1))
    return np.concatenate(parts)


def _redrawn_means(
    observations: Iterable[Observation], replicates: int, seed: int
) -> tuple[ClusterTotals, NDArray[np.int64], NDArray[np.float64]]:
    """Return the totals of each seed, and of each replicate which seeds it drew, and their means.

    Both arrays have the shape (replicates, seeds).
    """
    totals = _cluster_totals(observations)
    by_seed = {name: totals[name] for name in sorted(totals)}
    if not by_seed:
        raise ValueError("An estimate needs at least one episode; got none.")
    sizes = tuple(len(names) for names, _, _ in by_seed.values())
    picks, drawn = _draws(sizes, replicates, seed)
    means = np.empty(picks.shape)
    for position, (_, sums, counts) in enumerate(by_seed.values()):
        means[picks == position] = _weighted_means(drawn[position], sums, counts)
    return by_seed, picks, means


def _weighted_means(
    weights: NDArray[np.unsignedinteger], sums: NDArray[np.float64], counts: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the mean over episodes for each row of weights of the clusters.

    Rows go through the processor's cache: written out as floats, all of them do not fit there.
    """
    table = np.stack([sums, counts], axis=1)
    starts = range(0, len(weights), _ROWS_AT_ONCE)
    parts = [weights[at : at + _ROWS_AT_ONCE].astype(np.float64) @ table for at in starts]
    totals = np.concatenate([np.empty((0, 2)), *parts])
    return np.asarray(totals[:, 0] / totals[:, 1])


@lru_cache(maxsize=16)
def _draws(
    sizes: tuple[int, ...], replicates: int, seed: int
) -> tuple[NDArray[np.int64], list[NDArray[np.unsignedinteger]]]:
    """Draw seeds, and for each seed how often each of its clusters is taken.

    The draws cost far more than the means over them, and they are the same for every arm and metric
    of a column.

    Args:
        sizes: number of clusters of each seed.

    Returns:
        Positions of seeds, of shape (replicates, seeds), and for each seed an array of shape (times
        it is picked, its clusters).
    """
    rng = np.random.default_rng(seed)
    picks = rng.integers(len(sizes), size=(replicates, len(sizes)))
    drawn = []
    for position, size in enumerate(sizes):
        times = int((picks == position).sum())
        weights = rng.multinomial(size, np.full(size, 1 / size), size=times)
        drawn.append(weights.astype(np.min_scalar_type(int(weights.max(initial=0)))))
    return picks, drawn


def rate(observations: Iterable[Observation], *, replicates: int = REPLICATES) -> Estimate:
    """Return a success rate, or the mean of another metric in [0, 1], with its interval.

    With one seed the interval is Wilson's, with as many trials as give the variance that the
    clusters show. With several it is the hierarchical bootstrap; where all values are 0 or all
    are 1 there is nothing to redraw, and it is Wilson's with as many trials as there are clusters.

    Args:
        replicates: of the bootstrap.

    Raises:
        ValueError: there are no observations.
    """
    observations = list(observations)
    if len({item.seed for item in observations}) == 1:
        return _rate_of_one_seed(observations)
    estimate = bootstrap(observations, replicates=replicates)
    if estimate.value not in (0.0, 1.0):
        return estimate
    low, high = wilson(round(estimate.value * estimate.clusters), estimate.clusters)
    return replace(estimate, low=low, high=high)


@dataclass(frozen=True)
class _Share:
    """A mean in [0, 1], and how much it may be trusted.

    Attributes:
        value: the mean.
        trials: independent ones that would give the variance that the clusters show.
        freedom: degrees of freedom of Student's distribution; None where it is the normal one.
    """

    value: float
    trials: float
    freedom: float | None

    def quantile(self, at: float) -> float:
        """Return a quantile of its standardised error."""
        if self.freedom is None:
            return _normal().inv_cdf(at)
        from scipy.special import stdtrit

        return float(stdtrit(self.freedom, at))

    def tail(self, error: float) -> float:
        """Return how probable a standardised error is that is larger than this to either side."""
        if self.freedom is None:
            return 2 * _normal().cdf(-error)
        from scipy.special import stdtr

        return 2 * float(stdtr(self.freedom, -error))


def _share_of_one_seed(observations: Sequence[Observation]) -> _Share:
    """Return the mean of what came of one seed, with as many trials as its clusters allow.

    Its variance is the jackknife's over clusters: how far the mean moves when one is left out. That
    is not biased by large clusters, of which a fold of hands has some. It is no less than that of
    independent episodes. The quantile is Student's, for the clusters are few.
    """
    ((clusters, sums, counts),) = _cluster_totals(observations).values()
    values = np.array([item.value for item in observations])
    # A share may lie a rounding error above 1.
    weights, mean = counts / counts.sum(), min(1.0, float(values.mean()))
    as_of_equal_size = 1 / float((weights**2).sum())
    variance = 0.0
    if len(clusters) > 1:
        between = weights**2 * (sums / counts - mean) ** 2 / (1 - weights)
        variance = max(float(between.sum()), float(values.var()) / len(values))
    if variance > _ROUNDING:
        return _Share(mean, mean * (1 - mean) / variance, as_of_equal_size - 1)
    # All came out alike, or there is one cluster: each cluster is a trial.
    return _Share(mean, as_of_equal_size, None)


def _rate_of_one_seed(observations: Sequence[Observation]) -> Estimate:
    """Return a rate with the interval that its clusters allow."""
    share = _share_of_one_seed(observations)
    low, high = _score_interval(share.value, share.trials, share.quantile(_UPPER))
    clusters = len({item.cluster for item in observations})
    by_seed = {observations[0].seed: share.value}
    return Estimate(share.value, low, high, len(observations), clusters, 1, by_seed)


def _score_interval(share: float, trials: float, quantile: float) -> tuple[float, float]:
    """Return Wilson's interval of a share of `trials`, with a quantile of the error."""
    spread = quantile**2 / trials
    centre = (share + spread / 2) / (1 + spread)
    half = (share * (1 - share) * spread + spread**2 / 4) ** 0.5 / (1 + spread)
    # Its ends are 0 and 1 where the share is, but for rounding.
    return min(share, max(0.0, centre - half)), max(share, min(1.0, centre + half))


def paired_difference(
    first: Mapping[tuple[int, int], Observation],
    second: Mapping[tuple[int, int], Observation],
    *,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> Estimate:
    """Return `first - second` over the episodes that both played.

    The interval is made as that of `rate`. Where no episode differs it is Wilson's for a rate of 0,
    to either side.

    Args:
        first, second: (study seed, episode seed) -> what came of it.

    Raises:
        ValueError: they share no episode.
    """
    return mean_difference(_pairs(first, second), replicates, seed)


def mean_difference(
    pairs: Sequence[Observation], replicates: int = REPLICATES, seed: int = 0
) -> Estimate:
    """Return the mean of differences with its interval, see `paired_difference`."""
    if len({pair.seed for pair in pairs}) == 1:
        estimate = _difference_of_one_seed(pairs)
    else:
        estimate = bootstrap(pairs, replicates=replicates, seed=seed)
    if any(pair.value for pair in pairs):
        return estimate
    # Nothing to redraw: as for a rate, what so many clusters without a difference still allow.
    bound = wilson(0, estimate.clusters)[1]
    return replace(estimate, low=-bound, high=bound)


@dataclass(frozen=True)
class PairedTest:
    """Whether two sides differ.

    Attributes:
        estimate: `first - second` with its interval, see `paired_difference`.
        spread: standard error of the difference; 0 where no episode differs.
        p_value: of no difference; below 0.05 where the interval leaves out 0, and only there.
    """

    estimate: Estimate
    spread: float
    p_value: float

    @property
    def error(self) -> float:
        """How many standard errors the difference is from 0; 0 where the spread is not known."""
        return abs(self.estimate.value) / self.spread if self.spread else 0.0


def paired_test(
    first: Mapping[tuple[int, int], Observation], second: Mapping[tuple[int, int], Observation]
) -> PairedTest:
    """Test `first - second` over the episodes of one seed that both played.

    Raises:
        ValueError: they share no episode, or episodes of several seeds.
    """
    pairs = _pairs(first, second)
    if len(seeds := {pair.seed for pair in pairs}) > 1:
        raise ValueError(f"A paired test is of one seed; got episodes of {len(seeds)}.")
    estimate = mean_difference(pairs)
    if not any(pair.value for pair in pairs):
        return PairedTest(estimate, 0.0, 1.0)
    share = _share_of_one_seed(_as_rates(pairs))
    # The interval is a score interval: it leaves out 1/2 where this is beyond the quantile.
    test = PairedTest(estimate, share.trials**-0.5, 1.0)
    return replace(test, p_value=share.tail(test.error))


def _pairs(
    first: Mapping[tuple[int, int], Observation], second: Mapping[tuple[int, int], Observation]
) -> list[Observation]:
    """Return the differences of the episodes that both sides played.

    Raises:
        ValueError: there is none.
    """
    shared = sorted(first.keys() & second.keys())
    if not shared:
        raise ValueError("A paired difference needs episodes that both sides played; got none.")
    return [
        Observation(key[0], first[key].cluster, first[key].value - second[key].value)
        for key in shared
    ]


def _as_rates(pairs: Sequence[Observation]) -> list[Observation]:
    """Return differences in [-1, 1] as rates in [0, 1]: halved and moved up."""
    return [Observation(pair.seed, pair.cluster, (1 + pair.value) / 2) for pair in pairs]


def _difference_of_one_seed(pairs: Sequence[Observation]) -> Estimate:
    """Return a mean in [-1, 1] with the interval of the rate that it is, halved and moved up."""
    as_rate = _rate_of_one_seed(_as_rates(pairs))
    value, low, high = (2 * part - 1 for part in (as_rate.value, as_rate.low, as_rate.high))
    by_seed = dict.fromkeys(as_rate.by_seed, value)
    return replace(as_rate, value=value, low=low, high=high, by_seed=by_seed)


def _cluster_totals(observations: Iterable[Observation]) -> ClusterTotals:
    """Return for each seed its clusters, and the sum and the number of their values."""
    totals: dict[int, dict[str, list[float]]] = {}
    for item in observations:
        cell = totals.setdefault(item.seed, {}).setdefault(item.cluster, [0.0, 0.0])
        cell[0] += item.value
        cell[1] += 1
    result: ClusterTotals = {}
    for name, clusters in totals.items():
        table = np.array(list(clusters.values()))
        result[name] = (list(clusters), table[:, 0], table[:, 1])
    return result
