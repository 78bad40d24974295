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
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

# SciPy is imported where it is needed: it takes longer than all the rest.

REPLICATES = 10_000

CONFIDENCE = 0.95

_UPPER = (1 + CONFIDENCE) / 2
"""The quantile at the upper end of an interval."""

_ROUNDING = 1e-12
"""A variance that is less is none."""

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


def wilson(successes: int, episodes: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share.

    Raises:
        ValueError: there are no episodes.
    """
    if episodes <= 0:
        raise ValueError(f"A share needs at least one episode; got {episodes}.")
    return _score_interval(successes / episodes, episodes, NormalDist().inv_cdf(_UPPER))


def bootstrap(
    observations: Iterable[Observation], *, replicates: int = REPLICATES, seed: int = 0
) -> Estimate:
    """Return the mean over seeds with its hierarchical bootstrap interval (percentiles).

    Raises:
        ValueError: there are no observations.
    """
    by_seed = _cluster_totals(observations)
    if not by_seed:
        raise ValueError("An estimate needs at least one episode; got none.")
    seeds = sorted(by_seed)
    sizes = tuple(len(by_seed[name][0]) for name in seeds)
    picks, drawn = _draws(sizes, replicates, seed)
    redrawn = np.empty(picks.shape)
    for position, name in enumerate(seeds):
        _, sums, counts = by_seed[name]
        weights = drawn[position].astype(np.float64)
        redrawn[picks == position] = (weights @ sums) / (weights @ counts)
    low, high = np.quantile(redrawn.mean(axis=1), [1 - _UPPER, _UPPER])
    means = {name: float(by_seed[name][1].sum() / by_seed[name][2].sum()) for name in seeds}
    return Estimate(
        value=float(np.mean(list(means.values()))),
        low=float(low),
        high=float(high),
        episodes=int(sum(counts.sum() for _, _, counts in by_seed.values())),
        clusters=len({cluster for names, _, _ in by_seed.values() for cluster in names}),
        seeds=len(seeds),
        by_seed=means,
    )


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


def _rate_of_one_seed(observations: Sequence[Observation]) -> Estimate:
    """Return a rate with the interval that its clusters allow.

    Its variance is the jackknife's over clusters: how far the mean moves when one is left out. That
    is not biased by large clusters, of which a fold of hands has some. It is no less than that of
    independent episodes. The quantile is Student's, for the clusters are few.
    """
    ((seed, (clusters, sums, counts)),) = _cluster_totals(observations).items()
    values = np.array([item.value for item in observations])
    # A share may lie a rounding error above 1.
    weights, mean = counts / counts.sum(), min(1.0, float(values.mean()))
    as_of_equal_size = 1 / float((weights**2).sum())
    variance = 0.0
    if len(clusters) > 1:
        between = weights**2 * (sums / counts - mean) ** 2 / (1 - weights)
        variance = max(float(between.sum()), float(values.var()) / len(values))
    if variance > _ROUNDING:
        from scipy.special import stdtrit

        trials = mean * (1 - mean) / variance
        quantile = float(stdtrit(as_of_equal_size - 1, _UPPER))
    else:
        # All came out alike, or there is one cluster: each cluster is a trial.
        trials, quantile = as_of_equal_size, NormalDist().inv_cdf(_UPPER)
    low, high = _score_interval(mean, trials, quantile)
    count = len(observations)
    return Estimate(mean, low, high, count, len(clusters), 1, {seed: mean})


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
    shared = sorted(first.keys() & second.keys())
    if not shared:
        raise ValueError("A paired difference needs episodes that both sides played; got none.")
    pairs = [
        Observation(key[0], first[key].cluster, first[key].value - second[key].value)
        for key in shared
    ]
    if len({pair.seed for pair in pairs}) == 1:
        estimate = _difference_of_one_seed(pairs)
    else:
        estimate = bootstrap(pairs, replicates=replicates, seed=seed)
    if any(pair.value for pair in pairs):
        return estimate
    # Nothing to redraw: as for a rate, what so many clusters without a difference still allow.
    bound = wilson(0, estimate.clusters)[1]
    return replace(estimate, low=-bound, high=bound)


def _difference_of_one_seed(pairs: Sequence[Observation]) -> Estimate:
    """Return a mean in [-1, 1] with the interval of the rate that it is, halved and moved up."""
    as_rate = _rate_of_one_seed([replace(pair, value=(1 + pair.value) / 2) for pair in pairs])
    value, low, high = (2 * part - 1 for part in (as_rate.value, as_rate.low, as_rate.high))
    by_seed = dict.fromkeys(as_rate.by_seed, value)
    return replace(as_rate, value=value, low=low, high=high, by_seed=by_seed)


def _cluster_totals(
    observations: Iterable[Observation],
) -> dict[int, tuple[Sequence[str], NDArray[np.float64], NDArray[np.float64]]]:
    """Return for each seed its clusters, and the sum and the number of their values."""
    totals: dict[int, dict[str, list[float]]] = {}
    for item in observations:
        cell = totals.setdefault(item.seed, {}).setdefault(item.cluster, [0.0, 0.0])
        cell[0] += item.value
        cell[1] += 1
    result: dict[int, tuple[Sequence[str], NDArray[np.float64], NDArray[np.float64]]] = {}
    for name, clusters in totals.items():
        table = np.array(list(clusters.values()))
        result[name] = (list(clusters), table[:, 0], table[:, 1])
    return result
