"""What comes of an attempt, as data: names, order, codes, rewards and messages.

    class Outcome(AttemptOutcome):
        UNREADABLE = "unreadable", -1.0, "Nothing could be read in the reply."
        CORRECT = "correct", 1.0, "That is right."

The codes follow from the order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Generic, TypeVar


class AttemptOutcome(str, Enum):
    """The outcomes of a task, in the order in which they are tried; the first that applies counts.

    Attributes:
        code: the number in observations, from 1; 0 stands for no attempt yet.
        reward: of an attempt.
        message: a sentence fit to be shown to who made it, a format string.
    """

    code: int
    reward: float
    message: str

    def __new__(cls, name: str, reward: float, message: str) -> AttemptOutcome:  # noqa: D102
        outcome = str.__new__(cls, name)
        outcome._value_ = name
        outcome.code = 1 + len(cls.__members__)
        outcome.reward, outcome.message = reward, message
        return outcome

    def __str__(self) -> str:
        return str(self.value)


def names(outcomes: type[AttemptOutcome]) -> tuple[str, ...]:
    """Return the names by code; code 0 is "none"."""
    return ("none", *(outcome.value for outcome in outcomes))


def rewards(outcomes: type[AttemptOutcome]) -> tuple[float, ...]:
    """Return the rewards by code; without an attempt there is none."""
    return (0.0, *(outcome.reward for outcome in outcomes))


Named = TypeVar("Named", bound=AttemptOutcome)


@dataclass(frozen=True)
class Verdict(Generic[Named]):
    """The judgement of one attempt.

    Attributes:
        outcome: what came of it.
        reward: the outcome's.
        message: a sentence fit to be shown to who made it.
    """

    outcome: Named
    reward: float
    message: str

    @classmethod
    def of(cls, outcome: Named, **words: Any) -> Verdict[Named]:
        """Return the verdict that goes with an outcome.

        Args:
            outcome: what came of the attempt.
            words: for the placeholders of its message.
        """
        return cls(outcome, outcome.reward, outcome.message.format(**words))

    def because(self, reason: str) -> Verdict[Named]:
        """Return this verdict with a sentence more in its message, "" for none."""
        return replace(self, message=f"{self.message} {reason}".rstrip())
