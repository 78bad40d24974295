"""GeneralPoints as a vector environment: many hands in NumPy arrays, one gather a step."""

from __future__ import annotations

import secrets
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray
from typing_extensions import Unpack

from gp_env import observe
from gp_env.arithmetic import EQUALS, to_tokens
from gp_env.config import GameConfig, GameKeywords
from gp_env.deal import Dealer
from gp_env.deck import Hand
from gp_env.dynamics import (
    CODE_REWARDS,
    CORRECT_CODE,
    ILLEGAL_CODE,
    LENGTH,
    MAX_TOKENS,
    NEXT,
    NUM_TOKENS,
    START,
    SUBMITTED,
    SYNTAX_MASK,
    WRONG_NUMBERS_CODE,
    hand_mask,
)
from gp_env.env import build_observation_space, check_mask
from gp_env.expert import expert_formula, next_token
from gp_env.mixer import EPISODE_SEED_BITS
from gp_env.rules import Rule
from gp_env.seeding import WORD, check_episode_seed, check_options
from gp_env.shoe import Openings, Shoe, open_episodes
from gp_env.verifier import OUTCOME_NAMES, judge_tokens

Infos = dict[str, Any]
Step = tuple[Any, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], Infos]

_NEXT = NEXT.ravel()
_REWARDS = np.array(CODE_REWARDS)
_OUTCOME_NAMES = np.array(OUTCOME_NAMES, dtype=object)
_EQUALS_CODE = bytes([EQUALS + 1])
_TOKEN_OF_CODE = bytes([0, *range(255)])
_STATE = ("rows", "episode_seeds", "values", "rules", "states", "steps", "ended")
"""Arrays that, with the episodes to come, are the whole state of a running environment."""

_EMPTY = np.zeros(1, dtype=f"V{MAX_TOKENS}")[0]
_FORMULA, _PREVIOUS = observe.LAYOUT["formula"].start, observe.LAYOUT["previous"].start
_ATTEMPTS, _OUTCOME = observe.LAYOUT["attempts_left"].start, observe.LAYOUT["outcome"].start


