"""How often `compare` calls a difference where there is none: simulated, for each suite.

`python -m benchmarks.comparison.false_alarms gp-l` lets models play its columns, with the hands or
routes of each. All models solve one half of them in truth. Each model draws a solve rate for each
hand or route (cluster) anew, and its episodes succeed by it. A false alarm is a comparison in which
any difference is called, in any column. Exit code 1 says that there are too many.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.comparison.loaded import Played
from benchmarks.comparison.pairs import compare_columns
from benchmarks.coverage import SOLVE_RATES, Draw
from benchmarks.suites import suite
from benchmarks.suites.power import clusters_of
from benchmarks.tables import percent

BAR = 0.06
SIMULATIONS = 200
MODELS = (2, 4)


def false_alarms(
    clusters: Mapping[str, Sequence[str]],
    draw: Draw,
    *,
    models: int,
    simulations: int = SIMULATIONS,
    seed: int = 0,
) -> float:
    """Return the share of simulated comparisons in which a difference is called.

    Args:
        clusters: for each column the cluster of each of its episodes.
        draw: the solve rates of so many clusters, one half on average.
        models: that are compared.
    """
    rng = np.random.default_rng(seed)
    names = np.unique([cluster for column in clusters.values() for cluster in column])
    of = {name: np.searchsorted(names, column) for name, column in clusters.items()}
    called = 0
    for _ in range(simulations):
        rates = [draw(rng, len(names)) for _ in range(models)]
        played = {
            name: [
                {
                    seed: Played("", cluster, float(solved))
                    for seed, (cluster, solved) in enumerate(
                        zip(column, rng.random(len(column)) < rate[of[name]])
                    )
                }
                for rate in rates
            ]
            for name, column in clusters.items()
        }
        called += any(pair.differs for one in compare_columns(played) for pair in one.pairs)
    return called / simulations


def main(names: Sequence[str]) -> int:
    """Print the shares of suites and return the exit code."""
    missed = False
    for name in names:
        of = suite(name)
        shown = [
            column
            for column in of.columns_for(seen=False, trained=False)
            if of.columns[column].severity is None
        ]
        clusters = {column: clusters_of(of, column) for column in shown}
        for columns in (shown[:1], shown):
            for models in MODELS:
                for rates, draw in SOLVE_RATES.items():
                    part = {column: clusters[column] for column in columns}
                    share = false_alarms(part, draw, models=models)
                    missed |= share > BAR
                    print(
                        f"{name} {', '.join(columns)}, {models} models: {percent(share)} % "
                        f"({rates})",
                        flush=True,
                    )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ("gp-l", "virl-l")))
