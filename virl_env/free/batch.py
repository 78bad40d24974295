"""Free walkers side by side: one after another, in plain Python.

Where a walker stands on a graph decides what it observes, so there is no table of an episode to
gather from.
"""

from __future__ import annotations

from shiftgym.envs.episode_batch import EpisodeBatch
from virl_env.directions import Directions
from virl_env.free.walk import FreeWalk
from virl_env.routes.route import Route
from virl_env.world.geometry import Geocode


class FreeBatch(EpisodeBatch[FreeWalk]):
    """The running episodes of n sub-environments, as `rail_batch.RailBatch` has them of rails."""

    def route(self, index: int) -> Route:
        """Return the route of one of the episodes."""
        return self.episode(index).route

    def directions(self, index: int) -> Directions:
        """Return the rule that scores in one of the episodes."""
        return self.episode(index).directions

    def initial_heading(self, index: int) -> int:
        """Return the degrees that one of the walkers faced at its start."""
        return self.episode(index).initial_heading

    def stand(self, index: int) -> tuple[Geocode, int]:
        """Return where one of the walkers stands, and its heading in degrees."""
        return self.episode(index).stand()

    def line(self, index: int) -> int:
        """Return the line of instruction that one of the walkers follows, from 0."""
        return self.episode(index).line

    def arrived(self, index: int) -> bool | None:
        """Return whether one of the walks has succeeded, None while it goes on."""
        walk = self.episode(index)
        return walk.succeeded if walk.terminated or walk.truncated else None
