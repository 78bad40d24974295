"""Prompts, feedback and the judgement of replies."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gp_env.deck import Hand
from gp_env.dialogue import ACTION_CHARACTERS
from gp_env.rules import NAMED, Rule
from gp_env.solver import solve
from gp_env.spoken import read_rank
from gp_env.text import (
    COMPACT,
    DEFAULT,
    TEMPLATES,
    PromptTemplate,
    build_prompt,
    build_reply,
    judge_reply,
)
from gp_env.verifier import Outcome, Verdict, verify
from shiftgym.prompts import build_feedback, build_messages

HAND = Hand((5, 13, 2, 7), (1, 2, 3, 4))
RIGHT = "10+5+7+2"


def answer(formula: object = RIGHT, **others: object) -> str:
    return json.dumps({**others, "formula": formula})


def outcome(reply: object, rule: str = "ten", **options: bool) -> str:
    return judge_reply(reply, HAND, rule, **options)[1].outcome.value


def test_default_prompt_states_the_game() -> None:
    prompt = build_prompt(HAND, (3, 14, 19), 36, max_attempts=4)
    for said in ("5♠ K♥ 2♦ 7♣", "(J) counts 3", "(Q) counts 14", "(K) counts 19", "equals 36"):
        assert said in prompt
    for said in ("+ - * /", "( and )", "exactly once", "allowed: 4", '"cards"', '"number"'):
        assert said in prompt
    assert '"formula"' in prompt


def test_compact_prompt_is_a_dozen_words() -> None:
    prompt = build_prompt(HAND, "rank", template=COMPACT)
    assert prompt == "Cards: 5 K 2 7. J 11 Q 12 K 13. Make 24."


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_cards_in_a_picture_are_not_told(template: PromptTemplate) -> None:
    prompts = {
        build_prompt(hand, images=True, template=template)
        for hand in (HAND, (9, 9, 3, 8), "A Q J 10")
    }
    assert len(prompts) == 1


def test_prompt_refuses_what_the_game_does_not_have() -> None:
    with pytest.raises(ValueError, match="Unknown rule 'royal'"):
        build_prompt(HAND, "royal")
    with pytest.raises(ValueError, match="3 to 6 cards"):
        build_prompt((1, 2))


def test_no_character_of_a_reply_stands_twice_in_its_space() -> None:
    assert len(set(ACTION_CHARACTERS)) == len(ACTION_CHARACTERS)


def test_messages_are_a_chat() -> None:
    assert build_messages("Go.", COMPACT) == [{"role": "user", "content": "Go."}]
    system, user = build_messages("Go.", DEFAULT)
    assert system == {"role": "system", "content": DEFAULT.system}
    assert user == {"role": "user", "content": "Go."}


@pytest.mark.parametrize(
    "reply, expected",
    [
        (answer(), "correct"),
        (answer("(10+5+7+2) = 24"), "correct"),
        (answer("10 + 5 + 7 + 2 "), "correct"),
        (answer(r"\(10+5+7+2\)"), "correct"),
        (answer("5*(10-7)-2"), "wrong_value"),
        (answer("10/(5-7+2)"), "wrong_value"),
        (answer("13+5+7+2"), "wrong_numbers"),
        (answer("10+5+7"), "wrong_numbers"),
        (answer(24), "wrong_numbers"),
        (answer(None), "unreadable"),
        (str({"formula": None}), "unreadable"),
        (answer("null"), "illegal_formula"),
        (answer("10+5+7+"), "illegal_formula"),
        (answer("10^5"), "illegal_formula"),
        (answer([RIGHT]), "correct"),
        (answer([RIGHT, "24"]), "unreadable"),
        (RIGHT, "unreadable"),
        (None, "unreadable"),
        (answer(number=[5, 10, 2, 7]), "correct"),
        (answer(number=[2, 5, 7, 10]), "correct"),
        (answer(number=["5", "10", "2", "7"]), "correct"),
        (answer(number=[5, 13, 2, 7]), "wrong_numbers"),
        (answer(number=[]), "wrong_numbers"),
        (answer(number=None), "correct"),
        (answer(number=[5.0, 10.0, 2, 7]), "correct"),
        (answer(number=[5, "K", 2, 7]), "wrong_numbers"),
        (answer(number=[5, None, 2, 7]), "wrong_numbers"),
        (answer(number=[5, 10, 2, 7, 0]), "wrong_numbers"),
        (answer(number=["five"]), "wrong_numbers"),
        (answer("10+", number=["five"]), "illegal_formula"),
        (answer("5*(10-7)-2", number=[5, 13, 2, 7]), "wrong_numbers"),
        (answer("10+", number=[5, 13, 2, 7]), "illegal_formula"),
        (answer(cards=["A", "A", "A", "A"]), "correct"),
    ],
)
def test_first_outcome_that_applies(reply: object, expected: str) -> None:
    assert outcome(reply) == expected


@pytest.mark.parametrize(
    "cards, read",
    [
        (["5", "K", "2", "7"], True),
        (["7", "2", "k", "5"], True),
        (["5♠", "K♥", "♦2", "7 ♣"], True),
        (["5s", "KH", "2d", "7C"], True),
        (["5 of Spades", "King of hearts", "2 of diamonds", "7"], True),
        (["5♠\ufe0e", "K♥\ufe0f", "two of clubs", "Seven"], True),
        ([5, 13, 2, 7], True),
        ("5, K, 2, 7", True),
        (None, True),
        (["5", "K", "2"], False),
        (["5", "Q", "2", "7"], False),
        (["5", "10", "2", "7"], False),
        (["5", "?", "2", "7"], False),
        ([], False),
    ],
)
def test_cards_reported_of_a_picture(cards: object, read: bool) -> None:
    reply = answer("10+5+7", cards=cards)
    assert outcome(reply, images=True) == ("wrong_numbers" if read else "misread_cards")
    assert outcome(reply) == "wrong_numbers"


@pytest.mark.parametrize("ten", ["10♥\ufe0e", "T", "Td", "ten", "Ten of Hearts", "10 of ♥"])
def test_a_ten_by_any_name(ten: str) -> None:
    assert read_rank(ten) == 10


def test_the_message_says_why_a_reply_is_unreadable() -> None:
    two = f"[{answer()}, {answer('5*(10-7)-2')}]"
    for reply, said in (
        (two, "several answers that differ"),
        (f"<think>{answer()}", "thoughts"),
        (answer() + "{" * 1_000_000, "Only the last 1,000,000 characters"),
        ("I cannot.", "No formula could be read in the reply."),
    ):
        _, verdict = judge_reply(reply, HAND)
        assert verdict.outcome is Outcome.UNREADABLE
        assert said in verdict.message
        assert verdict.message.startswith("No formula could be read in the reply.")


@pytest.mark.parametrize(
    "number, right",
    [
        ({"5": 5, "K": 10, "2": 2, "7": 7}, True),
        ({"K": "ten"}, True),
        ({"K": 13}, False),
        ({"K": "many"}, False),
        ({"J": 11, "note": "a king counts 10"}, True),
        (["5 = 5", "K=10", "2: 2", "7"], True),
        (["5 = 5", "K=13", "2: 2", "7"], False),
    ],
)
def test_numbers_reported_with_names(number: object, right: bool) -> None:
    assert outcome(answer(number=number)) == ("correct" if right else "wrong_numbers")


def test_misread_cards_come_before_an_illegal_formula() -> None:
    assert outcome(answer("10+", cards=["A", "A", "A", "A"]), images=True) == "misread_cards"
    assert outcome("nothing", images=True) == "unreadable"


def test_rule_that_scores_decides() -> None:
    assert outcome(answer("5+13*2-7", number=[5, 13, 2, 7]), "rank") == "correct"
    assert outcome(answer("5+13*2-7", number=[5, 13, 2, 7]), "ten") == "wrong_numbers"


def test_rewards_are_those_of_the_table() -> None:
    for reply in (answer(), answer("1"), answer("+"), "", answer("5*(10-7)-2"), answer(number=[1])):
        _, verdict = judge_reply(reply, HAND)
        assert verdict.reward == verdict.outcome.reward


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789+-*/() "))
def test_judges_a_formula_as_the_verifier_does(formula: str) -> None:
    assert judge_reply(answer(formula), HAND)[1] == verify(formula.strip(), HAND)


@pytest.mark.parametrize("ranks", [(5, 13, 2, 7), (3, 3, 8, 8), (1, 11, 12, 13), (4, 7, 8, 13)])
def test_expert_reply_is_correct(ranks: tuple[int, ...]) -> None:
    for rule in NAMED.values():
        for formula in solve(ranks, rule):
            reply, verdict = judge_reply(
                build_reply(ranks, rule, formula), ranks, rule, images=True
            )
            assert verdict.outcome is Outcome.CORRECT
            assert reply.number == rule.values(ranks)


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_feedback_tells_the_outcome_and_gives_nothing_away(template: PromptTemplate) -> None:
    said = {
        build_feedback(Verdict.of(outcome, target=87), left, template)
        for outcome in Outcome
        for left in (0, 1, 2)
    }
    # Each wrong outcome says its own thing for every number of attempts left; correct says one.
    assert len(said) == 3 * (len(Outcome) - 1) + 1
    for text in said:
        assert set(map(int, re.findall(r"[0-9]+", text))) <= {0, 1, 2, 87}


def test_feedback_of_a_wrong_report_names_it() -> None:
    _, verdict = judge_reply(answer(number=[5, 13, 2, 7]), HAND)
    assert "reported" in build_feedback(verdict, 2, DEFAULT)
    assert not re.search(r"1[0-9]", verdict.message)


def test_template_of_ones_own() -> None:
    mine = PromptTemplate(
        task="{{{ranks}}} {count} {jack}/{queen}/{king} -> {target} ({attempts}) {cards}",
        feedback="{outcome}! {attempts_left}",
        solved="ja",
        lost="nein: {message}",
    )
    prompt = build_prompt(HAND, Rule(1, 2, 3), 10, max_attempts=2, template=mine)
    assert prompt == "{5 K 2 7} 4 1/2/3 -> 10 (2) 5♠ K♥ 2♦ 7♣"
    wrong = Verdict.of(Outcome.WRONG_VALUE, target=24)
    assert build_feedback(wrong, 1, mine) == "wrong value! 1"
    assert build_feedback(wrong, 0, mine) == f"nein: {wrong.message}"
    assert build_feedback(Verdict.of(Outcome.CORRECT), 0, mine) == "ja"


@pytest.mark.parametrize(
    "field, text, named",
    [
        ("task", "{cards} {colour}", r"\{colour\}.*\{cards\}, \{ranks\}"),
        ("task", '{"cards": []}', r"\{\"cards\": \[\]\}|\{\"cards\":"),
        ("task", "{attempts_left}", r"\{attempts_left\}"),
        ("task", "{}", r"\{\}"),
        ("task", "{0}", r"\{0\}"),
        ("task", "{cards.ranks}", r"\{cards\.ranks\}"),
        ("task", "{target!r}", r"\{target!r\}"),
        ("task", "{target:{jack}}", r"\{target:\{jack\}\}"),
        ("task", "{cards", "no format string"),
        ("feedback", "{cards}", r"feedback has the placeholder \{cards\}"),
        ("solved", "{target}", "solved"),
        ("lost", "}", "lost is no format string"),
    ],
)
def test_unknown_placeholder_is_named(field: str, text: str, named: str) -> None:
    wording = {"task": "{cards}", "feedback": "no", "solved": "yes", "lost": "over", field: text}
    with pytest.raises(ValueError, match=named) as caught:
        PromptTemplate(**wording)
    assert "write {{ and }} for braces" in str(caught.value)
