"""Thoughts and phrases of replies, told from answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiftgym.objects import _Scan, find_objects
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
        # A thought of another name ends with its own mark, any other mark ends the outer one.
        ("<think>a<analysis>b</analysis>c", ""),
        ("<think>a<analysis>b</analysis>c</think>d", "d"),
        ("<think>a<analysis>b</think>c", "c"),
        ("<thinking>a</think>b", "b"),
        # The only mark in square brackets opens the reply or is closed.
        (" [THINK]a", ""),
        ("a [THINK]b[/THINK]c [THINK]d", "a c"),
        ("a [THINK] b", "a [THINK] b"),
        ('[/THINK]a "[/THINK]" b', 'a "[/THINK]" b'),
        ("[think]a", "[think]a"),
        ("[Analysis] a [/Analysis]", "[Analysis] a [/Analysis]"),
        ("[thoughts](#x) [THINK](#x)[/THINK](#y)", "[thoughts](#x) [THINK](#x)[/THINK](#y)"),
        # What is no thought.
        ("a <no_think> b", "a <no_think> b"),
        ("a <think about it> b", "a <think about it> b"),
        ("a <final_reasoning_answer>b", "a <final_reasoning_answer>b"),
        ("a<b and reason>c", "a<b and reason>c"),
        ("<channel>a</channel>", "<channel>a</channel>"),
        ("<|im_start|>assistant\na", "<|im_start|>assistant\na"),
        ("<|channel|>commentary<|message|>a", "<|channel|>commentary<|message|>a"),
    ],
)
def test_what_is_said_outside_thoughts(text: str, said: str) -> None:
    assert outside_thoughts(text).split() == said.split()


@pytest.mark.parametrize(
    "opening, closing",
    [
        ("<seed:think>", "</seed:think>"),
        ("<|START_THINKING|>", "<|END_THINKING|>"),
        ("<longcat_think>", "</longcat_think>"),
        ("<unused94>thought\n", "<unused95>"),
        ("<|inner_prefix|>", "<|inner_suffix|>"),
        ("<|channel>thought\n", "<channel|>"),
        ("<think >", "</think >"),
        ("<think\n>", "</think\n>"),
        ("< think >", "< / think >"),
        ("<think id=1>", "</think>"),
        ("<think id=\"a b\" class='c'>", "</think>"),
        ("&lt;think&gt;", "&lt;/think&gt;"),
        ("＜think＞", "＜/think＞"),
        ("<inner_monologue>", "</inner_monologue>"),
        ("<thought_process>", "</thought_process>"),
        ("<antThinking>", "</antThinking>"),
        ("<|think|>", "<|/think|>"),
        ("<|thinking_start|>", "<|thinking_end|>"),
        ("<|im_start|>think\n", "<|im_start|>answer\n"),
        ("<reason>", "</reason>"),
        ("<cot>", "</cot>"),
    ],
)
def test_thoughts_of_many_models(opening: str, closing: str) -> None:
    assert outside_thoughts(f"a{opening}b").split() == ["a"]
    assert outside_thoughts(f"{opening}a{closing}b").split() == ["b"]
    assert outside_thoughts(f"a{closing}b").split() == ["b"]
    # The first closing mark ends a thought, unless what it closes began within.
    assert outside_thoughts(f"{opening}a{opening}a{closing}b").split() == ["b"]


@pytest.mark.parametrize(
    "unit", ["<think", "<think a=b ", "< ", "[THINK]", "a<think>", "<a:", "&lt;"]
)
def test_many_marks_take_linear_time(unit: str) -> None:
    # Quadratic time would be hours.
    assert outside_thoughts(unit * 100_000) is not None


@pytest.mark.parametrize(
    "text, phrases",
    [
        ("nothing", []),
        (r"so \boxed{a{b}c} and \boxed{d}", ["a{b}c", "d"]),
        (r"\boxed{never closed", []),
        ("<answer>a</answer> <Final_Answer>b</Final_Answer>", ["a", "b"]),
        ("<action>a</action>", ["a"]),
        ("<answer>a</output>", []),
        ("So\n**Final answer:** `a b`", ["`a b`"]),
        ("**Answer**: **a**", ["**a**"]),
        ("The answer is **a**", ["**a**"]),
        ("<answer>a", ["a"]),
        ("<answer>a(b", []),
        ("<answer>a</answer> <answer>b\n", ["a", "b\n"]),
        ("<function=f>\n<parameter=action>\na\n</parameter>\n</function>", ["\na\n"]),
        ('<parameter name="next action">a</parameter><parameter name="b">c</parameter>', ["a"]),
        ("<arg_key>action</arg_key>\n<arg_value>a</arg_value>", ["a"]),
        ("Answer:\n\na", ["a"]),
        ("**Answer:**\na", ["a"]),
        ("# Final answer\n`a`", ["`a`"]),
        ("Answer\na", []),
        ("Answer:\na\nb", []),
        ("Answer:", []),
        ("Answer: a\n\nThis works because of b.", ["a"]),
        ("Answer: a\n**Explanation:** b", ["a"]),
        ("Answer: a\nThis is wrong.", []),
        ("Answer: a\nReason: b. Or is it c?", []),
        ("Answer: a\nb", []),
        ("Answer: a\nAnswer: b\nBecause of c.", []),
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


@given(st.text() | st.text("<>/think[]|=&lt;g\\boxed{}answer: \n"))
def test_nothing_raises(text: str) -> None:
    find_phrases(outside_thoughts(text), ("action",))
    assert check_reply(text) == text


_texts = st.text("a1B_ '{}[]:,#*/`\n\u00e9", max_size=8)
_blanks = st.sampled_from(["", " ", "\n", "\u00a0"])
_quoted = _texts.map('"{}"'.format)
_entries = st.lists(st.tuples(_blanks, _quoted | st.integers(-1, 10**10).map(str), _blanks))
_values = _quoted | _entries.map(lambda entries: f"[{','.join(map(''.join, entries))}]")


@given(st.lists(st.tuples(_texts, _blanks, _values), min_size=1, max_size=4), _blanks)
def test_plain_objects_are_read_as_the_scan_reads_them(
    members: list[tuple[str, str, str]], blank: str
) -> None:
    inside = ",".join(f'{blank}"{key}"{gap}:{gap}{value}' for key, gap, value in members)
    text = f"{blank}{{{inside}{blank}}}{blank}"
    scanned = _Scan(text, None).objects()
    assert find_objects(text) == scanned
    assert find_objects(text, {"a"}) == _Scan(text, {"a"}).objects()
