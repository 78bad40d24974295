"""Dealing: from episode seeds to routes, headings, rules and rails, thousands at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shiftgym.mixer import Words, integers, words
from shiftgym.once import once
from shiftgym.prefetch import InitialStates
from virl_env import directions, observe
from virl_env.actions import A_TURN, FIRST_TURN, KINDS, POINT
from virl_env.config import NavigationConfig
from virl_env.directions import TABLE_LENGTH
from virl_env.observe import LAYOUT, LINE_CODES, MAX_LANDMARKS, MAX_LINES, heading_codes
from virl_env.orders import inverses, orders, read_only
from virl_env.pool import Pool, pool_of
from virl_env.streams import DROP, HEADING, ORDER, ROUTE, RULE
from virl_env.world.geometry import COMPASS, RELATIVE, compass, turn_word

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
        self.states = np.dtype(
            [
                ("row", f"V{observe.SIZE}"),
                ("seed", np.int64),
                ("points", np.uint64, width),
                ("lines", np.uint8, (self.pool.lines.shape[1] + MAX_LINES, LINE_CODES)),
                ("route", np.int32),
                ("heading", np.int16),
                ("count", np.int16),
                ("rule", np.uint8, 1 + TABLE_LENGTH),
                ("numbers", np.uint8, 1 + MAX_LANDMARKS),
                ("places", np.uint8, width if config.drop_rate else 0),
            ],
            align=True,
        )
        # What all episodes have in common.
        self._blank = np.zeros(1, dtype=self.states)
        _rows(self._blank)[:, LAYOUT["attempts_left"]] = config.max_attempts
        if config.directions is not None:
            self._blank["rule"] = directions.table(config.directions)
        # Of each leg: the compass word of its heading and, but for the first, the relative word of
        # the turn into it.
        headings = self.pool.headings
        self._facing = _COMPASS_INDEX[headings]
        self._turns = _RELATIVE_INDEX[headings - np.roll(headings, 1, axis=1)]

    def __str__(self) -> str:
        return str(self.config)

    def deal(self, seeds: NDArray[np.int64]) -> InitialStates:
        """Deal the episode of each seed, of shape (n,).

        Returns:
            A structured array of shape (n,) with the fields row (the first observation as one block
            of bytes), seed, route (index into the pool), heading (the initial one in degrees), rule
            (that scores, as `directions.table` makes it), numbers (by which landmarks 1, 2, ... are
            shown, behind a 0 for none), lines (codes of the instructions, with MAX_LINES empty ones
            behind), points (of the episode's rail, each a POINT as one number), places (which
            points of the pool's rail they are, then its end; empty where all are there) and count
            (of points).
        """
        config, pool = self.config, self.pool
        streams = seeds.astype(np.uint64)
        routes = integers(streams, ROUTE, len(pool.routes))
        headings = self._initial_headings(streams, routes)
        order = integers(streams, ORDER, len(orders(MAX_LANDMARKS)))
        states = np.repeat(self._blank, len(seeds))
        states["seed"], states["route"], states["heading"] = seeds, routes, headings
        states["count"] = pool.counts.take(routes)
        states["numbers"] = numbers = _numbers().take(order, axis=0)
        if config.directions is None:
            states["rule"] = directions.draw_tables(streams, RULE)
        # The first turn starts from the heading of the episode, not from the route's own.
        turns = self._turns.take(routes, axis=0)
        turns[:, 0] = _RELATIVE_INDEX.take(pool.headings[:, 0].take(routes) - headings, mode="wrap")
        lines = pool.lines.take(routes, axis=0)
        lines[:, 0, 0] = (lines[:, 0, 0] > 0) * (1 + turns[:, 0])
        lines[:, :, 2] = _looked_up(numbers, lines[:, :, 2])
        states["lines"][:, : lines.shape[1]] = lines
        states["points"] = self._rails(states, routes, headings, turns)
        if config.drop_rate:
            self._drop(states, streams)
        self._write_first_rows(states, routes, order)
        return states

    def _initial_headings(self, streams: Words, routes: NDArray[np.int64]) -> NDArray[np.int64]:
        asked = self.config.initial_heading
        if isinstance(asked, int):
            return np.full(len(streams), asked)
        if asked == "route":
            own: NDArray[np.int64] = np.array([route.initial_heading for route in self.pool.routes])
            return own[routes]
        # Never straight ahead: at the start there is always something to turn.
        turn = 1 + integers(streams, HEADING, 359)
        headings: NDArray[np.int64] = (self.pool.headings[routes, 0] - turn) % 360
        return headings

    def _rails(
        self,
        states: InitialStates,
        routes: NDArray[np.int64],
        headings: NDArray[np.int64],
        turns: NDArray[np.int64],
    ) -> Words:
        """Return the rails of episodes, none of their points dropped: POINTs as one number each."""
        pool, rule, numbers = self.pool, states["rule"], states["numbers"]
        # As plain numbers, rows are picked in a third of the time.
        points = pool.points.view(np.uint64).take(routes, axis=0)
        point = points.view(POINT)
        facing = self._facing.take(routes, axis=0)
        told = _looked_up(rule, 1 + np.where(rule[:, :1] == _WORLD_FRAME, facing, turns))
        legs, stride = turns.shape[1], pool.stride
        rights = point["right"][:, : legs * stride : stride]
        np.copyto(rights, told + np.uint8(FIRST_TURN - 1), where=rights == A_TURN)
        landmarks = point["landmark"][:, stride : legs * stride + 1 : stride]
        np.multiply(landmarks > 0, numbers[:, 1 : legs + 1], out=landmarks)
        point["heading"][:, 0] = heading_codes(headings)
        return points

    def _drop(self, states: InitialStates, streams: Words) -> None:
        """Leave each walking point out with the probability asked for."""
        points = self.pool.points[states["route"]]
        bound = np.uint64(round(self.config.drop_rate * 2**32))
        places = np.arange(points.shape[1], dtype=np.uint8)
        drawn = np.stack([words(streams, DROP + place) for place in places.tolist()], axis=1)
        kept = (points["kind"] != _WALK) | (drawn >> np.uint64(32) >= bound)
        kept &= places < states["count"][:, None]
        states["count"] = kept.sum(axis=1)
        # Behind the points that are kept stands the end, as it does behind every whole rail.
        packed = np.full(points.shape, places[-1], dtype=np.uint8)
        rows, columns = kept.nonzero()
        packed[rows, (kept.cumsum(axis=1) - 1)[rows, columns]] = columns
        states["places"] = packed
        states["points"] = np.take_along_axis(states["points"], packed.astype(np.int64), axis=1)

    def _write_first_rows(
        self, states: InitialStates, routes: NDArray[np.int64], order: NDArray[np.int64]
    ) -> None:
        rows, stated = _rows(states), self.config.stated_directions
        rows[:, LAYOUT["lines"]] = states["lines"][:, :MAX_LINES].reshape(len(rows), -1)
        rows[:, LAYOUT["heading"].start] = heading_codes(states["heading"])
        # The landmark that a number stands for: the inverse of the order of numbers.
        standing = inverses(MAX_LANDMARKS).take(order, axis=0)
        known = self.pool.categories.take(routes, axis=0)
        rows[:, LAYOUT["categories"]] = _looked_up(known, standing)
        rows[:, LAYOUT["frame"].start : LAYOUT["table"].stop] = (
            states["rule"] if stated is None else directions.table(stated)
        )


@once()
def _numbers() -> NDArray[np.uint8]:
    """Return the numbers of landmarks 1, 2, ... in every order, each behind a 0: (orders, 9)."""
    every = orders(MAX_LANDMARKS) + np.uint8(1)
    return read_only(np.concatenate([np.zeros_like(every[:, :1]), every], axis=1))


def _rows(states: InitialStates) -> NDArray[np.uint8]:
    """Return the first observations of states, a view of shape (n, 96)."""
    rows: NDArray[np.uint8] = np.ndarray(
        (len(states), observe.SIZE),
        np.uint8,
        buffer=states,
        strides=(states.itemsize, 1),
    )
    return rows


def _looked_up(rows: NDArray[np.uint8], places: NDArray[Any]) -> NDArray[np.uint8]:
    """Return rows[i, places[i, j]] for places of shape (n, k)."""
    first = rows.shape[1] * np.arange(len(rows))[:, None]
    found: NDArray[np.uint8] = np.ascontiguousarray(rows).reshape(-1).take(first + places)
    return found
