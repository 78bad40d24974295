"""What the environments of street navigation tell and draw, whatever they show the agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shiftgym.envs.single import Action, Observation, SingleEnv
from shiftgym.envs.vector import PICTURES, TaskVectorEnv
from virl_env.actions import ACTIONS, NO_ACTION
from virl_env.config import NavigationConfig
from virl_env.directions import Directions
from virl_env.free.move import Pose
from virl_env.free.walk import FreeWalk
from virl_env.navigation import Navigation, Walk, Walkers
from virl_env.rail_walk import RailWalk
from virl_env.routes.rail import RailStep
from virl_env.routes.route import Route
from virl_env.world.city import City
from virl_env.world.geometry import Geocode

if TYPE_CHECKING:
    from virl_env.render import Snapshot
    from virl_env.views.renderer import StreetRenderer


class WalkerEnv(SingleEnv[Observation, Action, Walk]):
    """A single environment of street navigation."""

    plays = Navigation
    config: NavigationConfig
    renderer: StreetRenderer | None

    @property
    def route(self) -> Route:
        """The route of the episode that was started last."""
        return self.episode.route

    @property
    def directions(self) -> Directions:
        """The rule that scores in that episode."""
        return self.episode.directions

    @property
    def stated_directions(self) -> Directions:
        """The rule that the agent is told: `directions`, unless `stated_directions=` was given."""
        return self.config.stated_directions or self.directions

    @property
    def initial_heading(self) -> int:
        """Degrees that the walker of that episode faced at its start."""
        return self.episode.initial_heading

    @property
    def landmark_order(self) -> tuple[int, ...]:
        """The number by which each landmark of that episode is shown, in the order of the route."""
        return self.episode.landmark_order

    @property
    def at(self) -> int:
        """Where the walker stands, an index into `steps`; `len(steps)` at the end."""
        return self._on_rail().at

    @property
    def steps(self) -> list[RailStep]:
        """The points of that episode's rail, with the right action at each."""
        return self._on_rail().steps

    @property
    def pose(self) -> Pose:
        """Where the walker stands and what it faces, in free movement."""
        walk = self.episode
        if not isinstance(walk, FreeWalk):
            raise AttributeError("A walker on a rail has no pose: `at` tells where it stands.")
        return walk.pose

    @property
    def actions(self) -> list[str]:
        """What was done at the points behind; "" where no action was named."""
        return ["" if done == NO_ACTION else ACTIONS[done] for done in self.episode.actions]

    @property
    def line(self) -> int:
        """The line of instruction that is followed where the walker stands, from 0."""
        return self.episode.line

    @property
    def city(self) -> City | None:
        """The city of that episode's route, where it is known."""
        return self.config.city_of(self.route)

    def stand(self) -> tuple[Geocode, int]:
        """Return where the walker stands, latitude and longitude, and its heading in degrees."""
        return self.episode.stand()

    def map(self) -> NDArray[np.uint8]:
        """Return where the walker is on its route: uint8 of shape (640, 640, 3), north up."""
        # Who looks at no map needs nothing that draws.
        from virl_env.map_picture import draw_map

        return draw_map(self.route, self.city, *self.stand(), self.line // 2)

    def snapshot(self) -> Snapshot:
        """Return what the picture of `render()` tells beside the views."""
        from virl_env.render import Snapshot

        walk = self.episode
        arrived = walk.succeeded if walk.terminated or walk.truncated else None
        return Snapshot.of_row(
            walk.row,
            self.config,
            walk.route,
            walk.initial_heading,
            walk.stand(),
            walk.line,
            arrived,
        )

    def check_fixed(self, given: Route) -> None:
        """Refuse a route that is in no city that can be drawn, where views are drawn.

        Raises:
            ValueError: saying so.
        """
        if self.renderer is not None:
            self.renderer.check(given)

    def frame(self) -> NDArray[np.uint8]:
        """Return what is seen, or a map, beside instruction, rule and outcome: (640, 960, 3)."""
        from virl_env.render import draw_snapshot

        views = None if self.renderer is None else self.renderer.frame(self.episode)
        return draw_snapshot(self.snapshot(), views)

    def _on_rail(self) -> RailWalk:
        walk = self.episode
        if not isinstance(walk, RailWalk):
            raise AttributeError(
                "A walker who moves freely is on no rail: `pose` tells where it stands."
            )
        return walk


class WalkersVectorEnv(TaskVectorEnv[Walkers]):
    """A vector environment of street navigation."""

    plays = Navigation
    metadata = PICTURES
    config: NavigationConfig
    renderer: StreetRenderer | None

    def route(self, index: int) -> Route:
        """Return the route of one sub-environment's running episode."""
        return self.batch.route(index)

    def directions(self, index: int) -> Directions:
        """Return the rule that scores in it."""
        return self.batch.directions(index)

    def initial_heading(self, index: int) -> int:
        """Return the degrees that its walker faced at the start."""
        return self.batch.initial_heading(index)

    def stand(self, index: int) -> tuple[Geocode, int]:
        """Return where its walker stands, latitude and longitude, and its heading in degrees."""
        return self.batch.stand(index)

    def snapshot(self, index: int) -> Snapshot:
        """Return what the picture of one sub-environment tells beside the views."""
        from virl_env.render import Snapshot

        batch = self.batch
        return Snapshot.of_row(
            batch.rows[index],
            self.config,
            batch.route(index),
            batch.initial_heading(index),
            batch.stand(index),
            batch.line(index),
            batch.arrived(index),
        )

    def frame(self, index: int) -> NDArray[np.uint8]:
        """Return for one sub-environment what `WalkerEnv.frame` does."""
        from virl_env.render import draw_snapshot

        views = None if self.renderer is None else self.renderer.frame_of(self.batch, index)
        return draw_snapshot(self.snapshot(index), views)
