"""How surely a column tells two models apart that nobody trained here, by simulation.

Two models play the same hands or routes. Their outcomes differ in some share of them, and the
better one has more of these. A difference is found where the 95 % interval of the tables, which
is that over clusters, leaves out zero and lies on the right side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.cells import column_seeds
from benchmarks.rollouts import side_by_side
from benchmarks.statistics import Observation, paired_difference, wilson
from benchmarks.suites import STANDARD, Suite
from benchmarks.tasks import TASKS


@dataclass(frozen=True)
class Power:
    """What came of the simulated comparisons.

    Attributes:
        episodes, clusters: of the column.
        found: share of comparisons in which the difference was found.
        low, high: its 95 % Wilson interval.
        false_alarms: share in which one was found, to either side, where there was none.
    """

    episodes: int
    clusters: int
    found: float
    low: float
    high: float
    false_alarms: float


def power(
    of: Suite,
    column: str,
    *,
    size: str = STANDARD,
    difference: float = 0.10,
    discordant: float = 0.30,
    correlation: float = 0.0,
    simulations: int = 200,
    seed: int = 0,
) -> Power:
    """Simulate comparisons of two models in a column.

    Args:
        of: a suite of a task that is known here.
        column: of it.
        size: of the suite.
        difference: of the two success rates, in (0, discordant].
        discordant: share of episodes in which the two come out differently, at most 1.
        correlation: of what comes of two hands of one cluster, 0 to 1.
        simulations: how many comparisons.
        seed: of the draws.

    Raises:
        ValueError: for an argument out of its range, or an unknown column or size.
    """
    if not 0 < difference <= discordant <= 1:
        raise ValueError(
            f"difference and discordant are shares with 0 < difference <= discordant <= 1; got "
            f"{difference} and {discordant}."
        )
    if not 0 <= correlation <= 1:
        raise ValueError(f"correlation is a share from 0 to 1; got {correlation}.")
    clusters = clusters_of(of, column, size)
    names, groups = np.unique(clusters, return_inverse=True)
    rng = np.random.default_rng(seed)
    found = alarms = 0
    for _ in range(simulations):
        found += _found(clusters, _draw(rng, groups, difference, discordant, correlation)) > 0
        alarms += _found(clusters, _draw(rng, groups, 0.0, discordant, correlation)) != 0
    low, high = wilson(found, simulations)
    return Power(len(clusters), len(names), found / simulations, low, high, alarms / simulations)


def clusters_of(of: Suite, column: str, size: str = STANDARD, seed: int | None = None) -> list[str]:
    """Return the cluster of each episode of a column.

    Args:
        seed: of a study whose fold is played; None for who has not trained here.

    Raises:
        ValueError: for an unknown column or size.
    """
    if column not in of.columns:
        raise ValueError(f"{of.name} has no column {column!r}: expected {', '.join(of.columns)}.")
    id, keywords, task = of.id(column), of.keywords(column, seed), TASKS[of.task]
    seeds = column_seeds(of, column, id, keywords, seed, of.size(column, size))
    env = side_by_side(id, keywords, len(seeds))
    env.reset(options={"episode_seed": np.array(seeds, dtype=np.int64)})
    return [task.dealt(env, copy).cluster for copy in range(len(seeds))]


def _draw(
    rng: np.random.Generator,
    groups: NDArray[np.int64],
    difference: float,
    discordant: float,
    correlation: float,
) -> NDArray[np.int64]:
    """Return 1 where the first model alone succeeds, -1 where the second does, else 0.

    Args:
        groups: number of the cluster of each episode.
    """
    # An episode follows its cluster or comes out by itself: two follow with this squared.
    uniform = np.where(
        rng.random(len(groups)) < correlation**0.5,
        rng.random(groups.max() + 1)[groups],
        rng.random(len(groups)),
    )
    first = (discordant + difference) / 2
    return np.where(uniform < first, 1, np.where(uniform < discordant, -1, 0))


def _found(clusters: list[str], outcomes: NDArray[np.int64]) -> int:
    """Return the sign of a difference whose interval leaves out zero, else 0."""
    sides = (
        {
            (0, number): Observation(0, cluster, float(outcome == side))
            for number, (cluster, outcome) in enumerate(zip(clusters, outcomes.tolist()))
        }
        for side in (1, -1)
    )
    estimate = paired_difference(*sides)
    return (estimate.low > 0) - (estimate.high < 0)
