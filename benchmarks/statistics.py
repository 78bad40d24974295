"""Intervals that count what varies: training seeds, and hands or routes, but not episodes.

Episodes of one hand are no independent evidence, and neither are hands played by one trained
network. So every rate that is shown, while a run goes on and at its end, comes from one function,
`rate`, with a hierarchical bootstrap: seeds are redrawn, and within each seed its hands or routes
(clusters). With one seed, or an agent that was not trained here, only the clusters are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

REPLICATES = 10_000
LIVE_REPLICATES = 1_000
"""While a run goes on, when its figures are a line that scrolls by."""

CONFIDENCE = 0.95

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
    # Imported late: it takes longer than all else, and few tables need it.
    from scipy import stats

    interval = stats.binomtest(successes, episodes).proportion_ci(CONFIDENCE, method="wilson")
    return float(interval.low), float(interval.high)


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
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(redrawn.mean(axis=1), [tail, 1 - tail])
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
    """Return the bootstrap of a success rate or of another metric in [0, 1].

    Where all are 0 or all are 1 there is nothing to redraw; then the interval is Wilson's, with as
    many trials as there are clusters.
    """
    estimate = bootstrap(observations, replicates=replicates)
    if estimate.value not in (0.0, 1.0):
        return estimate
    low, high = wilson(round(estimate.value * estimate.clusters), estimate.clusters)
    return replace(estimate, low=low, high=high)


def paired_difference(
    first: Mapping[tuple[int, int], Observation],
    second: Mapping[tuple[int, int], Observation],
    *,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> Estimate:
    """Return `first - second` over the episodes that both played.

    Where no episode differs the interval is Wilson's for a rate of 0, to either side.

    Args:
        first, second: (study seed, episode seed) -> what came of it.

    Raises:
        ValueError: they share no episode.
    """
    shared = sorted(first.keys() & second.keys())
    if not shared:
        raise ValueError("A paired difference needs episodes that both sides played; got none.")
    pairs = (
        Observation(key[0], first[key].cluster, first[key].value - second[key].value)
        for key in shared
    )
    estimate = bootstrap(pairs, replicates=replicates, seed=seed)
    if any(first[key].value != second[key].value for key in shared):
        return estimate
    # Nothing to redraw: as for a rate, what so many clusters without a difference still allow.
    bound = wilson(0, estimate.clusters)[1]
    return replace(estimate, low=-bound, high=bound)


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
