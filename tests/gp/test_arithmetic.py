"""Formulas against Python's own grammar and fractions."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gp_env.arithmetic import MAX_DIGITS, TOKENS, evaluate, scan, to_tokens, token_parts
from tests.gp import oracles


@st.composite
def formulas(draw: st.DrawFn, max_numbers: int = 6) -> str:
    """Legal ASCII formulas of numbers from 1 to 19, brackets anywhere that is legal."""

    def part(count: int) -> str:
        if count == 1:
            text = str(draw(st.integers(1, 19)))
        else:
            left = draw(st.integers(1, count - 1))
            text = part(left) + draw(st.sampled_from("+-*/")) + part(count - left)
        return f"({text})" if draw(st.booleans()) else text

    return part(draw(st.integers(1, max_numbers)))


def test_the_tokens_are_the_numbers_then_the_marks() -> None:
    assert len(TOKENS) == 26
    assert TOKENS[:19] == tuple(str(number) for number in range(1, 20))
    assert TOKENS[19:] == ("+", "-", "*", "/", "(", ")", "=")


@given(formulas())
def test_values_are_those_of_fractions(text: str) -> None:
    expression = scan(text)
    assert expression is not None
    worth = evaluate(*expression.parts())
    expected = oracles.value(oracles.parse(text))
    if expected is None:
        assert worth is None
    else:
        assert worth is not None
        assert worth[0] == expected * worth[1]
        assert worth[1] != 0


@given(formulas())
def test_token_sequences_are_the_same_formulas(text: str) -> None:
    expression = scan(text)
    assert expression is not None
    assert token_parts(to_tokens(text)) == expression.parts()
    assert "".join(TOKENS[token] for token in to_tokens(text)) == text


def legal_in_python(text: str) -> bool:
    if re.search(r"(?<![0-9])0[0-9]|[0-9]{41}", text):
        return False
    try:
        oracles.parse(text.strip())
    except (SyntaxError, KeyError, AssertionError):
        return False
    return True


@given(st.text("0123 +-*/()", max_size=12) | formulas())
@example("1 2")
@example("08+1")
@example("2 (3)")
@example("1//2")
@example("2**3")
@example("1+0")
def test_the_grammar_is_that_of_python_without_its_extras(text: str) -> None:
    assert (scan(text) is not None) == legal_in_python(text)


@given(st.text())
def test_any_string_is_read_or_refused(text: str) -> None:
    scan(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "()",
        "-5+1",
        "(-5)+1",
        "+5",
        "5*-1",
        "2**3",
        "2^3",
        "7//2",
        "7%2",
        "1.5*2",
        ".5",
        "5.",
        "1e3",
        "0x18",
        "1_000",
        "1,000",
        "08",
        "00",
        "7 24",
        "2(3)",
        "2 (3)",
        "(2)(3)",
        "(2)3",
        "(1+2",
        "1+2)",
        ")1+2(",
        "1+",
        "*1",
        "1+*2",
        "2²",
        "٣+١",  # Arabic digits
        "５+1",  # full-width digits
        "x+1",
        "K+1",
        "abs(1)",
        "1;2",
        "1\x00",
        "\ud800",
        "1+2=",
        "=3",
        "1+2=3=3",
        "1+2==3",
        "1+2=-3",
        "1+2=1+2",
        "(1+2=3)",
        "24=1+2",
        "1" * (MAX_DIGITS + 1),
    ],
)
def test_illegal(text: str) -> None:
    assert scan(text) is None


@pytest.mark.parametrize(
    "text, plain",
    [
        ("(5−1)×(10–4)", "(5-1)*(10-4)"),
        ("8÷(3−8∕3)", "8/(3-8/3)"),
        ("2·3∙4⋅1", "2*3*4*1"),
        ("（5－1）＊4／2＋1", "(5-1)*4/2+1"),
        (" \t( 5 -\n1 ) *\u00a04\u3000+\u2009\u200b2 ", "(5-1)*4+2"),
        ("((((7))))", "((((7))))"),
        ("1" * MAX_DIGITS, "1" * MAX_DIGITS),
    ],
)
def test_marks_that_models_write_are_read(text: str, plain: str) -> None:
    expression = scan(text)
    assert expression is not None
    assert expression.marks.decode() == plain
    assert expression.stated is None


@pytest.mark.parametrize("times", "*×")
def test_blanks_are_the_same_whatever_signs_stand_beside_them(times: str) -> None:
    for character in map(chr, (*range(0x21), *range(0x7F, 0xA1), 0x2028, 0x3000)):
        for text in (f"5{character}{times}3", f"{character}5{times}3", f"5{times}3{character}"):
            assert (scan(text) is not None) == character.isspace()
        assert scan(f"5{times}3{character}4") is None


def test_a_closing_equation_is_kept_apart() -> None:
    expression = scan("( 5 - 1 ) * 6 = 24")
    assert expression is not None
    assert expression.marks == b"(5-1)*6"
    assert expression.stated == 24


def test_brackets_of_any_depth_neither_recurse_nor_mislead() -> None:
    deep = 50_000
    expression = scan("(" * deep + "5-1" + ")" * deep + "*(10-4)")
    assert expression is not None
    assert evaluate(*expression.parts()) == (24, 1)
    assert scan("(" * deep + "5-1" + ")" * (deep - 1)) is None
    assert scan("(" * 2 * deep) is None
    assert scan("()" * deep) is None


def test_long_formulas_are_counted_without_being_worked_out() -> None:
    expression = scan("*".join(["9" * MAX_DIGITS] * 2_000))
    assert expression is not None
    assert expression.count == 2_000


def test_a_division_by_zero_has_no_value() -> None:
    for text in ("1/(2-2)", "(3-3)/(2-2)", "1/(1/(2-2))", "0*(1/0)"):
        expression = scan(text)
        assert expression is not None
        assert evaluate(*expression.parts()) is None
