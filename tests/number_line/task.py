"""What is dealt, what an action does, what an attempt is worth and when an episode ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shiftgym.checks import in_range, one_of
from shiftgym.envs.episode_batch import EpisodeBatch
from shiftgym.fields import Fields
from shiftgym.keywords import Keywords, keyword
from shiftgym.mixer import integers
from shiftgym.prefetch import InitialStates

ACTIONS = ("left", "right", "stop")
RULES = {"plain": (-1, 1), "mirrored": (1, -1)}
"""What left and right add."""

OUTCOMES = ("none", "unreadable", "wrong", "correct")
REWARDS = (0.0, -1.0, -1.0, 1.0)
LENGTH = 9
"""The line goes from 0 to this number."""

FIELDS = Fields(
    {
        "at": (LENGTH,),
        "goal": (LENGTH,),
        "rule": (len(RULES),),
        "attempts_left": (10,),
        "outcome": (len(OUTCOMES) - 1,),
    }
)
STATE = np.dtype([("seed", np.int64), ("at", np.uint8), ("goal", np.uint8)])


@dataclass(frozen=True)
class NumberLineConfig(Keywords):
    """The keywords.

    Attributes:
        rule: "plain", or "mirrored", under which left adds one and right takes one away.
        max_attempts: 1-10 stops that may be wrong, and actions that fail at the ends of the line.
    """

    rule: str = keyword("plain", one_of, RULES)
    max_attempts: int = keyword(3, in_range, 1, 10)


class Walk:
    """A running episode."""

    dealt = ""
    truncated = False
    place = 0

    def __init__(self, state: np.void, config: NumberLineConfig) -> None:
        self.seed, self.at, self.goal = int(state["seed"]), int(state["at"]), int(state["goal"])
        self.rule = config.rule
        self.attempts_left = config.max_attempts
        self.outcome = 0
        self.row = np.zeros(FIELDS.size, dtype=np.uint8)
        self._show()

    @property
    def succeeded(self) -> bool:
        """Whether it stopped at the goal."""
        return OUTCOMES[self.outcome] == "correct"

    @property
    def terminated(self) -> bool:
        """Whether it stopped at the goal, or no attempt is left."""
        return self.succeeded or self.attempts_left == 0

    def act(self, action: int) -> float:
        """Do an action; a step along the line is no attempt."""
        if action < 2:
            there = self.at + RULES[self.rule][action]
            if 0 <= there <= LENGTH:
                self.at, self.outcome = there, 0
                self._show()
                return 0.0
        right = action == ACTIONS.index("stop") and self.at == self.goal
        return self.settle("correct" if right else "wrong")

    def settle(self, outcome: str) -> float:
        """Count an attempt; return its reward."""
        self.outcome = OUTCOMES.index(outcome)
        self.attempts_left -= 1
        self._show()
        return REWARDS[self.outcome]

    def expert_action(self) -> int:
        """Return the action that leads to the goal."""
        if self.at == self.goal:
            return ACTIONS.index("stop")
        return RULES[self.rule].index(1 if self.goal > self.at else -1)

    def mask(self, kind: str) -> NDArray[np.int8]:
        """Return the action mask: nothing is ruled out, since that would tell the rule."""
        return np.ones(len(ACTIONS), dtype=np.int8)

    def measures(self) -> Mapping[str, float]:
        """Return nothing beside success."""
        return {}

    def _show(self) -> None:
        rule = 1 + list(RULES).index(self.rule)
        self.row[:] = (self.at, self.goal, rule, self.attempts_left, self.outcome)


class NumberLine:
    """The task of one configuration."""

    keywords = NumberLineConfig
    title = "Number line"
    fields = FIELDS
    actions = ACTIONS
    actions_name = "tests.number_line.task.ACTIONS"
    outcome_names = OUTCOMES
    option = ""
    prefetched = 8

    def __init__(self, config: NumberLineConfig) -> None:
        self.config = config

    def fixed(self, given: object) -> NumberLine:
        """Nothing can be given: there is no reset option."""
        raise NotImplementedError

    def deal(self, episode_seeds: NDArray[np.int64]) -> InitialStates:
        """Draw start and goal of each episode, never the same."""
        states = np.zeros(len(episode_seeds), dtype=STATE)
        states["seed"] = episode_seeds
        streams = episode_seeds.astype(np.uint64)
        states["at"] = integers(streams, 0, LENGTH + 1)
        further = 1 + integers(streams, 1, LENGTH)
        states["goal"] = (states["at"] + further) % (LENGTH + 1)
        return states

    def episode(self, state: np.void) -> Walk:
        """Start an episode."""
        return Walk(state, self.config)

    def batch(self, count: int) -> EpisodeBatch[Walk]:
        """Return a batch of walks."""
        return EpisodeBatch(self, count)

    def as_text(self, row: NDArray[np.uint8]) -> str:
        """Return an observation as a line of text."""
        seen = {name: numbers[0] for name, numbers in FIELDS.lists(row).items()}
        return f"At {seen['at']}, goal {seen['goal']}, {seen['attempts_left']} attempts left"
