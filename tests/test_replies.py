"""Thoughts and phrases of replies, told from answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiftgym.phrases import find_phrases, without_label
from shiftgym.replies import check_reply
from shiftgym.thoughts import outside_thoughts


@pytest.mark.parametrize(
    "text, said",
    [
        ("a <b> c", "a <b> c"),
        ("<think>a</think>b", "b"),
        ("<THINKING>a</Thinking>b", "b"),
        ("a<think>b", "a"),
        ("a</think>b", "b"),
        ("a<think>b</think>c", "a c"),
        ("<think>a <think>b</think> c</think>d", "d"),
        ("<think>a</think>b<think>c</think>d", "b d"),
        ("<think>a</think>b<think>c", "b"),
        ("[THINK]a[/THINK]b", "b"),
        ("◁think▷a◁/think▷b", "b"),
        ("<|begin_of_thought|>a<|end_of_thought|>b", "b"),
        ("<|channel|>analysis<|message|>a<|end|><|channel|>final<|message|>b", "<|message|>b"),
        ("<|channel|>analysis<|message|>a", ""),
        ("<think>a</think>", ""),
        ("I think> so", "I think> so"),
    ],
)
def test_what_is_said_outside_thoughts(text: str, said: str) -> None:
    assert outside_thoughts(text).split() == said.split()


@pytest.mark.parametrize(
    "text, phrases",
    [
        ("nothing", []),
        (r"so \boxed{a{b}c} and \boxed{d}", ["a{b}c", "d"]),
        (r"\boxed{never closed", []),
        ("<answer>a</answer> <Final_Answer>b</Final_Answer>", ["a", "b"]),
        ("<action>a</action>", ["a"]),
        ("<answer>a</output>", []),
        ("So\n**Final answer:** `a b`", ["a b`"]),
        ("Therefore, the next action is a.", ["a."]),
        ("Answer: a\nBut I am not sure.", []),
        ("Answer: a\nAnswer: b\n```", ["a", "b"]),
        ("The answers: a", []),
        ("最终答案是a", ["a"]),
    ],
)
def test_phrases_marked_as_the_answer(text: str, phrases: list[str]) -> None:
    assert find_phrases(text, ("action", "next action")) == phrases


def test_a_label_is_left_out() -> None:
    assert without_label("Action: a", ("action",)) == "a"
    assert without_label("a: b", ("action",)) == "a: b"


@given(st.text() | st.text("<>/think[]|\\boxed{}answer: \n"))
def test_nothing_raises(text: str) -> None:
    find_phrases(outside_thoughts(text), ("action",))
    assert check_reply(text) == text
