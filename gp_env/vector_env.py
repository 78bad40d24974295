"""GeneralPoints as a vector environment: many hands in NumPy arrays, one gather a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from gp_env import observe
from gp_env.arithmetic import to_tokens
from gp_env.config import GameConfig, GameKeywords
from gp_env.deal import Dealer
from gp_env.deck import Hand
from gp_env.dynamics import NUM_TOKENS
from gp_env.env import build_observation_space, check_mask
from gp_env.expert import expert_formula, next_token
from gp_env.opening import LAZY_CARDS, SHOE_DEPTH, open_episodes
from gp_env.rules import Rule
from gp_env.tables import Tables
from shiftgym.batched import BatchedVectorEnv
from shiftgym.checks import check_num_envs, known_keywords
from shiftgym.shoe import Openings

if TYPE_CHECKING:
    from typing_extensions import Unpack


class GeneralPointsVectorEnv(BatchedVectorEnv):
    """Many copies of `GeneralPointsEnv` that step together.

    Copy i plays the episodes that a single environment would play for the same episode seeds, to
    the same observations, rewards and infos; the infos hold arrays of shape (num_envs,) in place of
    scalars, without the `_key` masks of SyncVectorEnv, for every key is there for every copy. With
    `max_episode_steps` an episode that ends at the limit is terminated and not truncated too. All
    arrays returned are fresh. `reset(seed=5)` starts other episodes than Gymnasium's
    SyncVectorEnv would, which seeds its copies 5, 6, 7 and so on; a list of seeds starts the same.

    Args:
        num_envs: number of copies.
        autoreset_mode: "next_step" (Gymnasium's default: the step after the end of an episode
            ignores the action and deals anew) or "same_step" (the last step deals anew at once;
            what the episode ended with is in `info["final_obs"]` and `info["final_info"]`).
        max_episode_steps: truncates an episode after this many tokens; None for no limit.
        render_mode: "ansi" or None; ids with -Image draw pictures of many copies too.
        mask, mask_in_observation, **game: as for `GeneralPointsEnv`.
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
        **game: Unpack[GameKeywords],
    ) -> None:
        known_keywords(type(self), game, GameConfig.make)
        self.config = GameConfig.make(**game)
        self._dealer = Dealer(self.config)
        copies = check_num_envs(num_envs)
        self._tables = Tables(self.config, copies)
        self._plans: dict[int, bytes] = {}
        super().__init__(
            self._tables,
            copies,
            build_observation_space(mask_in_observation),
            NUM_TOKENS,
            shoe_depth=SHOE_DEPTH if self.config.num_cards < LAZY_CARDS else 0,
            autoreset_mode=autoreset_mode,
            max_episode_steps=max_episode_steps,
            mask=check_mask(mask),
            mask_in_observation=mask_in_observation,
            render_mode=render_mode,
        )

    def hand(self, copy: int) -> Hand:
        """Return the hand of one copy's running episode."""
        self._need_episode()
        return self._tables.hand(copy)

    def rule(self, copy: int) -> Rule:
        """Return the rule that scores in one copy's running episode."""
        self._need_episode()
        return self._tables.rule(copy)

    def expert_formula(self, copy: int) -> str:
        """Return a formula that wins one copy's running episode."""
        return expert_formula(self.hand(copy), self.rule(copy), self.config.target)

    def expert_action(self) -> NDArray[np.int64]:
        """Return the expert's next token in every copy: int64 of shape (num_envs,)."""
        self._need_episode()
        for copy in range(self.num_envs):
            if copy not in self._plans:
                self._plans[copy] = to_tokens(self.expert_formula(copy))
        written = map(self._tables.written, range(self.num_envs))
        return np.array(
            [next_token(self._plans[copy], so_far) for copy, so_far in enumerate(written)]
        )

    def render(self) -> tuple[str, ...] | None:
        """Return each copy's table as text where `render_mode="ansi"`, else None."""
        if self.render_mode != "ansi":
            return None
        self._need_episode()
        return tuple(observe.as_text(row) for row in self._tables.rows)

    def _open_episodes(self, seeds: NDArray[np.int64]) -> Openings:
        return open_episodes(self._dealer, seeds)

    def _masks(self) -> NDArray[np.int8]:
        return self._tables.masks(self.mask)

    def _asked(self) -> str:
        return str(self.config)

    def _started(self, copies: NDArray[np.int64]) -> None:
        if self._plans:
            for copy in copies.tolist():
                self._plans.pop(copy, None)