class GeneralPointsVectorEnv(VectorEnv[Any, Any, Any]):
    """Many copies of `GeneralPointsEnv` that step together.

    Copy i plays the episodes that a single environment would play for the same episode seeds, to
    the same observations, rewards and infos; the infos hold arrays of shape (num_envs,) in place of
    scalars. All arrays returned are fresh.

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
        self.num_envs = num_envs
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
        self._rows = np.zeros((num_envs, observe.SIZE), dtype=np.uint8)
        self._episode_seeds = np.zeros(num_envs, dtype=np.int64)
        # Card values in ascending order as bytes, as `judge_tokens` takes them.
        self._values = np.zeros(num_envs, dtype=f"S{self.config.num_cards}")
        self._rules = np.tile(
            np.array(self.config.rule or (0, 0, 0), dtype=np.uint8), (num_envs, 1)
        )
        self._states = np.full(num_envs, START)
        # Where the formula of each copy starts in the flat rows.
        self._starts = self._everyone * observe.SIZE + _FORMULA
        self._view_rows()
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
        return Hand(
            *(
                tuple(card for card in self._rows[copy, observe.LAYOUT[field]].tolist() if card)
                for field in ("ranks", "suits")
            )
        )

    def rule(self, copy: int) -> Rule:
        """Return the rule that scores in one copy's running episode."""
        return Rule(*self._rules[copy].tolist())

    def expert_formula(self, copy: int) -> str:
        """Return a formula that wins one copy's running episode."""
        return expert_formula(self.hand(copy), self.rule(copy), self.config.target)

    def expert_action(self) -> NDArray[np.int64]:
        """Return the expert's next token in every copy: int64 of shape (num_envs,)."""
        for copy in range(self.num_envs):
            if copy not in self._plans:
                self._plans[copy] = to_tokens(self.expert_formula(copy))
        return np.array(
            [next_token(self._plans[copy], self._written(copy)) for copy in range(self.num_envs)]
        )

    def action_masks(self) -> NDArray[np.bool_]:
        """Return the action masks as bool of shape (num_envs, 26), all true where `mask=None`."""
        if self.mask is None:
            return np.ones((self.num_envs, NUM_TOKENS), dtype=np.bool_)
        return self._action_masks().astype(np.bool_)

    def render(self) -> tuple[str, ...] | None:
        """Return each copy's table as text where `render_mode="ansi"`, else None."""
        if self.render_mode != "ansi":
            return None
        return tuple(observe.as_text(row) for row in self._rows)

    def step(self, actions: Any) -> Step:
        """Write one token in every copy.

        Args:
            actions: token indices, integers of shape (num_envs,).

        Raises:
            ValueError: for actions of another shape or outside [0, 25].
            gymnasium.error.ResetNeeded: before the first reset.
        """
        if not self._running:
            raise gym.error.ResetNeeded("Call reset() before step(): no episode is running.")
        tokens = self._check_actions(actions)
        waiting = self._ended if self.autoreset_mode is AutoresetMode.NEXT_STEP else None
        rewards, terminated = self._write(tokens)
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
        state = {name: getattr(self, f"_{name}").copy() for name in _STATE}
        return {**state, "running": self._running, "shoe": self._shoe.get_state()}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from what `get_state` returned.

        Raises:
            ValueError: where the state is that of another number of copies.
        """
        if len(state["rows"]) != self.num_envs:
            raise ValueError(
                f"The state is that of {len(state['rows'])} copies; this environment has "
                f"{self.num_envs}. Make it with the number of copies that was saved."
            )
        for name in _STATE:
            # In place, so that the views of the rows keep looking at them.
            getattr(self, f"_{name}")[...] = state[name]
        self._running = state["running"]
        self._shoe.set_state(state["shoe"])
        self._plans.clear()

    def _view_rows(self) -> None:
        """Name the parts of the rows that every step touches; all are views of `_rows`."""
        fields = self._rows.view(observe.ROW_FIELDS)[:, 0]
        self._formulas, self._previous = fields["formula"], fields["previous"]
        self._blocks = self._rows.view(f"V{observe.SIZE}")[:, 0]
        self._attempts_left, self._outcomes = self._rows[:, _ATTEMPTS], self._rows[:, _OUTCOME]

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A copy or a pickle holds the views as arrays of their own.
        self.__dict__.update(state)
        self._view_rows()

    def _write(self, tokens: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Write a token in every copy and end the attempts that it ends."""
        next_states = _NEXT.take(self._states * NUM_TOKENS + tokens)
        # A token after the 19th lands on the previous attempt, which is overwritten just below.
        ends = self._starts + LENGTH.take(self._states)
        self._rows.reshape(-1)[ends] = (tokens + 1).astype(np.uint8)
        ended = next_states < START
        copies = ended.nonzero()[0]
        self._outcomes[copies] = ILLEGAL_CODE
        submitted = (next_states == SUBMITTED).nonzero()[0]
        if len(submitted):
            self._outcomes[submitted] = self._judge(submitted)
        self._previous[copies] = self._formulas[copies]
        self._formulas[copies] = _EMPTY
        np.subtract(self._attempts_left, ended, out=self._attempts_left)
        self._states = np.maximum(next_states, START)
        outcomes = self._outcomes * ended
        terminated = ended & ((outcomes == CORRECT_CODE) | (self._attempts_left == 0))
        return _REWARDS.take(outcomes), terminated

    def _judge(self, copies: NDArray[np.int64]) -> NDArray[np.uint8]:
        outcomes = np.full(len(copies), WRONG_NUMBERS_CODE, dtype=np.uint8)
        # A formula of k numbers has 2k - 1 tokens or more: shorter ones lack a card.
        fewest = 2 * self.config.num_cards - 1
        whole = (LENGTH.take(self._states.take(copies)) >= fewest).nonzero()[0]
        if len(whole):
            copies = copies.take(whole)
            # As NumPy strings: trailing zeros, the empty slots, are dropped.
            codes = self._formulas[copies].view(f"S{MAX_TOKENS}").tolist()
            outcomes[whole] = [
                judge_tokens(
                    code.rstrip(_EQUALS_CODE).translate(_TOKEN_OF_CODE), values, self.config.target
                )
                for code, values in zip(codes, self._values[copies].tolist())
            ]
        return outcomes

    def _open(self, copies: NDArray[np.int64]) -> None:
        """Start the next episode of some copies."""
        if len(copies):
            self._start(copies, self._shoe.take(copies))

    def _start(self, copies: NDArray[np.int64], openings: Openings) -> None:
        self._blocks[copies] = openings["row"]
        self._episode_seeds[copies] = openings["seed"]
        self._values[copies] = openings["values"]
        if self.config.rule is None:
            self._rules[copies] = openings["rule"]
        self._states[copies] = START
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
        infos: Infos = {
            "outcome": _OUTCOME_NAMES.take(self._outcomes),
            "attempts_left": self._attempts_left.astype(np.int64),
            "is_success": self._outcomes == CORRECT_CODE,
            "episode_seed": self._episode_seeds.copy(),
        }
        if self.mask is not None:
            infos["action_mask"] = self._action_masks()
        return infos

    def _observations(self) -> Any:
        rows = self._rows.copy()
        if not self.mask_in_observation:
            return rows
        if self.mask is None:
            masks = np.ones((self.num_envs, NUM_TOKENS), dtype=np.int8)
        else:
            masks = self._action_masks()
        return {"observations": rows, "action_mask": masks}

    def _action_masks(self) -> NDArray[np.int8]:
        masks = SYNTAX_MASK.take(self._states, axis=0)
        if self.mask == "full":
            for copy in range(self.num_envs):
                masks[copy] = hand_mask(
                    int(self._states[copy]), self._written(copy), self._values[copy]
                )
        return masks

    def _written(self, copy: int) -> bytes:
        length = LENGTH[self._states[copy]]
        return self._rows[copy, _FORMULA : _FORMULA + length].tobytes().translate(_TOKEN_OF_CODE)

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
            wrong = tokens[(tokens < 0) | (tokens >= NUM_TOKENS)][0]
            raise ValueError(
                f"An action is the index of a token, 0 to {NUM_TOKENS - 1} (gp_env.TOKENS); got "
                f"{wrong}."
            )
        return tokens

    def _new_shoe(self, seed: int | list[int | None]) -> Shoe:
        if isinstance(seed, (int, np.integer)):
            seeds = np.full(self.num_envs, int(seed) & WORD, dtype=np.uint64)
            return Shoe(self._dealer, seeds, self._everyone.astype(np.uint64))
        if len(seed) != self.num_envs:
            raise ValueError(
                f"Pass one seed, or one for each of the {self.num_envs} copies; got {len(seed)}."
            )
        drawn = [secrets.randbits(EPISODE_SEED_BITS) if one is None else one for one in seed]
        seeds = np.array([int(one) & WORD for one in drawn], dtype=np.uint64)
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
    if mode in modes.values():
        return AutoresetMode(mode)
    if mode in modes:
        return modes[mode]
    raise ValueError(
        f"autoreset_mode={mode!r} is unknown: expected {' or '.join(map(repr, modes))}."
    )
