"""Many hands that are played at once: their state in arrays, and one step of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gp_env import observe
from gp_env.arithmetic import EQUALS, to_tokens
from gp_env.config import GameConfig
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
    is_over,
)
from gp_env.expert import expert_formula, next_token
from gp_env.rules import MAX_VALUE, Rule
from gp_env.verifier import judge_tokens
from shiftgym.envs.array_batch import ArrayBatch, batch_infos
from shiftgym.prefetch import InitialStates

_NEXT = NEXT.ravel()
_REWARDS = np.array(CODE_REWARDS)
_EQUALS_CODE = bytes([EQUALS + 1])
_TOKEN_OF_CODE = bytes([0, *range(255)])
_EMPTY = np.zeros(1, dtype=f"V{MAX_TOKENS}")[0]
_FORMULA = observe.LAYOUT["formula"].start
_ATTEMPTS, _OUTCOME = observe.LAYOUT["attempts_left"].start, observe.LAYOUT["outcome"].start


def initial_states(dealer: Dealer, seeds: NDArray[np.int64]) -> InitialStates:
    """Deal the hand of each episode seed, of shape (n,).

    Returns:
        A structured array of shape (n,) with the fields row (the observation as one block of
        bytes), seed, values (what the cards count in ascending order, as bytes) and rule (the
        scoring values of J, Q, K).
    """
    fields = [
        ("row", f"V{observe.SIZE}"),
        ("seed", np.int64),
        ("values", f"S{dealer.config.num_cards}"),
        ("rule", np.uint8, 3),
    ]
    states = np.empty(len(seeds), dtype=fields)
    deals = dealer.deal(seeds)
    states["row"] = observe.first_rows(deals, dealer.config).view(states["row"].dtype)[:, 0]
    states["seed"] = seeds
    states["values"] = deals.values.view(states["values"].dtype)[:, 0]
    states["rule"] = deals.rules
    return states


class CardBatch(ArrayBatch):
    """The running episodes of n sub-environments.

    Args:
        config: what is dealt and what wins.
        count: n.

    Attributes:
        rows: observations, uint8 of shape (n, 56).
        episode_seeds: int64 of shape (n,).
        places: 0 for each, int64 of shape (n,): a hand does not move.
    """

    STATE = ("rows", "episode_seeds", "values", "rules", "states")

    def __init__(self, config: GameConfig, count: int) -> None:
        super().__init__(observe.FIELDS, count)
        self.config = config
        self.episode_seeds = np.zeros(count, dtype=np.int64)
        # Card values in ascending order as bytes, as `judge_tokens` takes them.
        self.values = np.zeros(count, dtype=f"S{config.num_cards}")
        self.rules = np.tile(np.array(config.rule or (0, 0, 0), dtype=np.uint8), (count, 1))
        self.states = np.full(count, START)
        self.places = np.zeros(count, dtype=np.int64)
        self._plans: dict[int, bytes] = {}
        # Where each formula starts in the flat rows.
        self._starts = np.arange(count) * observe.SIZE + _FORMULA
        self.name_views()

    def name_views(self) -> None:
        """Name the parts of the rows that every step touches; all are views of `rows`."""
        fields = self.rows.view(observe.FIELDS.blocks)[:, 0]
        self._formulas, self._previous = fields["formula"], fields["previous"]
        self._blocks = self.rows.view(f"V{observe.SIZE}")[:, 0]
        self._attempts_left, self._outcomes = self.rows[:, _ATTEMPTS], self.rows[:, _OUTCOME]

    def set_state(self, state: dict[str, NDArray[Any]]) -> None:
        """Go on from what `get_state` returned."""
        self._plans.clear()
        super().set_state(state)

    def start(self, which: NDArray[np.int64], states: InitialStates) -> None:
        """Start an episode in some sub-environments, as `initial_states` has them."""
        self._blocks[which] = states["row"]
        self.episode_seeds[which] = states["seed"]
        self.values[which] = states["values"]
        if self.config.rule is None:
            self.rules[which] = states["rule"]
        self.states[which] = START
        if self._plans:
            for index in which.tolist():
                self._plans.pop(index, None)

    def act(self, actions: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Write a token in every formula and end the attempts that it ends.

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
        over = ended.nonzero()[0]
        self._outcomes[over] = ILLEGAL_CODE
        submitted = (next_states == SUBMITTED).nonzero()[0]
        if len(submitted):
            self._outcomes[submitted] = self._judge(submitted)
        self._previous[over] = self._formulas[over]
        self._formulas[over] = _EMPTY
        np.subtract(self._attempts_left, ended, out=self._attempts_left)
        # In place, as for all that `STATE` names.
        np.maximum(next_states, START, out=self.states)
        outcomes = self._outcomes * ended
        terminated = ended & is_over(outcomes, self._attempts_left)
        return _REWARDS.take(outcomes), terminated

    def _judge(self, which: NDArray[np.int64]) -> NDArray[np.uint8]:
        outcomes = np.full(len(which), WRONG_NUMBERS_CODE, dtype=np.uint8)
        # A formula of k numbers has 2k - 1 tokens or more: shorter ones lack a card.
        fewest = 2 * self.config.num_cards - 1
        right = (LENGTH.take(self.states.take(which)) >= fewest).nonzero()[0]
        if len(right):
            right = right[self._has_the_numbers(which.take(right))]
        # Few random formulas are left: only these are worked out one by one.
        if len(right):
            which = which.take(right)
            # As NumPy strings: trailing zeros, the empty slots, are dropped.
            codes = self._formulas[which].view(f"S{MAX_TOKENS}").tolist()
            outcomes[right] = [
                judge_tokens(
                    code.rstrip(_EQUALS_CODE).translate(_TOKEN_OF_CODE), values, self.config.target
                )
                for code, values in zip(codes, self.values[which].tolist())
            ]
        return outcomes

    def _has_the_numbers(self, which: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which formulas have the numbers of their hands, each once and no others."""
        cards = self.config.num_cards
        codes = self._formulas[which].view((np.uint8, MAX_TOKENS))
        # A number's code is its value; all else is left as 0, which sorts to the front.
        numbers = np.sort(np.where(codes <= MAX_VALUE, codes, 0), axis=1)
        values = self.values[which].view((np.uint8, cards))
        same = (numbers[:, -cards:] == values).all(axis=1)
        right: NDArray[np.bool_] = same & (numbers[:, -cards - 1] == 0)
        return right

    def infos(self) -> dict[str, Any]:
        """Return what every step tells, but the mask: arrays of shape (n,)."""
        succeeded = self._outcomes == CORRECT_CODE
        return batch_infos(self._outcomes, self._attempts_left, succeeded, self.episode_seeds)

    def expert_formula(self, index: int) -> str:
        """Return a formula that wins one of the episodes."""
        return expert_formula(self.hand(index), self.rule(index), self.config.target)

    def expert_actions(self) -> NDArray[np.int64]:
        """Return the expert's next token for each, int64 of shape (n,)."""
        for index in range(len(self.rows)):
            if index not in self._plans:
                self._plans[index] = to_tokens(self.expert_formula(index))
        return np.array(
            [next_token(self._plans[i], self.written(i)) for i in range(len(self.rows))]
        )

    def masks(self, kind: str) -> NDArray[np.int8]:
        """Return the action masks, int8 of shape (n, 26).

        Args:
            kind: "syntax" or "full", as for `CardEpisode.mask`.
        """
        masks: NDArray[np.int8] = SYNTAX_MASK.take(self.states, axis=0)
        if kind == "full":
            for index, state in enumerate(self.states.tolist()):
                masks[index] = hand_mask(state, self.written(index), self.values[index])
        return masks

    def written(self, index: int) -> bytes:
        """Return the tokens of one formula so far."""
        formula = self.rows[index, _FORMULA : _FORMULA + LENGTH[self.states[index]]]
        return formula.tobytes().translate(_TOKEN_OF_CODE)

    def hand(self, index: int) -> Hand:
        """Return one of the hands."""
        return observe.hand_of(self.rows[index])

    def rule(self, index: int) -> Rule:
        """Return the rule that scores in one of the episodes."""
        return Rule(*self.rules[index].tolist())
