"""Verdicts: outcomes, their order, their rewards, and what the messages keep to themselves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gp_env.arithmetic import to_tokens, token_parts
from gp_env.verifier import (
    OUTCOME_NAMES,
    OUTCOMES,
    Outcome,
    Verdict,
    judge_tokens,
    verify,
)
from tests.gp import oracles
from tests.gp.test_arithmetic import formulas


def outcome(formula: object, hand: object = (5, 1, 10, 4), **kw: object) -> str:
    return str(verify(formula, hand, **kw).outcome)  # type: ignore[arg-type]


def test_recorded_attempts(test_data: Path) -> None:
    text = (test_data / "gp_attempts.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(row) for row in text.splitlines()]
    assert len(rows) == 300
    judged = [outcome(row["formula"], row["ranks"], rule=row["rule"]) for row in rows]
    assert judged == [row["outcome"] for row in rows]


@pytest.mark.parametrize(
    "formula, hand, rule, expected",
    [
        # Exact rationals: floating point makes 23.999999999999989 of the first.
        ("8/(3-8/3)", (3, 3, 8, 8), "ten", "correct"),
        ("8/(10/3-3)", (8, 3, 3, 11), "ten", "correct"),
        ("6/(5/4-1)", (1, 4, 5, 6), "ten", "correct"),
        ("( 5 - 1 ) * ( 10 - 4 )", (5, 1, 10, 4), "ten", "correct"),
        ("(5−1)×(10−4) = 24", (5, 1, 10, 4), "ten", "correct"),
        ("(((5-1)))*((10)-4)", (5, 1, 10, 4), "ten", "correct"),
        ("(5-1)*(10-4)", (5, "A", "K", 4), "ten", "correct"),
        ("(5-1)*(10-4)", (5, "A", "K", 4), "rank", "wrong_numbers"),
        ("13+5+4+1+1", (5, 1, 13, 4, 1), "rank", "correct"),
        ("(5-1)*(4-10)", (5, 1, 10, 4), "ten", "wrong_value"),
        ("4/(5+5-10)*1", (4, 5, 5, 10, 1), "ten", "wrong_value"),  # divides by zero
        ("(5-1)*(10-4", (5, 1, 10, 4), "ten", "illegal_formula"),  # a bracket short
        ("(5-1)*(10-4) = 25", (5, 1, 10, 4), "ten", "illegal_formula"),
        ("(5-1)*(10-4) = 024", (5, 1, 10, 4), "ten", "illegal_formula"),
        ("24 = (5-1)*(10-4)", (5, 1, 10, 4), "ten", "correct"),
        ("24 = 5+1+10+4", (5, 1, 10, 4), "ten", "wrong_value"),
        ("25 = (5-1)*(10-4)", (5, 1, 10, 4), "ten", "illegal_formula"),
        ("(5-1)*(10-4) = 4*6 = 24", (5, 1, 10, 4), "ten", "correct"),
        ("4*6 = (5-1)*(10-4)", (5, 1, 10, 4), "ten", "correct"),
        ("4*6 = 24 = 20+4", (5, 1, 10, 4), "ten", "wrong_numbers"),
        ("(5-1)*(10-4) = 4*7 = 24", (5, 1, 10, 4), "ten", "illegal_formula"),
        ("5-1 = 4*6 = 24", (5, 1, 10, 4), "ten", "illegal_formula"),
        ("5+1+10+4 = 16+4 = 20", (5, 1, 10, 4), "ten", "illegal_formula"),
        ("(5-1)*(10-4) = 24/(1-1)", (5, 1, 10, 4), "ten", "illegal_formula"),
        ("24" + " = 24" * 100, (5, 1, 10, 4), "ten", "illegal_formula"),
        ("[5-1] x {10-4} == 24.0", (5, 1, 10, 4), "ten", "correct"),
        ("1*4*5+10/10", (5, 1, 10, 4), "ten", "wrong_numbers"),
        ("4*5+10/10", (5, 1, 10, 4), "ten", "wrong_numbers"),
        ("4*(5+1)", (5, 1, 10, 4), "ten", "wrong_numbers"),
        ("24", (5, 1, 10, 4), "ten", "wrong_numbers"),
        ("0+4*(5+1)-10", (5, 1, 10, 4), "ten", "wrong_numbers"),
        ("9" * 40, (5, 1, 10, 4), "ten", "wrong_numbers"),
        ("9" * 41, (5, 1, 10, 4), "ten", "illegal_formula"),
        ("-1*5", (5, 1, 10, 4), "ten", "illegal_formula"),
        ("0x18", (5, 1, 10, 4), "ten", "illegal_formula"),
        ("", (5, 1, 10, 4), "ten", "illegal_formula"),
    ],
)
def test_outcomes(formula: str, hand: tuple[int, ...], rule: str, expected: str) -> None:
    assert outcome(formula, hand, rule=rule) == expected


def test_the_target_is_the_one_asked_for() -> None:
    assert outcome("1+2+3", (1, 2, 3), target=6) == "correct"
    assert outcome("1+2+3=6", (1, 2, 3), target=6) == "correct"
    assert outcome("1+2+3=24", (1, 2, 3), target=6) == "illegal_formula"
    assert outcome("1+2+3", (1, 2, 3)) == "wrong_value"


@pytest.mark.parametrize("formula", [None, 24, 24.0, ["5", "-", "1"], {"a": 1}, b"24", object()])
def test_what_is_no_string_is_an_illegal_formula(formula: object) -> None:
    assert outcome(formula) == "illegal_formula"


@given(st.text() | st.text("0123456789+-*/()= ×÷−"))
def test_no_string_raises(text: str) -> None:
    assert verify(text, (3, 3, 8, 8)).outcome in OUTCOMES


@pytest.mark.parametrize(
    "formula, expected",
    [
        ("(" * 100_000, "illegal_formula"),
        ("(" * 50_000 + "1" + ")" * 50_000, "wrong_numbers"),
        ("()" * 50_000, "illegal_formula"),
        ("1+" * 50_000 + "1", "wrong_numbers"),
        ("1+" * 50_000, "illegal_formula"),
        ("9" * 100_000, "illegal_formula"),
        ("*".join(["9" * 40] * 2_500), "wrong_numbers"),
        ("1" + " " * 100_000 + "1", "illegal_formula"),
        ("×" * 100_000, "illegal_formula"),
        ("\ud800" * 100_000, "illegal_formula"),
    ],
)
def test_long_formulas_get_an_outcome(formula: str, expected: str) -> None:
    assert outcome(formula) == expected


def test_rewards_and_codes() -> None:
    assert {str(outcome): outcome.reward for outcome in Outcome} == {
        "unreadable": -3,
        "misread_cards": -1.5,
        "illegal_formula": -3,
        "wrong_numbers": -2,
        "wrong_value": -1,
        "correct": 5,
    }
    assert set(OUTCOMES) == set(Outcome)
    assert OUTCOME_NAMES[0] == "none"
    assert all(OUTCOME_NAMES[outcome.code] == outcome for outcome in Outcome)
    assert all(Verdict.of(one, target=24).reward == one.reward for one in Outcome)
    assert f"{Outcome.CORRECT}" == "correct"


def test_messages_depend_on_the_outcome_and_target_alone() -> None:
    # So they cannot tell what a king counts, what a formula is worth or how a hand is solved.
    shown: dict[str, set[str]] = {}
    for hand in ((5, 1, 13, 4), (3, 3, 8, 8), (11, 12, 13, 1)):
        for rule in ("ten", "rank", "all-5"):
            for formula in ("8/(3-8/3)", "(5-1)*(10-4)", "5+1+13+4", "11+12+13+1", "x", "1+1"):
                verdict = verify(formula, hand, rule, target=37)
                shown.setdefault(verdict.outcome, set()).add(verdict.message)
    assert set(shown) == {"correct", "wrong_value", "wrong_numbers", "illegal_formula"}
    for messages in shown.values():
        assert len(messages) == 1
        assert not any(mark.isdigit() for mark in messages.pop().replace("37", ""))


@given(formulas(), st.data())
def test_the_token_game_agrees_with_strings(text: str, data: st.DataObject) -> None:
    tokens = to_tokens(text)
    numbers = token_parts(tokens)[0]
    # As a rule the numbers are the hand's, now and then one is not.
    numbers += data.draw(st.lists(st.integers(1, 19), max_size=6 - len(numbers)))
    if len(numbers) < 3:
        numbers += [1] * (3 - len(numbers))
    worth = oracles.value(oracles.parse(text))
    makes = worth.numerator if worth is not None and worth.denominator == 1 else 24
    target = data.draw(st.sampled_from([24, makes if 1 <= makes <= 100 else 24]))
    code = judge_tokens(tokens, bytes(sorted(numbers)), target)
    # Under "rank" every card counts its rank.
    verdict = verify(text, data.draw(st.permutations(numbers)), "rank", target)
    assert OUTCOME_NAMES[code] == verdict.outcome
    if len(numbers) == len(token_parts(tokens)[0]):
        assert (verdict.outcome == Outcome.CORRECT) == (worth == target)
    else:
        assert verdict.outcome == Outcome.WRONG_NUMBERS


def test_an_exclamation_mark_is_a_factorial_unless_the_target_is_told() -> None:
    hand = [6, 12, 4, 1]
    assert verify("(4-1)*10-6!", hand).outcome is Outcome.ILLEGAL_FORMULA
    assert verify("(4-1)*10-6 = 24!", hand).outcome is Outcome.CORRECT


def test_an_emoji_that_json_escapes_is_one_sign() -> None:
    assert verify(r"(4-1)*10-6 = 24 \ud83c\udf89", [6, 12, 4, 1]).outcome is Outcome.CORRECT
    assert verify(r"(4-1)*10-6 = 24 \ud83c", [6, 12, 4, 1]).outcome is Outcome.ILLEGAL_FORMULA
