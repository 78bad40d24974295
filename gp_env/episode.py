"""One hand that is played: what an attempt does to it, token by token or as a whole formula."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gp_env import dynamics, observe
from gp_env.arithmetic import to_tokens
from gp_env.config import GameConfig
from gp_env.dynamics import CORRECT_CODE, MAX_TOKENS, NEXT, START, SUBMITTED
from gp_env.expert import expert_formula, next_token
from gp_env.rules import Rule
from gp_env.verifier import judge_tokens

_NEXT = NEXT.tolist()
_FORMULA, _PREVIOUS = observe.LAYOUT["formula"], observe.LAYOUT["previous"]
_ATTEMPTS, _OUTCOME = observe.LAYOUT["attempts_left"].start, observe.LAYOUT["outcome"].start


class CardEpisode:
    """A running episode.

    Args:
        state: how it starts, one of `batch.initial_states`.
        config: of the game.

    Attributes:
        seed: of the episode.
        row: the observation, uint8 of shape (56,), changed in place.
        hand, rule (that scores), stated_rule, target: of the episode.
        attempts_left: how many.
        outcome: code of the last attempt, 0 before the first.
        last_formula: of the last reply, where the game is played in words; else "".
        truncated, place: False and 0: a hand has no time limit and does not move.
    """

    truncated = False
    place = 0

    def __init__(self, state: np.void, config: GameConfig) -> None:
        self.seed = int(state["seed"])
        self.row: NDArray[np.uint8] = np.frombuffer(state["row"].tobytes(), dtype=np.uint8).copy()
        self.hand = observe.hand_of(self.row)
        self.rule = Rule(*state["rule"].tolist())
        self.stated_rule = config.stated_rule or self.rule
        self.target = config.target
        self.attempts_left = config.max_attempts
        self.outcome = 0
        self.last_formula = ""
        self._values = bytes(state["values"])
        self._written = bytearray()
        self._state = START
        self._plan: bytes | None = None

    @property
    def dealt(self) -> str:
        """The rule that scores."""
        return self.rule.name

    @property
    def succeeded(self) -> bool:
        """Whether the last attempt was correct."""
        return self.outcome == CORRECT_CODE

    @property
    def terminated(self) -> bool:
        """Whether an attempt was correct or none is left."""
        return dynamics.is_over(self.outcome, self.attempts_left)

    def act(self, action: int) -> float:
        """Write a token; "=" submits the formula, an ungrammatical token ends the attempt."""
        written = self._written
        next_state = _NEXT[self._state][action]
        if len(written) < MAX_TOKENS:
            self.row[_FORMULA.start + len(written)] = action + 1
        if next_state >= 0:
            written.append(action)
            self._state = next_state
            return 0.0
        outcome = dynamics.ILLEGAL_CODE
        if next_state == SUBMITTED:
            outcome = judge_tokens(bytes(written), self._values, self.target)
        self.row[_PREVIOUS] = self.row[_FORMULA]
        self.row[_FORMULA] = 0
        written.clear()
        self._state = START
        return self.settle(outcome)

    def settle(self, outcome: int) -> float:
        """Count an attempt with this outcome's code; return its reward."""
        self.outcome = self.row[_OUTCOME] = outcome
        self.attempts_left = self.row[_ATTEMPTS] = self.attempts_left - 1
        return dynamics.CODE_REWARDS[outcome]

    def expert_formula(self) -> str:
        """Return a formula that wins."""
        return expert_formula(self.hand, self.rule, self.target)

    def expert_action(self) -> int:
        """Return the expert's next token; where the formula so far is not its own, "="."""
        if self._plan is None:
            self._plan = to_tokens(self.expert_formula())
        return next_token(self._plan, bytes(self._written))

    def mask(self, kind: str) -> NDArray[np.int8]:
        """Return the action mask, int8 of shape (26,).

        Args:
            kind: "syntax" or "full", which also rules out numbers that are not in the hand.
        """
        if kind == "full":
            return dynamics.hand_mask(self._state, self._written, self._values)
        mask: NDArray[np.int8] = dynamics.SYNTAX_MASK[self._state].copy()
        return mask

    def measures(self) -> Mapping[str, float]:
        """Return nothing: success is all that is measured of a hand."""
        return {}
