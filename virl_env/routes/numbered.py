"""The routes of a city by number: route k of a kind is the same in every process and thread."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from shiftgym.checks import positive
from shiftgym.mixer import Words, episode_seeds
from shiftgym.once import PortableLock, once_for_each
from shiftgym.progress import Progress
from virl_env.routes.kinds import RouteKind
from virl_env.routes.route import Route
from virl_env.routes.sampling import TRIES, draw, no_route
from virl_env.world.city import City
from virl_env.world.synthetic import named_city

DEFAULT_ROUTES = 1_000
"""The most that are taken of a city where no number is asked for."""

_POOL_SEED = 20_250_115

_AT_ONCE = 1_000
"""Seeds that are made together."""


class _Numbered:
    """The routes of one kind in one city, as far as they were asked for."""

    def __init__(self) -> None:
        self._lock = PortableLock()
        self._routes: list[Route] = []
        # The number of the route along each path.
        self._paths: dict[tuple[int, ...], int] = {}
        self._is_exhausted = False

    def first(self, city: City, kind: RouteKind, count: int) -> tuple[Route, ...]:
        """Return routes 0 to count - 1, or fewer where the city has no more."""
        if len(self._routes) < count and not self._is_exhausted:
            # Two threads that both went on from one number would append its route twice.
            progress = Progress(f"Drawing routes of {kind} in {city.name!r}", count)
            with self._lock:
                seeds = _pool_seeds(len(self._routes))
                while len(self._routes) < count and not self._is_exhausted:
                    route = self._another(city, kind, len(self._routes), next(seeds))
                    if route is None:
                        self._is_exhausted = True
                    else:
                        self._routes.append(route)
                        progress.reach(len(self._routes))
        return tuple(self._routes[:count])

    def _another(self, city: City, kind: RouteKind, number: int, seed: int) -> Route | None:
        for attempt in range(TRIES):
            if attempt:
                (seed,) = _seeds(np.array([number], dtype=np.uint64), attempt)
            drawn = draw(city, seed, kind)
            if drawn is None:
                break
            # A process that was forked between here and the append draws this number again, and
            # must not take its path for that of another route.
            if self._paths.setdefault(drawn.path, number) == number:
                return drawn.route(city)
        return None


@once_for_each
def _kinds(city: City) -> dict[RouteKind, _Numbered]:
    """Return the routes of each kind that was asked for in a city; empty at first."""
    return {}


def route_pool(
    city: str | City,
    count: int | None = None,
    *,
    turns: tuple[int, int] = (1, 4),
    length: tuple[float, float] = (100, 2000),
    landmarks: str = "any",
) -> tuple[Route, ...]:
    """Return the routes 0 to count - 1 of a city, no two along the same path.

    A route depends on the city, its number and the keywords, not on the count. What was drawn is
    kept for as long as the city is, and so is that there is no other route. Routes of a rare kind
    take some seconds to find, which `shiftgym.progress` tells of: a thousand with seven turns and a
    landmark at each take about three.

    Args:
        city: a City, or the name of one of those that are known by name.
        count: 1 or more; None for as many as there are, up to 1,000.
        turns: as for `sample_route`, and so are `length` and `landmarks`.

    Raises:
        ValueError: for an argument out of its range, and where the city has fewer routes than
            count, or none.
    """
    kind = RouteKind.make(turns, length, landmarks)
    most = DEFAULT_ROUTES if count is None else positive("count", count)
    of = city if isinstance(city, City) else named_city(city)
    found = _kinds(of).setdefault(kind, _Numbered()).first(of, kind, most)
    if not found:
        raise no_route(of, kind)
    if count is not None and len(found) < count:
        raise ValueError(
            f"The city {of.name!r} gave {len(found)} different routes of {kind}, and no other one "
            f"in {TRIES:,} draws. Ask for at most {len(found)} (routes=), or for as many as there "
            f"are (None), allow other turns or lengths, or take a larger city."
        )
    return found


def route_count(
    city: str | City,
    most: int = DEFAULT_ROUTES,
    *,
    turns: tuple[int, int] = (1, 4),
    length: tuple[float, float] = (100, 2000),
    landmarks: str = "any",
) -> int:
    """Return how many different routes of a kind a city gives, 0 to `most`.

    It draws them, so that it costs what `route_pool` would, which needs not draw them again.

    Args:
        city: a City, or the name of one of those that are known by name.
        most: where to stop counting, 1 or more.
        turns: as for `sample_route`, and so are `length` and `landmarks`.

    Raises:
        ValueError: for an argument out of its range.
    """
    kind = RouteKind.make(turns, length, landmarks)
    of = city if isinstance(city, City) else named_city(city)
    found = _kinds(of).setdefault(kind, _Numbered()).first(of, kind, positive("most", most))
    return len(found)


def _pool_seeds(start: int) -> Iterator[int]:
    """Yield the seed of the first attempt at each route from a number on."""
    for first in itertools.count(start, _AT_ONCE):
        yield from _seeds(np.arange(first, first + _AT_ONCE, dtype=np.uint64), 0)


def _seeds(numbers: Words, attempt: int) -> list[int]:
    """Return the seeds of one attempt at some routes."""
    seed, tried = (np.array([part], dtype=np.uint64) for part in (_POOL_SEED, attempt))
    seeds: list[int] = episode_seeds(seed, numbers, tried).tolist()
    return seeds
