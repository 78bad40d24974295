"""How often the printed 95 % intervals hold the truth: `python -m benchmarks.coverage gp-l`.

Each column keeps its own episodes, and so its hands or routes (clusters) and how many episodes each
of them has. In every simulation the clusters draw their solve rates anew, one half on average, and
the episodes succeed by them; `statistics.rate` then gives the interval that a table would print.
Exit code 1 says that a coverage lies outside the bar.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.statistics import Observation, rate
from benchmarks.suites import suite
from benchmarks.suites.power import clusters_of
from benchmarks.tables import percent

SIMULATIONS = 500
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


def main(names: Sequence[str], simulations: int = SIMULATIONS) -> int:
    """Print the coverages of suites and return the exit code.

    Each column is played as models play it, who have not trained here, and as agents of the first
    seed of a study do.
    """
    missed = False
    for name in names:
        of = suite(name)
        for seed, who in ((None, "all"), (0, "fold of seed 0")):
            for column in of.columns_for(seen=False, trained=seed is not None, controls=True):
                clusters = clusters_of(of, column, seed=seed)
                for rates, draw in SOLVE_RATES.items():
                    share = coverage(clusters, draw, simulations)
                    missed |= not BAR[0] <= share <= BAR[1]
                    print(
                        f"{name} {column}, {who}: {percent(share)} % ({rates}, "
                        f"{len(set(clusters))} clusters, {len(clusters)} episodes)",
                        flush=True,
                    )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ("gp-l", "virl-l", "gp-vl", "virl-vl")))
