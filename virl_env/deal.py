"""Dealing: from episode seeds to routes, headings, rules and rails, thousands at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shiftgym.mixer import Words, integers, words
from shiftgym.shoe import Openings
from virl_env import directions, observe
from virl_env.config import NavigationConfig
from virl_env.directions import TABLE_LENGTH, Directions
from virl_env.dynamics import A_TURN, FIRST_TURN, KINDS
from virl_env.observe import LAYOUT, LINE_CODES, MAX_LANDMARKS, MAX_LINES, heading_codes
from virl_env.orders import inverses, orders
from virl_env.pool import Pool, pool_of
from virl_env.world.geometry import COMPASS, RELATIVE, compass, turn_word

# Draw numbers inside an episode seed.
_ROUTE, _HEADING, _RULE, _ORDER, _DROP = 0, 1, 2, 16, 64

_WALK = KINDS.index("forward")

# By whole degrees: the index of the compass word of a heading, and of the relative word of a turn.
_COMPASS_INDEX = np.array([COMPASS.index(compass(degrees)) for degrees in range(360)])
_RELATIVE_INDEX = np.array([RELATIVE.index(turn_word(0, degrees)) for degrees in range(360)])
_WORLD_FRAME = 1


class Dealer:
    """Deals the episodes of one configuration.

    Raises:
        ValueError: on construction, where the configuration leaves no route.
    """

    def __init__(self, config: NavigationConfig) -> None:
        self.config = config
        self.pool: Pool = pool_of(config)
        width = self.pool.points.shape[1]
        self.openings = np.dtype(
            [
                ("row", f"V{observe.SIZE}"),
                ("seed", np.int64),
                ("route", np.int32),
                ("heading", np.int16),
                ("rule", np.uint8, 1 + TABLE_LENGTH),
                ("numbers", np.uint8, 1 + MAX_LANDMARKS),
                ("lines", np.uint8, (self.pool.lines.shape[1] + MAX_LINES, LINE_CODES)),
                ("rights", np.uint8, width),
                ("places", np.uint8, width if config.drop_rate else 0),
                ("count", np.int16),
            ]
        )

    def deal(self, seeds: NDArray[np.int64]) -> Openings:
        """Deal the episode of each seed, of shape (n,).

        Returns:
            A structured array of shape (n,) with the fields row (the first observation as one block
            of bytes), seed, route (index into the pool), heading (the initial one in degrees), rule
            (that scores, as `directions.table` makes it), numbers (by which landmarks 1, 2, ... are
            shown, behind a 0 for none), lines (codes of the instructions, with MAX_LINES empty ones
            behind), rights (the right action at each point), places (the points of the pool's rail
            that the episode has, then its end; empty where all are there) and count (of points).
        """
        config, pool = self.config, self.pool
        streams = seeds.astype(np.uint64)
        openings = np.empty(len(seeds), dtype=self.openings)
        openings["seed"] = seeds
        routes = integers(streams, _ROUTE, len(pool.routes))
        openings["route"] = routes
        openings["heading"] = headings = self._initial_headings(streams, routes)
        if config.directions is None:
            openings["rule"] = directions.draw_tables(streams, _RULE)
        else:
            openings["rule"] = directions.table(config.directions)
        openings["numbers"] = _numbers(streams)
        facing = pool.headings[routes]
        before = np.concatenate([headings[:, None], facing[:, :-1]], axis=1)
        turns = _RELATIVE_INDEX[(facing - before) % 360]
        self._write_lines(openings, routes, turns[:, 0])
        direction = np.where(openings["rule"][:, :1] == _WORLD_FRAME, _COMPASS_INDEX[facing], turns)
        used = np.take_along_axis(openings["rule"], 1 + direction, axis=1)
        rights = pool.points["right"][routes]
        at_turns = rights[:, : turns.shape[1] * pool.stride : pool.stride]
        np.copyto(at_turns, used + np.uint8(FIRST_TURN - 1), where=at_turns == A_TURN)
        openings["rights"] = rights
        openings["count"] = pool.counts[routes]
        if config.drop_rate:
            self._drop(openings, streams)
        openings["row"] = self._first_rows(openings).view(openings["row"].dtype)[:, 0]
        return openings

    def _initial_headings(self, streams: Words, routes: NDArray[np.int64]) -> NDArray[np.int64]:
        asked = self.config.initial_heading
        if isinstance(asked, int):
            return np.full(len(streams), asked)
        if asked == "route":
            own: NDArray[np.int64] = np.array([route.initial_heading for route in self.pool.routes])
            return own[routes]
        # Never straight ahead: at the start there is always something to turn.
        turn = 1 + integers(streams, _HEADING, 359)
        headings: NDArray[np.int64] = (self.pool.headings[routes, 0] - turn) % 360
        return headings

    def _write_lines(
        self, openings: Openings, routes: NDArray[np.int64], first_turns: NDArray[np.int64]
    ) -> None:
        lines = self.pool.lines[routes]
        # The first turn starts from the heading of the episode, not from the route's own.
        lines[:, 0, 0] = (lines[:, 0, 0] > 0) * (1 + first_turns)
        lines[:, :, 2] = _shown(lines[:, :, 2], openings["numbers"])
        told = lines.shape[1]
        openings["lines"][:, :told], openings["lines"][:, told:] = lines, 0

    def _drop(self, openings: Openings, streams: Words) -> None:
        """Leave each walking point out with the probability asked for."""
        points = self.pool.points[openings["route"]]
        bound = np.uint64(round(self.config.drop_rate * 2**32))
        places = np.arange(points.shape[1], dtype=np.uint8)
        drawn = np.stack([words(streams, _DROP + place) for place in places.tolist()], axis=1)
        kept = (points["kind"] != _WALK) | (drawn >> np.uint64(32) >= bound)
        kept &= places < openings["count"][:, None]
        openings["count"] = kept.sum(axis=1)
        # Behind the points that are kept stands the end, as it does behind every whole rail.
        packed = np.full(points.shape, places[-1], dtype=np.uint8)
        rows, columns = kept.nonzero()
        packed[rows, (kept.cumsum(axis=1) - 1)[rows, columns]] = columns
        openings["places"] = packed
        openings["rights"] = np.take_along_axis(openings["rights"], packed.astype(np.int64), axis=1)

    def _first_rows(self, openings: Openings) -> NDArray[np.uint8]:
        config = self.config
        rows = np.zeros((len(openings), observe.SIZE), dtype=np.uint8)
        rows[:, LAYOUT["lines"]] = openings["lines"][:, :MAX_LINES].reshape(len(rows), -1)
        rows[:, LAYOUT["heading"].start] = heading_codes(openings["heading"])
        known = self.pool.categories.reshape(-1)
        # The landmark that a number stands for: the inverse of the order of numbers.
        landmarks = inverses(MAX_LANDMARKS)[_drawn_orders(openings["seed"].astype(np.uint64))]
        first = openings["route"].astype(np.int64)[:, None] * MAX_LANDMARKS
        rows[:, LAYOUT["categories"]] = known.take(first + landmarks)
        rows[:, LAYOUT["attempts_left"]] = config.max_attempts
        stated = openings["rule"]
        if config.stated_directions is not None:
            stated = directions.table(config.stated_directions)
        rows[:, LAYOUT["frame"].start : LAYOUT["table"].stop] = stated
        return rows


def rule_of(openings: Openings, index: int) -> Directions:
    """Return the rule that scores in one of the episodes."""
    return directions.from_table(openings["rule"][index])


def _numbers(streams: Words) -> NDArray[np.uint8]:
    """Return the numbers of landmarks 1, 2, ... in random order behind a 0: uint8 (n, 9)."""
    numbers = np.zeros((len(streams), 1 + MAX_LANDMARKS), dtype=np.uint8)
    numbers[:, 1:] = orders(MAX_LANDMARKS)[_drawn_orders(streams)]
    numbers[:, 1:] += 1
    return numbers


def _drawn_orders(streams: Words) -> NDArray[np.int64]:
    """Return which order of the landmarks each episode has."""
    return integers(streams, _ORDER, len(orders(MAX_LANDMARKS)))


def _shown(landmarks: NDArray[np.uint8], numbers: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return landmarks in order, of shape (n, k), by the numbers that they are shown by."""
    first = np.arange(len(numbers))[:, None] * numbers.shape[1]
    shown: NDArray[np.uint8] = np.ascontiguousarray(numbers).reshape(-1).take(first + landmarks)
    return shown
