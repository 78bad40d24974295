"""Ways through a city: the shortest ones, and the actions that walk a way under a rule.

A street cannot always be chosen by a word: where two lie in one direction, a turn faces only one of
them, and which headings a walker can take depends on the point and on how it came there. So a plan
is a sequence of poses under the environment's own transition, `free.move`.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterable, Sequence
from functools import lru_cache

from virl_env.actions import FORWARD
from virl_env.directions import Directions
from virl_env.free.move import Pose, ahead, move, turns_of
from virl_env.world.streets import Streets

Plan = dict[Pose, int]
"""What to do at each pose of a plan. No pose comes twice in one."""


@lru_cache(maxsize=256)
def distances_to(streets: Streets, point: int) -> Sequence[float]:
    """Return the metres of the shortest way from each point to one of them (Dijkstra)."""
    # A city is in one piece, and each street leads both ways.
    distances = array("d", [float("inf")]) * len(streets.coordinates)
    distances[point] = 0.0
    reached = [(0.0, point)]
    while reached:
        distance, here = heapq.heappop(reached)
        if distance > distances[here]:
            continue
        for slot in streets.slots(here):
            there, through = streets.ends[slot], distance + streets.lengths[slot]
            if through < distances[there]:
                distances[there] = through
                heapq.heappush(reached, (through, there))
    return distances


def shortest_way(streets: Streets, point: int, to_go: Sequence[float]) -> list[int]:
    """Return the points of a shortest way, without the first.

    Args:
        streets: of the city.
        point: where it starts.
        to_go: `distances_to` where it ends.
    """
    way = []
    while to_go[point] > 0:
        slot = min(
            streets.slots(point), key=lambda slot: streets.lengths[slot] + to_go[streets.ends[slot]]
        )
        point = streets.ends[slot]
        way.append(point)
    return way


def follow(streets: Streets, rule: Directions, pose: Pose, way: Iterable[int]) -> Plan | None:
    """Return the fewest actions that walk along a way, None where words do not lead along it.

    Args:
        streets: of the city.
        rule: how turns are told.
        pose: where the walker is.
        way: the points to walk over, each a neighbour of the one before, the first of the pose's.
    """
    plan: Plan = {}
    for point in way:
        turning = _turn_towards(streets, rule, pose, point)
        if turning is None:
            return None
        plan.update(turning)
        # The last entry is the step forward.
        facing = next(reversed(turning))
        stepped = move(streets, rule, facing, FORWARD)
        assert stepped is not None  # the street is ahead
        pose = stepped
    return plan


def _turn_towards(streets: Streets, rule: Directions, pose: Pose, point: int) -> Plan | None:
    """Return the fewest turns after which a neighbouring point is ahead, and the step to it."""
    came: dict[Pose, tuple[Pose, int]] = {}
    queue = [pose]
    for here in queue:
        slot = ahead(streets, here)
        if slot >= 0 and streets.ends[slot] == point:
            return _retrace(came, pose, here) | {here: FORWARD}
        for action in turns_of(rule):
            there = move(streets, rule, here, action)
            if there is not None and there != pose and there not in came:
                came[there] = here, action
                queue.append(there)
    return None


def search(
    streets: Streets, rule: Directions, pose: Pose, goals: set[int], to_go: Sequence[float]
) -> Plan | None:
    """Return the shortest walk to one of some points, of those the one of fewest actions (A*).

    Args:
        streets: of the city.
        rule: how turns are told.
        pose: where the walker is.
        goals: points to arrive at.
        to_go: for each point, metres to the nearest goal at least; closer to the truth is faster.

    Returns:
        None where words lead to none of them.
    """
    actions = (FORWARD, *turns_of(rule))
    came: dict[Pose, tuple[Pose, int]] = {}
    costs = {pose: (0.0, 0)}
    # Estimates are rounded, so that equally long ways do not differ in their last bits.
    reached = [(round(to_go[pose.point], 6), 0, pose)]
    closed: set[Pose] = set()
    while reached:
        _, _, here = heapq.heappop(reached)
        if here.point in goals:
            return _retrace(came, pose, here)
        if here in closed:
            continue
        closed.add(here)
        metres, count = costs[here]
        for action in actions:
            there = move(streets, rule, here, action)
            if there is None or there in closed:
                continue
            walked = streets.lengths[ahead(streets, here)] if action == FORWARD else 0.0
            cost = (round(metres + walked, 6), count + 1)
            if there not in costs or cost < costs[there]:
                costs[there] = cost
                came[there] = here, action
                estimate = round(cost[0] + to_go[there.point], 6)
                heapq.heappush(reached, (estimate, cost[1], there))
    return None


def _retrace(came: dict[Pose, tuple[Pose, int]], start: Pose, end: Pose) -> Plan:
    """Return the plan from the start to the end, in its order."""
    backwards = []
    while end != start:
        end, action = came[end]
        backwards.append((end, action))
    return dict(reversed(backwards))
