"""A formula stays itself in whatever shape of reply: random formulas in random shapes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from gp_env.arithmetic import scan
from gp_env.notation import plain_formula
from gp_env.text import judge_reply
from gp_env.verifier import Outcome, verify
from tests.gp import oracles
from tests.gp.test_arithmetic import formulas

Wrapping = Callable[[str], str]


def member(formula: str, **others: Any) -> str:
    return json.dumps({**others, "formula": formula}, ensure_ascii=False)


# How the formula is written.
NOTATIONS: tuple[Wrapping, ...] = (
    lambda formula: formula,
    lambda formula: formula.replace("*", "×").replace("-", "−"),
    lambda formula: formula.replace("*", " x "),
    lambda formula: formula.replace("*", r" \times ").replace("/", r" \div "),
    lambda formula: formula.replace("(", r"\left(").replace(")", r"\right)"),
    lambda formula: formula.replace("(", "[").replace(")", "]"),
    lambda formula: formula.replace("(", "{").replace(")", "}").replace("*", "·"),
    lambda formula: formula.replace("-", "—").replace("/", " : "),
    lambda formula: formula.translate({ord(d): chr(ord(d) + 0xFEE0) for d in "0123456789()+"}),
    lambda formula: formula.replace("*", "&times;").replace("-", "&minus;"),
    lambda formula: " ".join(oracles.parts(formula)),
    lambda formula: "".join(
        f"{part}.0" if part.isdigit() else part for part in oracles.parts(formula)
    ),
)
# What stands around it in the string.
AROUND: tuple[Wrapping, ...] = (
    lambda formula: formula,
    lambda formula: f"{formula} = 24",
    lambda formula: f"{formula} == 24.",
    lambda formula: f"24 = {formula}",
    lambda formula: f"{formula} → 24 ✓",
    lambda formula: f"`{formula}`",
    lambda formula: f"**{formula}**",
    lambda formula: f"\\boxed{{{formula}}}",
    lambda formula: f"$\\text{{{formula}}}$",
    lambda formula: f"Formula: {formula}.",
    lambda formula: f"{formula}, which equals 24",
    lambda formula: f"{formula} is 24",
    lambda formula: f"{formula} = **24** 🎉",
    lambda formula: f"`{formula}` = 24 (correct)",
    lambda formula: f"**{formula}** = 24",
)
# What stands around that.
REPLIES: tuple[Wrapping, ...] = (
    member,
    lambda formula: f"So:\n```json\n{member(formula)}\n```\nThis makes 24 as 5 * 5 - 1 does.",
    lambda formula: f"<think>{member('1+2+3')}</think>{member(formula)}",
    lambda formula: f'{member("1+2+3")} No: {member(formula)} as {{"formula": "..."}}.',
    lambda formula: json.dumps({"name": "answer", "arguments": member(formula)}),
    lambda formula: json.dumps({"name": "answer", "parameters": {"formula": [formula]}}),
    lambda formula: member(formula)[:-1],
    lambda formula: str({"why": "so", "formula": formula}),
    lambda formula: member(formula).replace('"', "&quot;"),
    lambda formula: member(formula).replace('"', "”"),
    lambda formula: member(formula)[:-1] + ' /* a "formula": */,\n}',
    lambda formula: json.dumps({"expression": formula}),
    lambda formula: f"<answer>{formula}</answer>",
    lambda formula: f"<answer>\n{formula}",
    lambda formula: f"# Answer\n\n{formula}\n",
    lambda formula: f"Answer: {formula}\nThis works because of the brackets.",
    lambda formula: f"<parameter=formula>{formula}</parameter>",
    lambda formula: f"I think.\n\n**Final answer**: {formula}",
)


@settings(max_examples=400, deadline=None)
@given(
    formulas(),
    st.sampled_from(NOTATIONS),
    st.sampled_from(AROUND),
    st.sampled_from(REPLIES),
    st.booleans(),
)
def test_a_formula_is_read_as_itself(
    formula: str, written: Wrapping, around: Wrapping, reply: Wrapping, wins: bool
) -> None:
    tree = oracles.parse(formula)
    numbers = oracles.numbers(tree)
    assume(3 <= len(numbers) <= 6)
    worth = oracles.value(tree)
    target = 24
    if wins and worth is not None and worth.denominator == 1 and 1 <= worth <= 100:
        target = int(worth)
    text = reply(around(written(formula)).replace("24", str(target)))
    _, verdict = judge_reply(text, numbers, "rank", target)
    expected = Outcome.CORRECT if worth == target else Outcome.WRONG_VALUE
    assert verdict.outcome is expected, text


MARKS = "0123456789+-*/()[]{}xX=.: " + "×—→$\\`'#🎉"


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(["(4-1)*10-6", "10*(4-1)-6 = 24", "[(4-1)*10]-6 = 3*10-6 = 24"]),
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 2), st.text(MARKS, max_size=3)), max_size=3
    ),
    st.sampled_from(REPLIES),
)
@example("(4-1)*10-6", [(10, 0, " = 3")], member)
@example("(4-1)*10-6", [(0, 0, "\\$")], member)
def test_what_is_read_as_correct_is_worth_the_target(
    formula: str, changes: list[tuple[int, int, str]], reply: Wrapping
) -> None:
    for at, removed, put in changes:
        formula = formula[:at] + put + formula[at + removed :]
    read, verdict = judge_reply(reply(formula), (6, 12, 4, 1))
    if verdict.outcome is Outcome.CORRECT:
        assert read.formula is not None
        worth = []
        for link in plain_formula(read.formula).split("="):
            expression = scan(link)
            assert expression is not None
            tree = oracles.parse(expression.marks.decode())
            worth.append((sorted(oracles.numbers(tree)), oracles.value(tree)))
        assert {value for _, value in worth} == {24}
        assert [1, 4, 6, 10] in [numbers for numbers, _ in worth]
        assert verify(read.formula, (6, 12, 4, 1)) == verdict
