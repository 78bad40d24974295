"""What an attempt is worth: one outcome, the first that applies, and one table of rewards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from virl_env.directions import WORDS


class Outcome(str, Enum):
    """What came of an attempt; the first that applies, read downwards."""

    UNREADABLE = "unreadable"
    CORRECT = "correct"
    MISREAD_INTERSECTION = "misread_intersection"
    WRONG_ACTION = "wrong_action"

    def __str__(self) -> str:
        return str(self.value)

    @property
    def code(self) -> int:
        """The outcome's number in observations, 1 (unreadable) to 4 (wrong_action)."""
        return OUTCOMES.index(self) + 1


OUTCOMES = tuple(Outcome)
"""The order in which outcomes are tried; an outcome's code is its index here plus one."""

OUTCOME_NAMES = ("none", *(outcome.value for outcome in OUTCOMES))
"""Names by code; code 0, "none", stands for no attempt yet."""

REWARDS: Mapping[Outcome, float] = MappingProxyType(
    {
        Outcome.UNREADABLE: -1.0,
        Outcome.CORRECT: 1.0,
        Outcome.MISREAD_INTERSECTION: -1.5,
        Outcome.WRONG_ACTION: -1.0,
    }
)

CODE_REWARDS = (0.0, *(REWARDS[outcome] for outcome in OUTCOMES))
"""Rewards by code; without an outcome there is none."""

MESSAGES: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.UNREADABLE: "No action of the task could be read in the reply.",
        Outcome.CORRECT: "The action is correct.",
        Outcome.MISREAD_INTERSECTION: (
            "The reply reports wrongly whether this is an intersection, and its action is not what "
            "the instructions ask for here."
        ),
        Outcome.WRONG_ACTION: "The action is not what the instructions ask for here.",
    }
)
"""Messages fit to be shown to the walker: they do not tell the right action."""


_RIGHT = frozenset(["forward()", "stop()", *(f"turn_direction({word})" for word in WORDS)])


@dataclass(frozen=True)
class Verdict:
    """The judgement of one attempt.

    Attributes:
        outcome: what came of it.
        reward: the outcome's reward, from REWARDS.
        message: a sentence fit to be shown to the walker.
    """

    outcome: Outcome
    reward: float
    message: str

    @classmethod
    def of(cls, outcome: Outcome) -> Verdict:
        """Return the verdict that goes with an outcome."""
        return cls(outcome, REWARDS[outcome], MESSAGES[outcome])


def verify(
    action: str | None,
    right: str,
    *,
    reported: bool | None = None,
    intersection: bool = False,
) -> Verdict:
    """Judge one attempt at a point of a route.

    A right action is correct whatever was reported, so that a slip in the report never costs the
    way; among wrong ones, a wrong report weighs more than the wrong action alone.

    Args:
        action: the action taken, such as "turn_direction(west)"; None where none could be read.
        right: the action that the instructions ask for.
        reported: whether an intersection was reported, None where nothing was.
        intersection: whether the point is one.

    Raises:
        ValueError: where `right` is no action.
    """
    if right not in _RIGHT:
        raise ValueError(
            f"right={right!r} is no action: expected forward(), stop() or turn_direction(x)."
        )
    if action is None:
        return Verdict.of(Outcome.UNREADABLE)
    if action == right:
        return Verdict.of(Outcome.CORRECT)
    if reported is not None and reported is not intersection:
        return Verdict.of(Outcome.MISREAD_INTERSECTION)
    return Verdict.of(Outcome.WRONG_ACTION)
