"""One walker who may go anywhere in the city: an episode of free movement.

A move that is possible is worth nothing and has no outcome; one that is not leaves the walker where
it is and counts as a wrong action, and so does a stop anywhere but at the destination.
"""

from __future__ import annotations

import numpy as np

from virl_env.actions import CORRECT_CODE, NO_ACTION, STOP, WRONG_CODE
from virl_env.config import MAX_ATTEMPTS, NavigationConfig
from virl_env.free.course import Course
from virl_env.free.metrics import Warping, spl
from virl_env.free.move import Pose, move
from virl_env.free.ways import Plan, follow, search, shortest_way
from virl_env.observe import HEADING_STEP
from virl_env.pool import Pool
from virl_env.route_walk import ATTEMPTS, IN_SIGHT, OUTCOME, PREVIOUS, RouteWalk, shown
from virl_env.verifier import CODE_REWARDS, OUTCOME_NAMES
from virl_env.world.geometry import Geocode

NO_OUTCOME = OUTCOME_NAMES.index("none")
DEFAULT_PATIENCE = 4
"""Without `max_steps`, an episode may take this many times the actions that walk its route."""


def check_route(config: NavigationConfig) -> None:
    """Refuse a configuration's fixed route where it cannot be walked freely.

    Raises:
        ValueError: where it has no path in a city that is known.
    """
    if config.movement == "free" and config.route is not None:
        Course(config.route, config.city)


class FreeWalk(RouteWalk):
    """A running episode of free movement.

    Attributes:
        course: the route on its streets.
        pose: of the walker.
        line: instruction that is followed, from 0: that of the last point of the route where the
            walker stood.
        attempts_left: actions left before the time is up.
        terminated: whether the walker stopped.
        succeeded: whether it did so at the destination.

    Raises:
        ValueError: for a route that has no path in the cities of the configuration.
    """

    def __init__(self, start: np.void, pool: Pool, config: NavigationConfig) -> None:
        super().__init__(start, pool, config)
        self.course = Course(self.route, config.city)
        self._coordinates = self.course.streets.coordinates
        self._warping = Warping([self._coordinates[point] for point in self.route.path])
        self._walked = 0.0
        self._passed = False
        self._plan: Plan = {}
        self.line = 0
        self.attempts_left = config.max_steps or DEFAULT_PATIENCE * self.course.actions
        self.terminated = self.succeeded = False
        self._stand(Pose(self.route.path[0], self.initial_heading))
        self._arrive()

    @property
    def place(self) -> Pose:
        """The pose of the walker."""
        return self.pose

    @property
    def truncated(self) -> bool:
        """Whether the time is up and the walker did not stop."""
        return self.attempts_left == 0 and not self.terminated

    @property
    def right(self) -> int:
        """What the expert does here, 255 at the end.

        It walks a shortest way to the destination, or with `expert="route"` the route itself from
        wherever it stands on it, and stops there. Where the words of the rule do not lead along
        that way it takes the shortest that they do lead along; where they lead to no point from
        which one may stop, it gives up and stops.
        """
        if self.terminated or self.truncated:
            return NO_ACTION
        if self.pose.point == self.route.path[-1]:
            return STOP
        if self.pose not in self._plan:
            self._plan = self._planned()
        return self._plan.get(self.pose, STOP)

    def stand(self) -> tuple[Geocode, int]:
        """Return where the walker stands, latitude and longitude, and its heading in degrees."""
        return self.course.city.geocode(self.pose.point), self.pose.heading

    def judge(self, action: int) -> int:
        """Return the code of the outcome that an action would have here, 0 for a possible move."""
        if action == STOP:
            arrived = self.course.has_arrived(self.pose.point)
            return CORRECT_CODE if arrived else WRONG_CODE
        return WRONG_CODE if self._moved(action) is None else NO_OUTCOME

    def settle(self, action: int, outcome: int) -> float:
        """Count an attempt, and do what it does; return its reward.

        `action` and `outcome` are as for `RouteWalk.settle`; 0 only for a move that is possible.
        """
        before = self._potential()
        self.attempts_left -= 1
        self.row[ATTEMPTS] = min(self.attempts_left, MAX_ATTEMPTS)
        self.row[OUTCOME] = outcome
        moved = self._moved(action) if outcome == NO_OUTCOME else None
        self.row[PREVIOUS] = 0 if moved else shown(action)
        if moved:
            self._move_on(action)
            point = self.pose.point
            self._stand(moved)
            if moved.point != point:
                self._arrive(point)
        elif action == STOP:
            self.terminated = True
            self.succeeded = outcome == CORRECT_CODE
        config = self._config
        shaping = config.shaping * (config.shaping_discount * self._potential() - before)
        return CODE_REWARDS[outcome] + shaping

    def measures(self) -> dict[str, float]:
        """Return spl, ndtw and oracle_success; 0, 0 and False until the episode has ended.

        Told on the way, they would tell where to stop.
        """
        if not (self.terminated or self.truncated):
            return {"spl": 0.0, "ndtw": 0.0, "oracle_success": False}
        return {
            "spl": spl(self.succeeded, self.course.length, self._walked),
            "ndtw": self._warping.ndtw(),
            "oracle_success": self._passed,
        }

    def _moved(self, action: int) -> Pose | None:
        return move(self.course.streets, self.directions, self.pose, action)

    def _stand(self, pose: Pose) -> None:
        """Take a pose, and show what is seen there."""
        self.pose = pose
        line = self.course.line(pose)
        self.line = self.line if line is None else line
        landmark, side = self.course.sight(pose)
        self._show_lines(self.line)
        crossing = self.course.is_intersection(pose.point)
        heading = 1 + pose.heading // HEADING_STEP
        self.row[IN_SIGHT] = (self._numbers[landmark], side, crossing, heading)
        self.row[ATTEMPTS] = min(self.attempts_left, MAX_ATTEMPTS)

    def _arrive(self, before: int | None = None) -> None:
        """Measure the way to a point that was reached, from the one before."""
        streets, point = self.course.streets, self.pose.point
        if before is not None:
            self._walked += next(
                streets.lengths[slot]
                for slot in streets.slots(before)
                if streets.ends[slot] == point
            )
        self._warping.add(self._coordinates[point])
        self._passed = self._passed or self.course.has_arrived(point)

    def _potential(self) -> float:
        """Return minus the share of the way that is left to go; 0 at the end of the episode."""
        if self.terminated:
            return 0.0
        return -self.course.to_go[self.pose.point] / self.course.length

    def _planned(self) -> Plan:
        course, streets = self.course, self.course.streets
        way = course.rest(self.pose.point) if self._config.expert == "route" else None
        if way is None:
            way = shortest_way(streets, self.pose.point, course.to_go)
        plan = follow(streets, self.directions, self.pose, way)
        if plan is None:
            goal = {self.route.path[-1]}
            plan = search(streets, self.directions, self.pose, goal, course.to_go)
        if plan is None:
            near = {point for point in range(len(course.to_go)) if course.has_arrived(point)}
            nothing = [0.0] * len(course.to_go)
            plan = search(streets, self.directions, self.pose, near, nothing)
        return plan or {}
