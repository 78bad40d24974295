"""What the single environments share: starting a route, counting attempts, answering about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from shiftgym import checks
from shiftgym.seeding import SeedSequence, check_seed
from shiftgym.window import Window
from virl_env.config import NavigationConfig, NavigationKeywords
from virl_env.deal import Dealer
from virl_env.directions import Directions
from virl_env.dynamics import ACTIONS, NO_ACTION
from virl_env.free.move import Pose
from virl_env.free.walk import FreeWalk, check_route
from virl_env.observe import LAYOUT
from virl_env.options import read_options
from virl_env.routes.rail import RailStep, build_rail
from virl_env.routes.route import Route
from virl_env.verifier import CODE_REWARDS, OUTCOME_NAMES
from virl_env.walk import RailWalk
from virl_env.world.city import City
from virl_env.world.geometry import Geocode

if TYPE_CHECKING:
    from virl_env.views.sights import Sights

Observation = TypeVar("Observation")
Action = TypeVar("Action")

RENDER_SIZE = 320
"""Pixels of one view in `render()`."""

_OUTCOME = LAYOUT["outcome"].start


class SingleEnv(gym.Env[Observation, Action]):
    """One route at a time, whatever the interface shows of it.

    Args:
        navigation: the keywords of what is walked and what is right.
        render_mode: one of `metadata["render_modes"]`, or None.

    Raises:
        TypeError: for an unknown keyword.
        ValueError: for a value that a keyword does not take.
    """

    sights: Sights | None = None
    """How an interface that shows pictures shows the streets."""

    def __init__(self, navigation: NavigationKeywords, render_mode: str | None = None) -> None:
        checks.known_keywords(type(self), navigation, NavigationConfig.make)
        checks.render_mode(type(self), render_mode, self.metadata["render_modes"])
        self.config = NavigationConfig.make(**navigation)
        self.render_mode = render_mode
        self._window = Window("Street navigation", self.metadata["render_fps"])
        self._dealer = Dealer(self.config)
        check_route(self.config)
        self._seeds = SeedSequence()
        self._steps: list[RailStep] | None = None
        self._begun = self._running = False

    @property
    def route(self) -> Route:
        """The route of the episode that was last begun."""
        return self._episode().route

    @property
    def directions(self) -> Directions:
        """The rule that scores in that episode."""
        return self._episode().directions

    @property
    def stated_directions(self) -> Directions:
        """The rule that the agent is told: `directions`, unless `stated_directions=` was given."""
        return self.config.stated_directions or self.directions

    @property
    def initial_heading(self) -> int:
        """Degrees that the walker of that episode faced at its start."""
        return self._episode().initial_heading

    @property
    def landmark_order(self) -> tuple[int, ...]:
        """The number by which each landmark of that episode is shown, in the order of the route."""
        return self._episode().landmark_order

    @property
    def at(self) -> int:
        """Where the walker stands, an index into `steps`; `len(steps)` at the end."""
        return self._on_rail().at

    @property
    def pose(self) -> Pose:
        """Where the walker stands and what it faces, in free movement."""
        walk = self._episode()
        if not isinstance(walk, FreeWalk):
            raise AttributeError("A walker on a rail has no pose: `at` tells where it stands.")
        return walk.pose

    @property
    def actions(self) -> list[str]:
        """What was done at the points behind; "" where no action was named."""
        return ["" if done == NO_ACTION else ACTIONS[done] for done in self._episode().actions]

    @property
    def steps(self) -> list[RailStep]:
        """The points of that episode's rail, with the right action at each."""
        walk = self._on_rail()
        if self._steps is None:
            rail = build_rail(
                walk.route,
                self.config.points_per_segment,
                walk.initial_heading,
                walk.directions,
            )
            self._steps = [rail[place] for place in walk.places[: walk.count]]
        return self._steps

    def stand(self) -> tuple[Geocode, int]:
        """Return where the walker stands, latitude and longitude, and its heading in degrees."""
        walk = self._episode()
        if isinstance(walk, FreeWalk):
            return walk.course.city.geocode(walk.pose.point), walk.pose.heading
        # At the end the walker still stands at the last point.
        step = self.steps[min(walk.at, walk.count - 1)]
        return step.geocode, step.heading

    @property
    def line(self) -> int:
        """The line of instruction that is followed where the walker stands, from 0."""
        walk = self._episode()
        if isinstance(walk, FreeWalk):
            return walk.line
        return self.steps[min(walk.at, walk.count - 1)].instruction - 1

    @property
    def city(self) -> City | None:
        """The city of that episode's route, where it is known."""
        return self.config.city_of(self.route)

    def map(self) -> NDArray[np.uint8]:
        """Return where the walker is on its route: uint8 of shape (640, 640, 3), north up."""
        # Who looks at no map needs nothing that draws.
        from virl_env.map_picture import draw_map

        return draw_map(self.route, self.city, *self.stand(), self.line // 2)

    def render(self) -> Any:
        """Return text ("ansi"), uint8 of shape (640, 640, 3) ("rgb_array"), or None.

        The picture is a map of the route with the walker on it; where the interface shows pictures,
        the four views. With "human" it is shown in a window, as every reset and step does by
        itself.
        """
        self._episode()
        if self.render_mode == "rgb_array":
            return self._frame()
        self._show()
        return self._as_text() if self.render_mode == "ansi" else None

    def close(self) -> None:
        """Close the window of `render_mode="human"`."""
        self._window.close()

    def _as_text(self) -> str:
        raise NotImplementedError

    def _show(self) -> None:
        """Show the picture where a person looks on."""
        if self.render_mode == "human":
            self._window.show(self._frame())

    def _frame(self) -> NDArray[np.uint8]:
        if self.sights is None:
            return self.map()
        from virl_env.views.sights import grid

        look = self.sights.look_of(self._episode_seed)
        return grid(self.sights.four(self.city, look, *self.stand(), RENDER_SIZE))

    def _begin(self, seed: int | None, options: dict[str, Any] | None) -> None:
        """Start a new episode, with the arguments of `reset`."""
        seed = check_seed(seed)
        given, route = read_options(options)
        # Whatever may be refused is refused before anything changes.
        dealer = self._dealer
        if route is not None:
            given_config = self.config.with_route(route)
            self._check_route(given_config)
            dealer = Dealer(given_config)
        super().reset(seed=seed)
        self._episode_seed = self._seeds.next(seed, given)
        opening = dealer.deal(np.array([self._episode_seed]))[0]
        self._walk: RailWalk | FreeWalk
        if self.config.movement == "free":
            self._walk = FreeWalk(opening, dealer.pool, self.config)
        else:
            self._walk = RailWalk(opening, dealer.pool, self.config.max_attempts)
        self._steps = None
        self._begun = self._running = True

    def _check_route(self, config: NavigationConfig) -> None:
        """Refuse a configuration whose fixed route cannot be walked, or shown, as it asks.

        Raises:
            ValueError: saying why.
        """
        check_route(config)

    def _settle(self, outcome: int, action: int) -> tuple[float, bool, bool]:
        """Count an attempt with this outcome's code.

        Args:
            action: its index, or NO_ACTION.

        Returns:
            The reward, whether the episode terminated, and whether it was truncated.
        """
        walk = self._walk
        walk.settle(action, outcome)
        self._running = not (walk.ended or walk.timed_out)
        return CODE_REWARDS[outcome] + walk.bonus, walk.ended, walk.timed_out

    def _info(self) -> dict[str, Any]:
        """Return what every interface tells at every step."""
        walk = self._walk
        return {
            "outcome": OUTCOME_NAMES[int(walk.row[_OUTCOME])],
            "attempts_left": walk.attempts_left,
            "is_success": walk.succeeded,
            "episode_seed": self._episode_seed,
            **walk.measures(),
        }

    def _on_rail(self) -> RailWalk:
        walk = self._episode()
        if not isinstance(walk, RailWalk):
            raise AttributeError(
                "A walker who moves freely is on no rail: `pose` tells where it stands."
            )
        return walk

    def _episode(self) -> RailWalk | FreeWalk:
        if not self._begun:
            raise gym.error.ResetNeeded("Call reset() first: no route was started yet.")
        return self._walk

    def _need_running(self) -> None:
        if not self._running:
            raise gym.error.ResetNeeded("Call reset() before step(): no episode is running.")
