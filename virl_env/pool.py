"""The routes that a configuration deals from, and what they look like as arrays."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shiftgym.once import once
from shiftgym.splits import SPLITS, parts_of
from virl_env.actions import A_TURN, FORWARD, KINDS, NO_ACTION, POINT, STOP
from virl_env.config import CityLike, NavigationConfig
from virl_env.observe import LINE_CODES, MAX_LANDMARKS, heading_codes
from virl_env.routes.instructions import line_codes
from virl_env.routes.kinds import RouteKind
from virl_env.routes.numbered import DEFAULT_ROUTES, route_pool
from virl_env.routes.route import Route
from virl_env.world.city import CATEGORIES, City
from virl_env.world.geometry import SIDES
from virl_env.world.synthetic import named_city

_LOGGER = logging.getLogger("virl_env")

_TURN, _WALK, _STOP = map(KINDS.index, ("turn", "forward", "stop"))


@dataclass(frozen=True, eq=False)
class Pool:
    """r routes of at most L legs, as arrays.

    Attributes:
        routes: themselves.
        headings: of each leg in degrees, int16 of shape (r, L).
        lines: codes of the instructions at the routes' own initial headings, landmarks numbered in
            order: uint8 of shape (r, 2 L, 4), 0 behind the end.
        categories: code of each landmark in order, uint8 of shape (r, MAX_LANDMARKS).
        points: the whole rail, none dropped, landmarks numbered in order; which turns are right and
            the initial heading are the episode's: POINT of shape (r, width), filled up with the
            end, which is there twice at least: a walker that waits there may act once more.
        counts: points of each rail, int64 of shape (r,).
        stride: points from one turn to the next.
    """

    routes: tuple[Route, ...]
    headings: NDArray[np.int16]
    lines: NDArray[np.uint8]
    categories: NDArray[np.uint8]
    points: NDArray[np.void]
    counts: NDArray[np.int64]
    stride: int


def pool_of(config: NavigationConfig) -> Pool:
    """Return the pool of a configuration; equal ones share it.

    Raises:
        ValueError: where the split leaves no route, or a city has none of the kind asked for.
    """
    if config.route is not None:
        return _compile((config.route,), config.instructions, config.points_per_segment)
    return _dealt(
        config.city,
        config.routes,
        config.turns,
        config.length,
        config.landmarks,
        config.split,
        config.split_by,
        config.fold,
        config.instructions,
        config.points_per_segment,
    )


@once(maxsize=32)
def _dealt(
    cities: tuple[CityLike, ...],
    count: int | None,
    turns: tuple[int, int],
    length: tuple[float, float],
    landmarks: str,
    split: str | None,
    split_by: str,
    fold: tuple[int, ...],
    naming: str,
    points: int,
) -> Pool:
    kind = RouteKind.make(turns, length, landmarks)
    by_route = split is not None and split_by == "route"
    kept = range(fold[1]) if split is None else parts_of(split, fold)
    chosen: list[Route] = []
    found = 0
    for number, city in enumerate(cities):
        if not by_route and number % fold[1] not in kept:
            continue
        of = city if isinstance(city, City) else named_city(city)
        routes = route_pool(of, count, turns=turns, length=length, landmarks=landmarks)
        if count is None and len(routes) < DEFAULT_ROUTES:
            told = _shares(routes, fold) if by_route else "all of them are dealt"
            _LOGGER.warning(
                "The city %r has %s routes of %s: %s.", of.name, len(routes), kind, told
            )
        chosen += [r for r in routes if not by_route or route_part(r, fold[1]) in kept]
        found += len(routes)
    if not chosen:
        raise ValueError(_none_left(found, count, split, split_by, fold))
    return _compile(tuple(chosen), naming, points)


def _shares(routes: tuple[Route, ...], fold: tuple[int, ...]) -> str:
    """Return how many routes each split has."""
    parts = [route_part(route, fold[1]) for route in routes]
    counts = {split: sum(part in parts_of(split, fold) for part in parts) for split in SPLITS}
    told = ", ".join(f"{count} in {split!r}" for split, count in counts.items())
    return f"with fold={fold}, {told}"


def _none_left(
    found: int, count: int | None, split: str | None, split_by: str, fold: tuple[int, ...]
) -> str:
    """Return the error for a split that leaves nothing of so many routes."""
    if split_by == "city":
        return (
            f"split={split!r} by city with fold={fold} leaves no city. Name more cities, "
            f"{fold[1]} for one in each part."
        )
    more = "name more cities or take a larger one" if count is None else "raise routes="
    return (
        f"split={split!r} with fold={fold} leaves no route: {found} of them are too few for "
        f"{fold[1]} parts. Use fewer parts, or {more}."
    )


def route_part(route: Route, parts: int) -> int:
    """Return the part (0 to parts - 1) that a route belongs to."""
    return int(route.digest, 16) % parts


@once(maxsize=32)
def _compile(routes: tuple[Route, ...], naming: str, points_per_segment: int) -> Pool:
    count, stride = len(routes), points_per_segment + 1
    most = max(len(route.legs) for route in routes)
    headings = np.zeros((count, most), dtype=np.int16)
    lines = np.zeros((count, 2 * most, LINE_CODES), dtype=np.uint8)
    categories = np.zeros((count, MAX_LANDMARKS), dtype=np.uint8)
    points = np.zeros((count, most * stride + 3), dtype=POINT)
    counts = np.zeros(count, dtype=np.int64)
    for row, route in enumerate(routes):
        legs = len(route.legs)
        codes = line_codes(route, route.initial_heading, naming)
        lines[row, : len(codes)] = codes
        headings[row, :legs] = [leg.heading for leg in route.legs]
        counts[row] = legs * stride + 1
        points[row] = _rail(route, stride, points.shape[1])
        for number, leg in enumerate(route.legs):
            if leg.landmark is not None:
                categories[row, number] = _category(leg.landmark.category)
    return Pool(routes, headings, lines, categories, points, counts, stride)


def _category(name: str) -> int:
    """Return the code of a category; one that no city here has is told as none."""
    return CATEGORIES.index(name) + 1 if name in CATEGORIES else 0


def _rail(route: Route, stride: int, width: int) -> NDArray[np.void]:
    """Return the points of a route, filled up to the width with its end."""
    legs = len(route.legs)
    rail = np.zeros(width, dtype=POINT)
    codes = heading_codes(np.array([leg.heading for leg in route.legs]))
    rail["line"], rail["heading"], rail["right"] = 2 * legs, codes[-1], NO_ACTION
    for number, leg in enumerate(route.legs):
        start, end = number * stride, (number + 1) * stride
        rail["line"][start] = 2 * number
        rail["line"][start + 1 : end] = 2 * number + 1
        rail["heading"][start + 1 : end + 1] = codes[number]
        rail["kind"][start], rail["right"][start] = _TURN, A_TURN
        rail["kind"][start + 1 : end] = _WALK
        rail["right"][start + 1 : end] = FORWARD
        rail["intersection"][end] = 1
        if leg.landmark is not None and leg.side is not None:
            rail["landmark"][end] = number + 1
            rail["side"][end] = SIDES.index(leg.side) + 1
    last = legs * stride
    rail["line"][last], rail["kind"][last], rail["right"][last] = 2 * legs - 1, _STOP, STOP
    return rail
