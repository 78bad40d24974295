"""What an attempt is worth: one outcome, the first that applies, and one table of rewards."""

from __future__ import annotations

from typing import TypeAlias

from shiftgym import outcomes
from shiftgym.outcomes import AttemptOutcome, names, rewards
from virl_env.directions import WORDS


class Outcome(AttemptOutcome):
    """What came of an attempt; the first that applies. Messages do not tell the right action."""

    UNREADABLE = "unreadable", -1.0, "No action of the task could be read in the reply."
    CORRECT = "correct", 1.0, "The action is correct."
    MISREAD_INTERSECTION = (
        "misread_intersection",
        -1.5,
        "The reply reports wrongly whether this is an intersection, and its action is not what "
        "the instructions ask for here.",
    )
    WRONG_ACTION = (
        "wrong_action",
        -1.0,
        "The action is not what the instructions ask for here.",
    )


OUTCOMES, OUTCOME_NAMES = tuple(Outcome), names(Outcome)
"""Outcomes in the order of their codes, from 1, and names by code; code 0, "none", stands for no
attempt yet."""

CODE_REWARDS = rewards(Outcome)

Verdict: TypeAlias = outcomes.Verdict[Outcome]

_VERDICTS = {outcome: Verdict.of(outcome) for outcome in Outcome}

_RIGHT = frozenset(["forward()", "stop()", *(f"turn_direction({word})" for word in WORDS)])


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
        return _VERDICTS[Outcome.UNREADABLE]
    if action == right:
        return _VERDICTS[Outcome.CORRECT]
    if reported is not None and reported is not intersection:
        return _VERDICTS[Outcome.MISREAD_INTERSECTION]
    return _VERDICTS[Outcome.WRONG_ACTION]
