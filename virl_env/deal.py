"""Dealing: from episode seeds to routes, headings, rules and rails, thousands at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shiftgym.mixer import Words, integers, words
from shiftgym.shoe import Openings
from virl_env import directions, observe
from virl_env.config import NavigationConfig
from virl_env.directions import TABLE_LENGTH, Directions
from virl_env.dynamics import FIRST_TURN, KINDS, POINT
from virl_env.geometry import COMPASS, RELATIVE, compass, turn_word
from virl_env.observe import LAYOUT, LINE_CODES, MAX_LANDMARKS, MAX_LINES, heading_codes
from virl_env.pool import Pool, pool_of

# Draw numbers inside an episode seed.
_ROUTE, _HEADING, _RULE, _ORDER, _DROP = 0, 1, 2, 16, 64

_TURN, _WALK = KINDS.index("turn"), KINDS.index("forward")

# By whole degrees: the index of the compass word of a heading, and of the relative word of a turn.
_COMPASS_INDEX = np.array([COMPASS.index(compass(degrees)) for degrees in range(360)])
_RELATIVE_INDEX = np.array([RELATIVE.index(turn_word(0, degrees)) for degrees in range(360)])
_WORLD_FRAME = 1

LINES_BYTES = 2 * MAX_LINES * LINE_CODES


class Dealer:
    """Deals the episodes of one configuration.

    Raises:
        ValueError: on construction, where the configuration leaves no route.
    """

    def __init__(self, config: NavigationConfig) -> None:
        self.config = config
        self.pool: Pool = pool_of(config)
        width = self.pool.points.shape[1]
        self._fields: list[tuple[Any, ...]] = [
            ("row", f"V{observe.SIZE}"),
            ("seed", np.int64),
            ("route", np.int32),
            ("heading", np.int16),
            ("rule", np.uint8, 1 + TABLE_LENGTH),
            ("order", np.uint8, MAX_LANDMARKS),
            ("lines", np.uint8, (2 * MAX_LINES, LINE_CODES)),
            ("points", POINT, width),
            ("count", np.int16),
        ]

    def deal(self, seeds: NDArray[np.int64]) -> Openings:
        """Deal the episode of each seed, of shape (n,).

        Returns:
            A structured array of shape (n,) with the fields row (the first observation as one block
            of bytes), seed, route (index into the pool), heading (the initial one in degrees), rule
            (that scores, as `directions.table` makes it), order (the number of each landmark),
            lines (codes of the instructions), points (the rail) and count (of its points).
        """
        config, pool = self.config, self.pool
        streams = seeds.astype(np.uint64)
        openings = np.empty(len(seeds), dtype=self._fields)
        openings["seed"] = seeds
        routes = integers(streams, _ROUTE, len(pool.routes))
        openings["route"] = routes
        openings["heading"] = headings = self._initial_headings(streams, routes)
        if config.directions is None:
            openings["rule"] = directions.draw_tables(streams, _RULE)
        else:
            openings["rule"] = directions.table(config.directions)
        openings["order"] = order = _orders(streams)
        self._write_lines(openings, routes, headings, order)
        openings["points"], openings["count"] = self._rails(openings, streams)
        openings["row"] = self._first_rows(openings).view(openings["row"].dtype)[:, 0]
        return openings

    def _initial_headings(self, streams: Words, routes: NDArray[np.int64]) -> NDArray[np.int64]:
        asked = self.config.initial_heading
        if isinstance(asked, int):
            return np.full(len(streams), asked)
        if asked == "route":
            own = np.array([route.initial_heading for route in self.pool.routes])
            return own[routes]
        # Never straight ahead: at the start there is always something to turn.
        turn = 1 + integers(streams, _HEADING, 359)
        return (self.pool.headings[routes, 0] - turn) % 360

    def _write_lines(
        self,
        openings: Openings,
        routes: NDArray[np.int64],
        headings: NDArray[np.int64],
        order: NDArray[np.uint8],
    ) -> None:
        lines = openings["lines"]
        lines[:] = self.pool.lines[routes]
        # The first turn starts from the heading of the episode, not from the route's own.
        told = lines[:, 0, 0] > 0
        turn = (self.pool.headings[routes, 0] - headings) % 360
        lines[:, 0, 0] = told * (1 + _RELATIVE_INDEX[turn])
        lines[:, :, 2] = _renumber(lines[:, :, 2], order)

    def _rails(
        self, openings: Openings, streams: Words
    ) -> tuple[NDArray[np.void], NDArray[np.int64]]:
        pool, routes, order = self.pool, openings["route"], openings["order"]
        points, counts = pool.points[routes], pool.counts[routes]
        points["heading"][:, 0] = heading_codes(openings["heading"])
        turns = points[:, :: pool.stride]
        turns["landmark"] = _renumber(turns["landmark"], order)
        facing = pool.headings[routes]
        before = np.concatenate([openings["heading"][:, None], facing[:, :-1]], axis=1)
        direction = np.where(
            openings["rule"][:, :1] == _WORLD_FRAME,
            _COMPASS_INDEX[facing],
            _RELATIVE_INDEX[(facing - before) % 360],
        )
        words_used = np.take_along_axis(openings["rule"][:, 1:], direction, axis=1)
        legs = facing.shape[1]
        at_turns = turns["kind"][:, :legs] == _TURN
        at_turns &= np.arange(legs) < ((counts - 1) // pool.stride)[:, None]
        right = turns["right"][:, :legs]
        right[at_turns] = (words_used + (FIRST_TURN - 1))[at_turns]
        if self.config.drop_rate:
            return self._drop(points, counts, streams)
        return points, counts

    def _drop(
        self, points: NDArray[np.void], counts: NDArray[np.int64], streams: Words
    ) -> tuple[NDArray[np.void], NDArray[np.int64]]:
        """Leave each walking point out with the probability asked for."""
        bound = np.uint64(round(self.config.drop_rate * 2**32))
        width = points.shape[1]
        number = np.arange(width)
        kept = points["kind"] != _WALK
        for column in range(width):
            drawn = words(streams, _DROP + column) >> np.uint64(32)
            kept[:, column] |= drawn >= bound
        inside = number < counts[:, None]
        kept &= inside
        left = kept.sum(axis=1)
        # Every rail is filled up with its end, which is also what stands behind the kept points.
        packed = np.repeat(points[:, -1:], width, axis=1)
        rows, columns = kept.nonzero()
        packed[rows, (kept.cumsum(axis=1) - 1)[rows, columns]] = points[rows, columns]
        return packed, left

    def _first_rows(self, openings: Openings) -> NDArray[np.uint8]:
        config = self.config
        rows = np.zeros((len(openings), observe.SIZE), dtype=np.uint8)
        first = openings["points"][:, 0]
        lines = openings["lines"].reshape(len(rows), LINES_BYTES)
        rows[:, LAYOUT["lines"]] = lines[:, : LINES_BYTES // 2]
        for name in ("landmark", "side", "intersection", "heading"):
            rows[:, LAYOUT[name].start] = first[name]
        categories = np.zeros((len(rows), MAX_LANDMARKS), dtype=np.uint8)
        known = self.pool.categories[openings["route"]]
        np.put_along_axis(categories, openings["order"].astype(np.int64) - 1, known, axis=1)
        rows[:, LAYOUT["categories"]] = categories
        rows[:, LAYOUT["attempts_left"]] = config.max_attempts
        stated = openings["rule"]
        if config.stated_directions is not None:
            stated = directions.table(config.stated_directions)
        rows[:, LAYOUT["frame"].start : LAYOUT["table"].stop] = stated
        return rows


def rule_of(openings: Openings, index: int) -> Directions:
    """Return the rule that scores in one of the episodes."""
    return directions.from_table(openings["rule"][index])


def _orders(streams: Words) -> NDArray[np.uint8]:
    """Return a random order of the landmark numbers for each episode: uint8 of shape (n, 10)."""
    drawn = np.stack([words(streams, _ORDER + k) for k in range(MAX_LANDMARKS)], axis=1)
    return (1 + drawn.argsort(axis=1, kind="stable")).astype(np.uint8)


def _renumber(landmarks: NDArray[np.uint8], order: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return landmark numbers in order, of shape (n, k), as the episodes number them; 0 stays 0."""
    numbers = np.concatenate([np.zeros((len(order), 1), dtype=np.uint8), order], axis=1)
    return np.take_along_axis(numbers, landmarks.astype(np.int64), axis=1)
