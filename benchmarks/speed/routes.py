"""How long a route takes to draw: `python -m benchmarks.speed.routes`."""

from __future__ import annotations

import time
from statistics import quantiles
from typing import Any

from benchmarks.speed.rows import row, show, with_ratios
from virl_env.routes.rail import build_rail
from virl_env.routes.sampling import sample_route
from virl_env.world.streets import streets_of
from virl_env.world.synthetic import FAMILIES, synthetic_city

AREA = 4.0
"""Square kilometres of the city."""

ROUTES = 1_000
BAR = 2.0
"""Milliseconds for one route of the default kind, the median."""

RARER: dict[str, dict[str, Any]] = {
    "with all landmarks": {"landmarks": "all"},
    "of 4 turns with all landmarks": {"landmarks": "all", "turns": (4, 4)},
}
"""Kinds that take longer to find, without a bar."""


def measure(routes: int = ROUTES) -> list[dict[str, Any]]:
    """Time routes in a city of every family, on one core.

    Args:
        routes: drawn in each city.

    Returns:
        Rows as `benchmarks.speed.rows.row` makes them.
    """
    rows = []
    for family in FAMILIES:
        city = synthetic_city(family, 0, area=AREA)
        started = time.perf_counter()
        streets_of(city)
        prepared = time.perf_counter() - started
        drawn, seconds = [], []
        for seed in range(routes):
            started = time.perf_counter()
            drawn.append(sample_route(city, seed))
            seconds.append(time.perf_counter() - started)
        cuts = quantiles(seconds, n=100)
        started = time.perf_counter()
        for route in drawn:
            build_rail(route)
        rail = (time.perf_counter() - started) / routes
        place = f"{family}, {AREA:g} km2"
        rows += [
            row(
                f"a route of the default kind, {place}, median",
                cuts[49] * 1e3,
                "ms",
                BAR,
                at_most=True,
            ),
            row(f"a route of the default kind, {place}, 99th percentile", cuts[98] * 1e3, "ms"),
            row(f"streets, {place}, once", prepared * 1e3, "ms"),
            row(f"a rail, {place}, mean", rail * 1e3, "ms"),
        ]
        for kind, keywords in RARER.items():
            started = time.perf_counter()
            for seed in range(routes // 10):
                sample_route(city, seed, **keywords)
            spent = (time.perf_counter() - started) / (routes // 10)
            rows.append(row(f"a route {kind}, {place}, mean", spent * 1e3, "ms"))
    return rows


if __name__ == "__main__":
    show(with_ratios(measure()))
