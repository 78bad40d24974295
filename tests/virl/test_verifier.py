"""Verdicts on attempts at a point: outcomes, their order, their rewards."""

from __future__ import annotations

import pytest

from virl_env.verifier import OUTCOME_NAMES, OUTCOMES, Outcome, Verdict, verify

RIGHT, WRONG = "turn_direction(west)", "forward()"


@pytest.mark.parametrize("intersection", [False, True])
@pytest.mark.parametrize(
    ("action", "report", "expected"),
    [
        (None, None, "unreadable"),
        (None, "wrong", "unreadable"),
        (RIGHT, None, "correct"),
        (RIGHT, "right", "correct"),
        (RIGHT, "wrong", "correct"),
        (WRONG, "wrong", "misread_intersection"),
        # A wrong action does not turn a right report into a wrong one.
        (WRONG, "right", "wrong_action"),
        (WRONG, None, "wrong_action"),
    ],
)
def test_first_outcome_that_applies(
    action: str | None, report: str | None, expected: str, intersection: bool
) -> None:
    reported = None if report is None else intersection is (report == "right")
    verdict = verify(action, RIGHT, reported=reported, intersection=intersection)
    assert str(verdict.outcome) == expected
    assert verdict == Verdict.of(verdict.outcome)


def test_rewards_and_codes() -> None:
    assert {str(outcome): outcome.reward for outcome in Outcome} == {
        "unreadable": -1,
        "correct": 1,
        "misread_intersection": -1.5,
        "wrong_action": -1,
    }
    assert OUTCOME_NAMES[0] == "none"
    assert [OUTCOME_NAMES[outcome.code] for outcome in OUTCOMES] == list(OUTCOMES)
    assert f"{Outcome.CORRECT}" == "correct"


def test_messages_tell_no_action() -> None:
    words = {word.strip(".,").lower() for one in Outcome for word in one.message.split()}
    assert not words & {"forward", "stop", "turn", "left", "right,", "north", "west", "slightly"}


@pytest.mark.parametrize("right", ["fly", "turn_direction(up)", "", "stop"])
def test_what_is_right_is_an_action(right: str) -> None:
    with pytest.raises(ValueError, match=r"right='.*' is no action: expected forward\(\), stop"):
        verify("stop()", right)
