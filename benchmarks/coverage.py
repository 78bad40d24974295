"""How often the printed 95 % intervals hold the truth: `python -m benchmarks.coverage gp-l`.

Each column keeps its own episodes, and so its hands or routes (clusters) and how many episodes each
of them has. In every simulation the clusters draw their solve rates anew, one half on average, and
the episodes succeed by them; `statistics.rate` then gives the interval that a table would print.
Exit code 1 says that a coverage lies outside the bar.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

import gp_env  # noqa: F401  (registers its ids)
import virl_env  # noqa: F401  (registers its ids)
from benchmarks.statistics import Observation, rate
from benchmarks.suites import Suite, suite
from benchmarks.tables import percent
from benchmarks.tasks import task_of

EPISODES, SIMULATIONS = 500, 500
BAR = (0.92, 0.98)

Draw = Callable[[np.random.Generator, int], NDArray[np.float64]]

SOLVE_RATES: Mapping[str, Draw] = {
    "all or nothing": lambda rng, clusters: (rng.random(clusters) < 0.5).astype(np.float64),
    "uniform": lambda rng, clusters: rng.random(clusters),
}
"""How the solve rates of clusters are drawn; the mean of each is one half."""

TRUTH = 0.5


def coverage(clusters: Sequence[str], draw: Draw, simulations: int = SIMULATIONS) -> float:
    """Return the share of simulations whose interval holds the truth.

    Args:
        clusters: of each episode of a column.
        draw: the solve rates of so many clusters.
    """
    rng = np.random.default_rng(0)
    names, of = np.unique(clusters, return_inverse=True)
    held = 0
    for _ in range(simulations):
        solved = rng.random(len(clusters)) < draw(rng, len(names))[of]
        estimate = rate(
            Observation(0, cluster, float(value)) for cluster, value in zip(clusters, solved)
        )
        held += estimate.low <= TRUTH <= estimate.high
    return held / simulations


def clusters_of(of: Suite, column: str, episodes: int = EPISODES, seed: int = 0) -> list[str]:
    """Return the cluster of each episode of a column of a suite."""
    env = gym.make(of.id(column), **of.keywords(column, seed)).unwrapped
    task, found = task_of(of.id(column)), []
    for episode_seed in of.episode_seeds(seed, episodes):
        shown, _ = env.reset(options={"episode_seed": episode_seed})
        found.append(task.dealt(env, shown=shown).cluster)
    return found


def main(names: Sequence[str]) -> int:
    """Print the coverages of suites and return the exit code."""
    missed = False
    for name in names:
        of = suite(name)
        for column in of.columns_for(seen=False):
            clusters = clusters_of(of, column)
            for rates, draw in SOLVE_RATES.items():
                share = coverage(clusters, draw)
                missed |= not BAR[0] <= share <= BAR[1]
                print(
                    f"{name} {column}: {percent(share)} % ({rates}, {len(set(clusters))} "
                    f"{task_of(of.id(column)).noun}, {len(clusters)} episodes)",
                    flush=True,
                )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ("gp-l", "virl-l", "gp-vl", "virl-vl")))
