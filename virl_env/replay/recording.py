"""Records an episode: at each step what was seen and told, where that was, and what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from shiftgym.checks import in_range
from shiftgym.recordings import recording
from virl_env.render import rule_in_brief
from virl_env.routes.instructions import write_instructions
from virl_env.scene import describe_rule
from virl_env.views.look import LookLike
from virl_env.views.renderer import MAX_SIZE, MIN_SIZE, Panoramas, StreetRenderer, grid
from virl_env.walker_env import WalkerEnv
from virl_env.world.geometry import Geocode

VIEW_SIZE = 320
"""Pixels of one view in a recording, unless another size is asked for."""


@dataclass(frozen=True, kw_only=True)
class Moment(recording.Moment):
    """One step, or the end.

    Attributes:
        views: four views as a grid, uint8 of shape (2 n, 2 n, 3).
        map: where the walker is on its route, uint8 of shape (640, 640, 3).
        geocode: where that is, degrees.
        heading: degrees.
        line: instruction that is followed, from 0.
        instruction: that line.
    """

    views: NDArray[np.uint8]
    map: NDArray[np.uint8]
    geocode: Geocode
    heading: int
    line: int
    instruction: str


@dataclass(frozen=True, kw_only=True)
class Recording(recording.Recording[Moment]):
    """An episode; its title says from where to where, and in which city.

    Attributes:
        instructions: its lines.
        rule: that is stated, in a sentence.
    """

    instructions: Sequence[str]
    rule: str


class WalkCamera:
    """Shows what the walker of an environment sees, and where it is on the map.

    Args:
        env: of navigation, with whatever interface; wrappers are looked through. Views are shown
            as it shows them.
        view_size: pixels of one view, 32 to 1200.
        look, panoramas: of the views, as for `VIRLNavigationImageEnv`, where it shows none.

    Raises:
        ValueError: for another environment, or a size out of range.
    """

    def __init__(
        self,
        env: gym.Env[Any, Any],
        view_size: int = VIEW_SIZE,
        *,
        look: LookLike = "plain",
        panoramas: Panoramas = None,
    ) -> None:
        self.env: WalkerEnv[Any, Any] = recording.inner(env, WalkerEnv, "navigation")
        self._size = in_range("view_size", view_size, MIN_SIZE, MAX_SIZE)
        renderer: StreetRenderer | None = getattr(self.env, "renderer", None)
        if renderer is None:
            renderer = StreetRenderer(self.env.config, look=look, panoramas=panoramas)
        self._renderer = renderer

    def moment(self, told: str, info: Mapping[str, Any]) -> Moment:
        """Return what is seen now, and where.

        Raises:
            ValueError: for a route in a city of which there is nothing to show.
        """
        env = self.env
        self._renderer.check(env.route)
        geocode, heading = env.stand()
        look = self._renderer.look_of(info["episode_seed"])
        return Moment(
            views=grid(self._renderer.smooth(env.city, look, geocode, heading, self._size)),
            map=env.map(),
            geocode=geocode,
            heading=heading,
            line=env.line,
            instruction=self._instructions()[env.line],
            told=told,
        )

    def is_attempt(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """Return True: every action is one."""
        return True

    def recording(self, moments: Sequence[Moment], info: Mapping[str, Any]) -> Recording:
        """Return the walk up to now."""
        env, route = self.env, self.env.route
        stated, scoring = describe_rule(env.stated_directions), describe_rule(env.directions)
        length = f"{len(route.legs)} legs, {route.length:.0f} m"
        return Recording(
            title=f"From {route.start_name} to {route.destination}, {route.city}",
            facts=recording.facts_of(info, stated, scoring, Route=length),
            instructions=self._instructions(),
            rule=rule_in_brief(env.stated_directions),
            moments=moments,
            credit="" if env.city is None else env.city.attribution,
        )

    def _instructions(self) -> list[str]:
        env, config = self.env, self.env.config
        return write_instructions(env.route, env.initial_heading, config.instructions, config.style)


RECORDINGS = recording.Recordings(WalkCamera)
record, recorder = RECORDINGS.record, RECORDINGS.recorder
