"""How often a test finds equal arms to differ: `python -m benchmarks.study.equal_arms`.

A test of 5 % should do so in 5 % of studies. Studies are simulated with the spreads that
docs/protocol.md assumes of its power.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from benchmarks.significance import difference_test, seeds_test
from benchmarks.statistics import Observation
from benchmarks.tables import percent

SIMULATIONS = 1000
SEEDS = (3, 6)


class Spread(NamedTuple):
    """Of RL - SFT.

    Attributes:
        clusters: hands or routes of a seed.
        within: standard deviation from one of them to another, in 0 to 1.
        between: that of the means of seeds.
        whole: whether a difference is -1, 0 or 1, as of success.
    """

    clusters: int
    within: float
    between: float
    whole: bool


SPREADS: Mapping[str, Spread] = {
    # Arms that disagree on three hands of ten have a variance of 0.3.
    "the cards": Spread(110, 0.3**0.5, 0.04, whole=True),
    "the streets": Spread(140, 0.3, 0.1, whole=False),
}


def found_different(
    spread: Spread, seeds: int, simulations: int = SIMULATIONS
) -> tuple[float, float]:
    """Return the shares of simulated studies with p below 0.05: of the bootstrap and over seeds."""
    rng = np.random.default_rng(0)
    found = np.zeros(2)
    for _ in range(simulations):
        test = difference_test(
            [
                Observation(seed, str(cluster), float(value))
                for seed in range(seeds)
                for cluster, value in enumerate(_differences(spread, rng))
            ]
        )
        over_seeds = seeds_test(test.estimate)
        found += test.p_value < 0.05, over_seeds is not None and over_seeds < 0.05
    bootstrap, student = found / simulations
    return float(bootstrap), float(student)


def _differences(spread: Spread, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype]:
    """Return RL - SFT of one seed on each hand or route."""
    mean = rng.normal(0.0, spread.between)
    if not spread.whole:
        return np.clip(rng.normal(mean, spread.within, spread.clusters), -1.0, 1.0)
    either = spread.within**2
    lost, won = (either - mean) / 2, (either + mean) / 2
    return rng.choice([-1.0, 0.0, 1.0], spread.clusters, p=[lost, 1.0 - either, won])


def main() -> None:
    """Print the shares."""
    for name, spread in SPREADS.items():
        for seeds in SEEDS:
            bootstrap, student = map(percent, found_different(spread, seeds))
            print(
                f"{name}, {seeds} seeds: {bootstrap} % by the bootstrap, {student} % over seeds",
                flush=True,
            )


if __name__ == "__main__":
    main()
