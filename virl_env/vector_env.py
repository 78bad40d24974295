"""Street navigation as a vector environment: many walkers in NumPy arrays, one gather a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from shiftgym.batched import BatchedVectorEnv
from shiftgym.checks import positive
from shiftgym.shoe import Openings
from shiftgym.spaces import with_mask
from virl_env import observe
from virl_env.config import NavigationConfig, NavigationKeywords
from virl_env.deal import Dealer
from virl_env.directions import Directions, from_table
from virl_env.dynamics import NO_ACTION, NUM_ACTIONS, STOP
from virl_env.env import check_mask
from virl_env.free.rows import FreeRows
from virl_env.free.walk import check_route
from virl_env.routes.rail import stand_on_rail
from virl_env.routes.route import Route
from virl_env.tables import Rails
from virl_env.world.city import City
from virl_env.world.geometry import Geocode

if TYPE_CHECKING:
    from typing_extensions import Unpack

_SHOE_DEPTH = 8


class VIRLNavigationVectorEnv(BatchedVectorEnv):
    """Many copies of `VIRLNavigationEnv` that step together.

    Copy i walks the episodes that a single environment would walk for the same episode seeds, to
    the same observations, rewards and infos; the infos hold arrays of shape (num_envs,) in place of
    scalars, without the `_key` masks of SyncVectorEnv, for every key is there for every copy. With
    `max_episode_steps` an episode that ends at the limit is terminated and not truncated too. All
    arrays returned are fresh. `reset(seed=5)` starts other episodes than Gymnasium's SyncVectorEnv
    would, which seeds its copies 5, 6, 7 and so on; a list of seeds starts the same.

    Rails step in NumPy arrays. With `movement="free"` copies step one after another, no faster than
    single environments do.

    Args:
        num_envs: number of copies.
        autoreset_mode: "next_step" (Gymnasium's default: the step after the end of an episode
            ignores the action and starts anew) or "same_step" (the last step starts anew at once;
            what the episode ended with is in `info["final_obs"]` and `info["final_info"]`).
        max_episode_steps: truncates an episode after this many actions; None for no limit.
        mask, mask_in_observation, render_mode, **navigation: as for `VIRLNavigationEnv`.
    """

    def __init__(
        self,
        num_envs: int = 1,
        *,
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
        max_episode_steps: int | None = None,
        mask: str | None = "syntax",
        mask_in_observation: bool = False,
        render_mode: str | None = None,
        **navigation: Unpack[NavigationKeywords],
    ) -> None:
        self.config = NavigationConfig.make(**navigation)
        self._dealer = Dealer(self.config)
        self._walkers: Rails | FreeRows
        if self.config.movement == "free":
            check_route(self.config)
            self._walkers = FreeRows(self._dealer, positive("num_envs", num_envs))
        else:
            self._walkers = Rails(
                self._dealer.openings,
                self.config.max_attempts,
                positive("num_envs", num_envs),
            )
        super().__init__(
            self._walkers,
            num_envs,
            with_mask(observe.FIELDS.space(), NUM_ACTIONS, mask_in_observation),
            NUM_ACTIONS,
            shoe_depth=_SHOE_DEPTH,
            autoreset_mode=autoreset_mode,
            max_episode_steps=max_episode_steps,
            mask=check_mask(mask),
            mask_in_observation=mask_in_observation,
            render_mode=render_mode,
        )

    def route(self, copy: int) -> Route:
        """Return the route of one copy's running episode."""
        self._need_episode()
        return self._dealer.pool.routes[int(self._walkers.routes[copy])]

    def directions(self, copy: int) -> Directions:
        """Return the rule that scores in one copy's running episode."""
        self._need_episode()
        return from_table(self._walkers.rules[copy])

    def initial_heading(self, copy: int) -> int:
        """Return the degrees that the walker of one copy's running episode faced at its start."""
        self._need_episode()
        return int(self._walkers.headings[copy])

    def stand(self, copy: int) -> tuple[Geocode, int]:
        """Return where the walker of one copy stands and its heading, as the single one does."""
        self._need_episode()
        return self._stand(copy, int(self._walkers.places[copy]))

    def expert_action(self) -> NDArray[np.int64]:
        """Return the right action in every copy: int64 of shape (num_envs,)."""
        self._need_episode()
        right = self._walkers.right.astype(np.int64)
        # At the end of an episode, where a copy waits for its next episode, any action will do.
        return np.where(right == NO_ACTION, STOP, right)

    def render(self) -> tuple[str, ...] | None:
        """Return what each copy sees as text where `render_mode="ansi"`, else None."""
        if self.render_mode != "ansi":
            return None
        self._need_episode()
        return tuple(observe.as_text(row) for row in self._walkers.rows)

    def _open_episodes(self, seeds: NDArray[np.int64]) -> Openings:
        return self._dealer.deal(seeds)

    def _timed_out(self) -> NDArray[np.bool_] | None:
        limit = super()._timed_out()
        walkers = self._walkers
        if not isinstance(walkers, FreeRows):
            return limit
        return walkers.timed_out.copy() if limit is None else limit | walkers.timed_out

    def _masks(self) -> NDArray[np.int8]:
        return np.ones((self.num_envs, NUM_ACTIONS), dtype=np.int8)

    def _stand(self, copy: int, place: int) -> tuple[Geocode, int]:
        if isinstance(self._walkers, FreeRows):
            point, heading = divmod(place, 360)
            city = self._city(copy)
            assert city is not None  # free movement needs one
            return city.geocode(point), heading
        initial = int(self._walkers.headings[copy])
        return stand_on_rail(self.route(copy), self.config.points_per_segment, initial, place)

    def _city(self, copy: int) -> City | None:
        return self.config.city_of(self.route(copy))

    def _asked(self) -> str:
        return str(self.config)
