"""GeneralPoints as a vector environment: many hands in NumPy arrays, one gather a step."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from gp_env import observe
from gp_env.arithmetic import to_tokens
from gp_env.config import GameConfig, GameKeywords
from gp_env.deal import Dealer
from gp_env.deck import Hand
from gp_env.dynamics import NUM_TOKENS
from gp_env.env import build_observation_space, check_mask
from gp_env.expert import expert_formula, next_token
from gp_env.rules import Rule
from gp_env.shoe import Openings, Shoe, open_episodes
from gp_env.tables import Tables
from shiftgym.checks import positive
from shiftgym.mixer import EPISODE_SEED_BITS
from shiftgym.seeding import check_episode_seed, check_options, check_seed

if TYPE_CHECKING:
    from typing_extensions import Unpack

Infos = dict[str, Any]
Step = tuple[Any, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], Infos]


class GeneralPointsVectorEnv(VectorEnv[Any, Any, Any]):
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
        mask, mask_in_observation, render_mode, **game: as for `GeneralPointsEnv`.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 4}  # noqa: RUF012

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
        self.config = GameConfig.make(**game)
        self.num_envs = positive("num_envs", num_envs)
        if max_episode_steps is not None:
            positive("max_episode_steps", max_episode_steps)
        self.autoreset_mode = _autoreset_mode(autoreset_mode)
        self.metadata = {**self.metadata, "autoreset_mode": self.autoreset_mode}
        self.max_episode_steps = max_episode_steps
        self.mask = check_mask(mask)
        self.mask_in_observation = mask_in_observation
        self.render_mode = render_mode
        self.single_observation_space = build_observation_space(mask_in_observation)
        self.single_action_space = spaces.Discrete(NUM_TOKENS)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)

        self._dealer = Dealer(self.config)
        self._everyone = np.arange(num_envs)
        self._shoe = self._new_shoe(secrets.randbits(EPISODE_SEED_BITS))
        self._tables = Tables(self.config, num_envs)
        self._steps = np.zeros(num_envs, dtype=np.int64)
        self._plans: dict[int, bytes] = {}
        self._ended = np.zeros(num_envs, dtype=np.bool_)
        self._running = False

    def reset(
        self,
        *,
        seed: int | list[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Any, Infos]:
        """Deal a new hand to every copy.

        Args:
            seed: one seed for the whole environment, or one a copy: then copy i plays what a
                single environment plays after `reset(seed=seed[i])`.
            options: "episode_seed" replays these episodes, one integer a copy.

        Raises:
            ValueError: for an unknown option or a wrong number of seeds.
        """
        given = self._given_episode_seeds(options)
        if seed is not None:
            self._shoe = self._new_shoe(seed)
        self._running = True
        self._ended = np.zeros(self.num_envs, dtype=np.bool_)
        if given is None:
            self._open(self._everyone)
        else:
            self._start(self._everyone, open_episodes(self._dealer, given))
        return self._observations(), self._infos()

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

    def action_masks(self) -> NDArray[np.bool_]:
        """Return the action masks as bool of shape (num_envs, 26), all true where `mask=None`."""
        return self._tables.masks(self.mask).astype(np.bool_)

    def render(self) -> tuple[str, ...] | None:
        """Return each copy's table as text where `render_mode="ansi"`, else None."""
        if self.render_mode != "ansi":
            return None
        self._need_episode()
        return tuple(observe.as_text(row) for row in self._tables.rows)

    def step(self, actions: Any) -> Step:
        """Write one token in every copy.

        Args:
            actions: token indices, integers of shape (num_envs,).

        Raises:
            ValueError: for actions of another shape or outside [0, 25].
            gymnasium.error.ResetNeeded: before the first reset.
        """
        self._need_episode()
        tokens = self._check_actions(actions)
        waiting = self._ended if self.autoreset_mode is AutoresetMode.NEXT_STEP else None
        rewards, terminated = self._tables.write(tokens)
        truncated = np.zeros(self.num_envs, dtype=np.bool_)
        if self.max_episode_steps is not None:
            self._steps += 1
            truncated = (self._steps >= self.max_episode_steps) & ~terminated
        if waiting is not None:
            resets = waiting.nonzero()[0]
            rewards[resets] = 0.0
            terminated[resets] = truncated[resets] = False
            self._ended = terminated | truncated
            self._open(resets)
            infos = self._infos()
        else:
            infos = self._deal_in_same_step((terminated | truncated).nonzero()[0])
        return self._observations(), rewards, terminated, truncated, infos

    def get_state(self) -> dict[str, Any]:
        """Return the running episodes and what decides those to come, as arrays and plain values.

        An environment made with the same arguments goes on exactly after `set_state`.
        """
        return {
            "made_with": self._made_with(),
            "tables": self._tables.get_state(),
            "shoe": self._shoe.get_state(),
            "steps": self._steps.copy(),
            "ended": self._ended.copy(),
            "running": self._running,
        }

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what `get_state` returned.

        Raises:
            ValueError: where the state is that of another number of copies or other keywords.
        """
        if state["made_with"] != self._made_with():
            raise ValueError(
                f"The state is that of an environment made with {state['made_with']}; this one was "
                f"made with {self._made_with()}. Make it with the same keywords."
            )
        self._tables.set_state(state["tables"])
        self._shoe.set_state(state["shoe"])
        self._steps, self._ended = state["steps"].copy(), state["ended"].copy()
        self._running = state["running"]
        self._plans.clear()

    def _need_episode(self) -> None:
        if not self._running:
            raise gym.error.ResetNeeded("Call reset() first: no hand was dealt yet.")

    def _made_with(self) -> str:
        limit = f"max_episode_steps={self.max_episode_steps}"
        return f"num_envs={self.num_envs}, {limit}, {self.config}"

    def _open(self, copies: NDArray[np.int64]) -> None:
        """Start the next episode of some copies."""
        if len(copies):
            self._start(copies, self._shoe.take(copies))

    def _start(self, copies: NDArray[np.int64], openings: Openings) -> None:
        self._tables.start(copies, openings)
        self._steps[copies] = 0
        if self._plans:
            for copy in copies.tolist():
                self._plans.pop(copy, None)

    def _deal_in_same_step(self, copies: NDArray[np.int64]) -> Infos:
        """Deal anew where an episode has just ended; return infos that keep what it ended with."""
        if not len(copies):
            return self._infos()
        ended = np.zeros(self.num_envs, dtype=np.bool_)
        ended[copies] = True
        last = self._observations()
        final = {"final_info": self._infos(), "_final_info": ended, "_final_obs": ended.copy()}
        final["final_obs"] = np.full(self.num_envs, None, dtype=object)
        for copy in copies.tolist():
            final["final_obs"][copy] = _pick(last, copy)
        self._open(copies)
        return self._infos() | final

    def _infos(self) -> Infos:
        infos = self._tables.infos()
        if self.mask is not None:
            infos["action_mask"] = self._tables.masks(self.mask)
        return infos

    def _observations(self) -> Any:
        rows = self._tables.rows.copy()
        if not self.mask_in_observation:
            return rows
        return {"observations": rows, "action_mask": self._tables.masks(self.mask)}

    def _check_actions(self, actions: Any) -> NDArray[np.int64]:
        tokens = np.asarray(actions)
        if tokens.shape != (self.num_envs,) or tokens.dtype.kind not in "iu":
            raise ValueError(
                f"actions are one token index a copy, integers of shape ({self.num_envs},); got "
                f"{tokens.dtype} of shape {tokens.shape}."
            )
        tokens = tokens.astype(np.int64, copy=False)
        # Seen as unsigned, a negative index is a huge one: one comparison finds both.
        if tokens.view(np.uint64).max() >= NUM_TOKENS:
            wrong = np.asarray(actions)[tokens.view(np.uint64) >= NUM_TOKENS][0]
            raise ValueError(
                f"An action is the index of a token, 0 to {NUM_TOKENS - 1} (gp_env.TOKENS); got "
                f"{wrong}."
            )
        return tokens

    def _new_shoe(self, seed: int | list[int | None]) -> Shoe:
        if not isinstance(seed, (list, tuple)):
            seeds = np.full(self.num_envs, check_seed(seed), dtype=np.uint64)
            return Shoe(self._dealer, seeds, self._everyone.astype(np.uint64))
        if len(seed) != self.num_envs:
            raise ValueError(
                f"Pass one seed, or one for each of the {self.num_envs} copies; got {len(seed)}."
            )
        drawn = [secrets.randbits(EPISODE_SEED_BITS) if one is None else one for one in seed]
        seeds = np.array([check_seed(one) for one in drawn], dtype=np.uint64)
        return Shoe(self._dealer, seeds, np.zeros(self.num_envs, dtype=np.uint64))

    def _given_episode_seeds(self, options: dict[str, Any] | None) -> NDArray[np.int64] | None:
        given = check_options(options, ("episode_seed",)).get("episode_seed")
        if given is None:
            return None
        if np.shape(given) != (self.num_envs,):
            raise ValueError(
                f"options['episode_seed'] is one seed for each of the {self.num_envs} copies; got "
                f"the shape {np.shape(given)}."
            )
        return np.array([check_episode_seed(seed) for seed in given], dtype=np.int64)


def _pick(observations: Any, copy: int) -> Any:
    if isinstance(observations, dict):
        return {key: values[copy] for key, values in observations.items()}
    return observations[copy]


def _autoreset_mode(mode: str | AutoresetMode) -> AutoresetMode:
    modes = {"next_step": AutoresetMode.NEXT_STEP, "same_step": AutoresetMode.SAME_STEP}
    for name, value in modes.items():
        # Gymnasium's own members and their values, such as "SameStep", are understood too.
        if mode in (name, value, value.value):
            return value
    raise ValueError(
        f"autoreset_mode={mode!r} is unknown: expected {' or '.join(map(repr, modes))}."
    )
