"""The token game at many tables at once: the state of every copy in arrays, and one step of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gp_env import observe
from gp_env.arithmetic import EQUALS
from gp_env.config import GameConfig
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
from gp_env.rules import Rule
from gp_env.verifier import OUTCOME_NAMES, judge_tokens
from shiftgym.shoe import Openings

_NEXT = NEXT.ravel()
_REWARDS = np.array(CODE_REWARDS)
_OUTCOME_NAMES = np.array(OUTCOME_NAMES, dtype=object)
_EQUALS_CODE = bytes([EQUALS + 1])
_TOKEN_OF_CODE = bytes([0, *range(255)])
_EMPTY = np.zeros(1, dtype=f"V{MAX_TOKENS}")[0]
_FORMULA = observe.LAYOUT["formula"].start
_ATTEMPTS, _OUTCOME = observe.LAYOUT["attempts_left"].start, observe.LAYOUT["outcome"].start

_STATE = ("rows", "episode_seeds", "values", "rules", "states")
"""Arrays that are the whole state; the others are views of them."""


class Tables:
    """The running episodes of n copies.

    Args:
        config: what is dealt and what wins.
        count: n.

    Attributes:
        rows: observations, uint8 of shape (n, 56).
        episode_seeds: int64 of shape (n,).
    """

    def __init__(self, config: GameConfig, count: int) -> None:
        self.config = config
        self.rows = np.zeros((count, observe.SIZE), dtype=np.uint8)
        self.episode_seeds = np.zeros(count, dtype=np.int64)
        # Card values in ascending order as bytes, as `judge_tokens` takes them.
        self.values = np.zeros(count, dtype=f"S{config.num_cards}")
        self.rules = np.tile(np.array(config.rule or (0, 0, 0), dtype=np.uint8), (count, 1))
        self.states = np.full(count, START)
        # Where the formula of each copy starts in the flat rows.
        self._starts = np.arange(count) * observe.SIZE + _FORMULA
        self._view_rows()

    def _view_rows(self) -> None:
        """Name the parts of the rows that every step touches; all are views of `rows`."""
        fields = self.rows.view(observe.FIELDS.blocks)[:, 0]
        self._formulas, self._previous = fields["formula"], fields["previous"]
        self._blocks = self.rows.view(f"V{observe.SIZE}")[:, 0]
        self._attempts_left, self._outcomes = self.rows[:, _ATTEMPTS], self.rows[:, _OUTCOME]

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A copy or a pickle holds the views as arrays of their own.
        self.__dict__.update(state)
        self._view_rows()

    def get_state(self) -> dict[str, NDArray[Any]]:
        """Return the running episodes as arrays."""
        return {name: getattr(self, name).copy() for name in _STATE}

    def set_state(self, state: dict[str, NDArray[Any]]) -> None:
        """Go on from what `get_state` returned."""
        for name in _STATE:
            # In place, so that the views of the rows keep looking at them.
            getattr(self, name)[...] = state[name]

    def start(self, copies: NDArray[np.int64], openings: Openings) -> None:
        """Start an episode in some copies."""
        self._blocks[copies] = openings["row"]
        self.episode_seeds[copies] = openings["seed"]
        self.values[copies] = openings["values"]
        if self.config.rule is None:
            self.rules[copies] = openings["rule"]
        self.states[copies] = START

    def act(self, actions: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Write a token in every copy and end the attempts that it ends.

        Args:
            actions: token indices of shape (n,).

        Returns:
            rewards, and which episodes terminated, of shape (n,).
        """
        next_states = _NEXT.take(self.states * NUM_TOKENS + actions)
        # A token after the 19th lands on the previous attempt, which is overwritten just below.
        ends = self._starts + LENGTH.take(self.states)
        self.rows.reshape(-1)[ends] = (actions + 1).astype(np.uint8)
        ended = next_states < START
        copies = ended.nonzero()[0]
        self._outcomes[copies] = ILLEGAL_CODE
        submitted = (next_states == SUBMITTED).nonzero()[0]
        if len(submitted):
            self._outcomes[submitted] = self._judge(submitted)
        self._previous[copies] = self._formulas[copies]
        self._formulas[copies] = _EMPTY
        np.subtract(self._attempts_left, ended, out=self._attempts_left)
        # In place, as for all that `_STATE` names.
        np.maximum(next_states, START, out=self.states)
        outcomes = self._outcomes * ended
        terminated = ended & ((outcomes == CORRECT_CODE) | (self._attempts_left == 0))
        return _REWARDS.take(outcomes), terminated

    def _judge(self, copies: NDArray[np.int64]) -> NDArray[np.uint8]:
        outcomes = np.full(len(copies), WRONG_NUMBERS_CODE, dtype=np.uint8)
        # A formula of k numbers has 2k - 1 tokens or more: shorter ones lack a card.
        fewest = 2 * self.config.num_cards - 1
        whole = (LENGTH.take(self.states.take(copies)) >= fewest).nonzero()[0]
        if len(whole):
            copies = copies.take(whole)
            # As NumPy strings: trailing zeros, the empty slots, are dropped.
            codes = self._formulas[copies].view(f"S{MAX_TOKENS}").tolist()
            outcomes[whole] = [
                judge_tokens(
                    code.rstrip(_EQUALS_CODE).translate(_TOKEN_OF_CODE), values, self.config.target
                )
                for code, values in zip(codes, self.values[copies].tolist())
            ]
        return outcomes

    def infos(self) -> dict[str, Any]:
        """Return what every step tells, but the mask: arrays of shape (n,)."""
        return {
            "outcome": _OUTCOME_NAMES.take(self._outcomes),
            "attempts_left": self._attempts_left.astype(np.int64),
            "is_success": self._outcomes == CORRECT_CODE,
            "episode_seed": self.episode_seeds.copy(),
        }

    def masks(self, mask: str | None) -> NDArray[np.int8]:
        """Return the action masks of the keyword `mask`: int8 of shape (n, 26)."""
        if mask is None:
            return np.ones((len(self.rows), NUM_TOKENS), dtype=np.int8)
        masks: NDArray[np.int8] = SYNTAX_MASK.take(self.states, axis=0)
        if mask == "full":
            for copy, state in enumerate(self.states.tolist()):
                masks[copy] = hand_mask(state, self.written(copy), self.values[copy])
        return masks

    def written(self, copy: int) -> bytes:
        """Return the tokens of one copy's formula so far."""
        formula = self.rows[copy, _FORMULA : _FORMULA + LENGTH[self.states[copy]]]
        return formula.tobytes().translate(_TOKEN_OF_CODE)

    def hand(self, copy: int) -> Hand:
        """Return the hand of one copy."""
        ranks, suits = (self.rows[copy, observe.LAYOUT[field]] for field in ("ranks", "suits"))
        held = ranks > 0
        return Hand(tuple(ranks[held].tolist()), tuple(suits[held].tolist()))

    def rule(self, copy: int) -> Rule:
        """Return the rule that scores in one copy."""
        return Rule(*self.rules[copy].tolist())
