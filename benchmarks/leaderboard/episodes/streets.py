"""Routes as small data: a map in metres, the instructions, and what was done at each point."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np

from virl_env.actions import ACTION_INDEX, ACTIONS
from virl_env.reader import parse_reply
from virl_env.routes.instructions import write_instructions
from virl_env.routes.rail import NO_LANDMARKS
from virl_env.scene import describe_rule
from virl_env.world.city import UNIT, City
from virl_env.world.geometry import METRES_A_DEGREE, Geocode, near

_STRAIGHT = 1.0
"""Metres that a street may run beside the line that is drawn for it."""


class Streets:
    """Shows routes; collects the maps of their cities.

    Attributes:
        files: the streets of each city by its digest, as lists of x and y.
        actions: their names, by number.
    """

    actions = ACTIONS

    def __init__(self) -> None:
        self.files: dict[str, Any] = {}

    def scene(self, env: Any) -> dict[str, Any]:
        """Return route, instructions, rules and points of an episode."""
        route, config = env.route, env.config
        city = env.city
        plan = _Plan(route.start if city is None else city.geocode(0))
        name = "" if city is None else city.digest
        if city is not None and name not in self.files:
            self.files[name] = {"streets": _streets(city, plan), "credit": city.attribution}
        seen = [leg.landmark for leg in route.legs if leg.landmark is not None]
        stated, scoring = describe_rule(env.stated_directions), describe_rule(env.directions)
        told = {
            "city": route.city,
            "map": name,
            "from": route.start_name,
            "to": route.destination,
            "route": [plan(route.start), *(plan(leg.end) for leg in route.legs)],
            "landmarks": [[one.name, one.category, *plan(one.geocode)] for one in seen],
            "rule": stated,
            "lines": write_instructions(
                route, env.initial_heading, config.instructions, config.style
            ),
            "points": [
                [*plan(step.geocode), step.heading, step.instruction - 1, _number(step.action)]
                + ([] if step.observation == NO_LANDMARKS else [step.observation])
                for step in env.steps
            ],
        }
        return told if scoring == stated else {**told, "scoring": scoring}

    def before(self, env: Any) -> int:
        """Return the point at which the walker stands."""
        return int(env.at)

    def done(self, env: Any, before: int, action: Any) -> list[int]:
        """Return the point, and the number of the action there, -1 where none could be read."""
        if isinstance(action, str):
            read = parse_reply(action).action
            return [before, -1 if read is None else _number(read)]
        return [before, int(action)]


def _number(action: str) -> int:
    return ACTION_INDEX[action]


class _Plan:
    """From geocodes to metres east and south of an origin."""

    def __init__(self, origin: Geocode) -> None:
        self._origin = origin
        self._squeeze = math.cos(math.radians(origin[0]))

    def __call__(self, geocode: Geocode) -> list[int]:
        """Return x and y in whole metres."""
        north = geocode[0] - self._origin[0]
        east = (near(geocode[1], self._origin[1]) - self._origin[1]) * self._squeeze
        return [round(east * METRES_A_DEGREE), round(-north * METRES_A_DEGREE)]


def _streets(city: City, plan: _Plan) -> list[list[int]]:
    """Return the streets between intersections, each as x, y, x, y, ..."""
    places = [plan((latitude, longitude)) for latitude, longitude in (city.points * UNIT).tolist()]
    starts, neighbours = city.starts.tolist(), city.neighbours.tolist()
    around = [neighbours[start:end] for start, end in pairwise(starts)]
    drawn: set[tuple[int, int]] = set()
    streets = []
    # Intersections and dead ends first: what is left then are rings without either.
    order = sorted(range(len(places)), key=lambda point: len(around[point]) == 2)
    for first in order:
        for second in around[first]:
            if (first, second) in drawn:
                continue
            way = [first, second]
            while len(around[way[-1]]) == 2 and way[-1] != first:
                way.append(next(one for one in around[way[-1]] if one != way[-2]))
            drawn.update(pairwise(way))
            drawn.update(pairwise(way[::-1]))
            corners = _straightened(np.array([places[point] for point in way]))
            streets.append([int(part) for corner in corners for part in corner])
    return streets


def _straightened(line: Any) -> list[Any]:
    """Return the corners of a line without those that lie on it (Douglas and Peucker)."""
    kept, pending = {0, len(line) - 1}, [(0, len(line) - 1)]
    while pending:
        first, last = pending.pop()
        if last - first < 2:
            continue
        along, rest = line[last] - line[first], line[first + 1 : last] - line[first]
        length = math.hypot(*along)
        off = (
            np.abs(along[0] * rest[:, 1] - along[1] * rest[:, 0]) / length
            if length
            else np.hypot(rest[:, 0], rest[:, 1])
        )
        far = int(off.argmax())
        if off[far] > _STRAIGHT:
            middle = first + 1 + far
            kept.add(middle)
            pending += [(first, middle), (middle, last)]
    return [line[place] for place in sorted(kept)]
