"""GeneralPoints as a single Gymnasium environment: a shell over the table of `dynamics`."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from gp_env import observe
from gp_env.arithmetic import to_tokens
from gp_env.config import GameConfig, GameKeywords
from gp_env.dynamics import (
    CODE_REWARDS,
    ILLEGAL_CODE,
    MAX_TOKENS,
    NEXT,
    NUM_TOKENS,
    START,
    SUBMITTED,
    SYNTAX_MASK,
    UNGRAMMATICAL,
    hand_mask,
)
from gp_env.expert import next_token
from gp_env.single_env import SingleEnv
from gp_env.verifier import judge_tokens
from shiftgym.spaces import with_mask

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from gp_env.render import Scene

MASKS = ("syntax", "full", None)

_NEXT = NEXT.tolist()
_FORMULA, _PREVIOUS = observe.LAYOUT["formula"], observe.LAYOUT["previous"]
_ATTEMPTS, _OUTCOME = observe.LAYOUT["attempts_left"].start, observe.LAYOUT["outcome"].start


class GeneralPointsEnv(SingleEnv[Any, int]):
    """Make the target from the cards of a hand, writing a formula token by token.

    ## Description
    Four cards are dealt. The agent writes a formula that uses the value of every card exactly once
    and equals the target, 24. A card counts its rank; what jack, queen and king count is the rule,
    which the observation states. An attempt that fails is shown, with what was wrong with it, and
    the agent may try again, five times in all. Formulas are judged in exact arithmetic. A hand that
    cannot be won is never dealt.

    The task is that of Chu et al., "SFT Memorizes, RL Generalizes" (arXiv 2501.17161). Its
    question: does an agent trained under one rule still play under another?

    ## Action Space
    `Discrete(26)`: the tokens `1` to `19`, `+ - * / ( )` and `=`, in the order of `gp_env.TOKENS`.
    `=` submits the formula. A token after which no formula of at most 19 tokens is legal ends
    the attempt as an illegal formula and clears it; it never raises.

    ## Observation Space
    `MultiDiscrete` of shape (56,), uint8. `gp_env.observe.LAYOUT` names the parts and
    `gp_env.observe.decode` turns an observation into Python values:

    | part | numbers | range |
    |---|---|---|
    | ranks | 6 | 0 empty slot, 1 ace to 13 king, 14-19 in the large deck |
    | suits | 6 | 0 empty slot, 1 spades, 2 hearts, 3 diamonds, 4 clubs |
    | rule | 3 | what J, Q and K count, as stated: 1-19 |
    | target | 1 | 1-100 |
    | formula | 19 | 0 empty slot, else the index of the token plus one |
    | previous | 19 | the attempt before, with the token that ended it where it fits |
    | attempts_left | 1 | 0-10 |
    | outcome | 1 | of the attempt before, an index into `gp_env.verifier.OUTCOME_NAMES` |

    The space is the same under all keywords but `mask_in_observation`.

    ## Rewards
    An attempt is paid when it ends, once, by its outcome: correct +5, wrong_value -1, wrong_numbers
    -2, illegal_formula -3. Every other step pays 0.

    ## Starting State
    A hand drawn evenly from all that the keywords allow, an empty formula, all attempts left.
    `reset(seed=s)` fixes every later episode; `reset(options={"episode_seed": n})` replays the
    episode whose `info["episode_seed"]` was n, `reset(options={"hand": "3 3 8 8"})` deals a hand.

    ## Episode End
    Terminated when an attempt is correct or the attempts are used up. Never truncated, unless a
    time limit is asked of Gymnasium.

    ## Information
    `outcome` (of the last attempt, "none" before the first), `attempts_left`, `is_success`,
    `episode_seed`, and, unless `mask=None`, `action_mask` (int8 of shape (26,)): the same keys at
    every step. Answers are in no observation and no info: `env.unwrapped.expert_action()` and
    `expert_formula()` give them.

    ## Arguments
    * `rule` ("ten"): what J, Q, K count. "ten", "rank" (11, 12, 13), "all-5", "all-7", "all-12",
      any triple of 1-19, or "random": a fresh triple for each hand, never one of
      `gp_env.HELD_OUT` and never one that gives J 11, Q 12 or K 13.
    * `stated_rule` (None): the rule that the observation states, if not the one that scores.
    * `target` (24): 1-100.
    * `num_cards` (4): 3-6.
    * `deck` ("standard"): "large" adds number cards 14-19.
    * `deals` ("independent"): each card is drawn from a full deck, as in the original code; "deck"
      draws without replacement from the cards of the suits that are dealt: from 52, as in the
      paper, with `suits="all"`, and from 26 with one colour.
    * `suits` ("black"): "red" or "all".
    * `face_cards` (False): deal only hands with at least one of J, Q, K.
    * `solvable_under` (()): rules under which the hand must be winnable too.
    * `hand` (None): deal this hand in every episode; it has to be one that the other keywords
      allow. The reset option of this name asks only that the hand can be won.
    * `split` (None): "train", "validation" or "test" hands. Hands are assigned by their ranks with
      J, Q, K collapsed to 10, so no test hand is a training hand under another name.
    * `fold` ((0, 5)): (k, n); of n parts, part k is the test split, k + 1 the validation split.
    * `max_attempts` (5): 1-10.
    * `mask` ("syntax"): what `info["action_mask"]` and `action_masks()` rule out. "syntax": tokens
      that no rule allows. "full": also numbers that are not in the hand, which gives the rule away;
      say so with results. None: nothing.
    * `mask_in_observation` (False): observations become a dict of `observations` and `action_mask`.
    * `render_mode` (None): "ansi" (text), "rgb_array" (the table with formula, rule, target and
      outcome below it, uint8 of shape (780, 640, 3)) or "human" (that in a window, which needs
      the extra `play`).

    ## Registered Configurations
    * `GeneralPoints-v0`: J, Q, K count 10; black suits.
    * `GeneralPoints-RuleOOD-v0`: J, Q, K count 11, 12, 13; at least one of them in the hand.
    * `GeneralPoints-VisualOOD-v0`: red suits. On this interface a placebo: suits are numbers that
      never matter, so the gap to `GeneralPoints-v0` should be nought.
    * `GeneralPoints-OOD-v0`: the same as `GeneralPoints-RuleOOD-v0`.

    ## Version History
    * v0: first version.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012
        "render_modes": ["ansi", "rgb_array", "human"],
        "render_fps": 4,
    }

    def __init__(
        self,
        *,
        mask: str | None = "syntax",
        mask_in_observation: bool = False,
        render_mode: str | None = None,
        **game: Unpack[GameKeywords],
    ) -> None:
        super().__init__(GameConfig.make(**game), render_mode)
        self.mask = check_mask(mask)
        self.mask_in_observation = mask_in_observation
        self.observation_space = build_observation_space(mask_in_observation)
        self.action_space: spaces.Discrete = spaces.Discrete(NUM_TOKENS)  # type: ignore[assignment]
        self._row = np.zeros(observe.SIZE, dtype=np.uint8)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Deal a new hand.

        Args:
            seed: starts the sequence of episodes that this seed fixes.
            options: "episode_seed" replays the episode of `info["episode_seed"]`; "hand" deals
                this hand.

        Raises:
            ValueError: for an unknown option, a seed out of range or a hand that cannot be won.
        """
        deals = self._begin(seed, options)
        self._row = observe.opening(deals, self.config)[0]
        self._values = deals.values[0].tobytes()
        self._plan: bytes | None = None
        self._written = bytearray()
        self._state = START
        return self._seen()

    def step(self, action: int) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Write one token; "=" submits the formula, an ungrammatical token ends the attempt.

        Raises:
            ValueError: for an action that is not a token, an integer from 0 to 25.
            gymnasium.error.ResetNeeded: before the first reset and after the end of an episode.
        """
        self._need_running()
        token = _token(action)
        written = self._written
        next_state = _NEXT[self._state][token]
        if next_state >= 0:
            self._row[_FORMULA.start + len(written)] = token + 1
            written.append(token)
            self._state = next_state
            observation, info = self._seen()
            return observation, 0.0, False, False, info
        return self._end_attempt(token, next_state)

    def action_masks(self) -> NDArray[np.bool_]:
        """Return the action mask as bool of shape (26,), all true where `mask=None`."""
        self._need_episode()
        if self.mask is None:
            return np.ones(NUM_TOKENS, dtype=np.bool_)
        return self._action_mask().astype(np.bool_)

    def expert_action(self) -> int:
        """Return the expert's next token; where the formula so far is not its own, "="."""
        self._need_episode()
        if self._plan is None:
            self._plan = to_tokens(self.expert_formula())
        return next_token(self._plan, bytes(self._written))

    def scene(self) -> Scene:
        """Return what the picture of `render()` tells beside the cards."""
        from gp_env.render import Scene

        self._need_episode()
        return Scene.of_row(self._row)

    def _end_attempt(
        self, token: int, ending: int
    ) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        if ending == SUBMITTED:
            outcome = judge_tokens(bytes(self._written), self._values, self.config.target)
        else:
            assert ending == UNGRAMMATICAL
            outcome = ILLEGAL_CODE
        if len(self._written) < MAX_TOKENS:
            self._row[_FORMULA.start + len(self._written)] = token + 1
        self._row[_PREVIOUS] = self._row[_FORMULA]
        self._row[_FORMULA] = 0
        self._written.clear()
        self._state = START
        terminated = self._settle(outcome)
        self._row[_ATTEMPTS] = self._attempts_left
        self._row[_OUTCOME] = outcome
        observation, info = self._seen()
        return observation, CODE_REWARDS[outcome], terminated, False, info

    def _as_text(self) -> str:
        return observe.as_text(self._row)

    def _action_mask(self) -> NDArray[np.int8]:
        if self.mask == "full":
            return hand_mask(self._state, self._written, self._values)
        mask: NDArray[np.int8] = SYNTAX_MASK[self._state].copy()
        return mask

    def _seen(self) -> tuple[Any, dict[str, Any]]:
        info = self._info()
        observation: Any = self._row.copy()
        if self.mask is not None:
            info["action_mask"] = self._action_mask()
        if self.mask_in_observation:
            mask = self._action_mask() if self.mask else np.ones(NUM_TOKENS, dtype=np.int8)
            observation = {"observations": observation, "action_mask": mask}
        self._show()
        return observation, info


def _token(action: Any) -> int:
    try:
        token = -1 if isinstance(action, (bool, np.bool_)) else operator.index(action)
    except TypeError:
        token = -1
    if not 0 <= token < NUM_TOKENS:
        raise ValueError(
            f"An action is the index of a token, an integer from 0 to {NUM_TOKENS - 1} "
            f"(gp_env.TOKENS); got {action!r}."
        )
    return token


def check_mask(mask: str | None) -> str | None:
    """Return the keyword `mask` unchanged.

    Raises:
        ValueError: where it is none of "syntax", "full" and None.
    """
    if mask not in MASKS:
        raise ValueError(f"mask={mask!r} is unknown: expected 'syntax', 'full' or None.")
    return mask


def build_observation_space(mask_in_observation: bool) -> spaces.Space[Any]:
    """Return the observation space, with the mask as a second entry where it is asked for."""
    return with_mask(observe.FIELDS.space(), NUM_TOKENS, mask_in_observation)
