"""How long a city takes to make and what it holds: `python -m benchmarks.speed.city`."""

from __future__ import annotations

import tracemalloc
from functools import partial
from typing import Any

from benchmarks.speed.rows import best_speeds, row, show, with_ratios
from virl_env.world.city import City
from virl_env.world.synthetic import FAMILIES, TRAINING_CITY, named_city, synthetic_city

AREA = 4.0
"""Square kilometres of the city."""

BAR_SECONDS = 2.0
BAR_MEGABYTES = 50.0

ROUNDS = 3


def measure(area: float = AREA) -> list[dict[str, Any]]:
    """Time a city of every family on one core, and weigh it in a pass of its own.

    Args:
        area: square kilometres.

    Returns:
        Rows as `benchmarks.speed.rows.row` makes them, those of the training city, which is smaller
        and made in every process that navigates, without bars. A city's memory is what it still
        holds after everything that can be asked of it was asked; the peak is that of making it.
    """
    makers = {family: partial(synthetic_city, family, 0, area=area) for family in FAMILIES}
    makers[TRAINING_CITY] = partial(named_city.__wrapped__, TRAINING_CITY)
    speeds = best_speeds(makers, dict.fromkeys(makers, 1.0), ROUNDS)
    rows = []
    for name, make in makers.items():
        training = name == TRAINING_CITY
        what = name if training else f"{name}, {area:g} km2"
        seconds, megabytes = (None, None) if training else (BAR_SECONDS, BAR_MEGABYTES)
        # Tracing slows the making down, so that it has no part in the seconds.
        tracemalloc.start()
        try:
            city = make()
            _ask_everything(city)
            held, peak = (size / 1e6 for size in tracemalloc.get_traced_memory())
        finally:
            tracemalloc.stop()
        rows += [
            row(f"a city, {what}", 1 / speeds[name], "s", seconds, at_most=True),
            row(f"its memory, {what}", held, "MB", megabytes, at_most=True),
            row(f"the peak of making it, {what}", peak, "MB", megabytes, at_most=True),
            row(f"its points, {what}", len(city.points), "points"),
        ]
    return rows


def _ask_everything(city: City) -> None:
    """Have a city compute what it keeps once it was asked for it."""
    for name in (
        *("coordinates", "degrees", "intersections"),
        *("edge_owners", "bearings", "lengths", "digest"),
    ):
        getattr(city, name)


if __name__ == "__main__":
    show(with_ratios(measure()))
