"""Working: the steps from a hand's numbers to the target, as demonstrations write them out.

A formula with working has every operation in brackets but the last, and no number on the way is
negative: what is smaller is taken from what is larger. Of sums and products the larger side comes
first. So formulas that differ in nothing but order are one, and each has one line of working:

    8 10 4 3 > 3 4 8 10|10-3=7 > 4 7 8|7-4=3 > 3 8|8*3=24|

the numbers as dealt, in ascending order, and each step with what remains after it. Fractions stand
in brackets: 3-(8/3)=(1/3).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations

from gp_env.arithmetic import TOKENS, to_tokens

WORKING = ("remaining", "steps")
"""How working is written: each step with what remains after it, or the steps alone."""

MOST_CARDS = 4
"""Of hands with more, the ways to the target are too many to be listed."""

_USUAL = 100
"""Numbers on the way are at most this where the target can be made so."""

_Effort = tuple[bool, int]
"""Of the numbers on the way: whether there are fractions, and the largest part of one."""

_Made = tuple[Fraction, str]
"""A number, and the formula that makes it, in brackets where it joins others."""


@cache
def worked_formulas(values: tuple[int, ...], target: int) -> tuple[str, ...]:
    """Return every formula with working that makes the target, in a fixed order.

    Only the plainest are: without fractions where the hand allows it, and then with no number on
    the way above 100, or as little above it as can be. Every hand that can be won has one.

    Args:
        values: what three or four cards count, in ascending order.
        target: the number to make.
    """
    found: dict[str, _Effort] = {}
    for first, second in _splits(values):
        reached = _reach(second)
        for a, effort, formula in _listed(_reach(first)):
            for b in _partners(a, Fraction(target)):
                for other, other_formula in reached.get(b, ()):
                    for value, joined in _joined((a, formula), (b, other_formula)):
                        if value == target:
                            found[joined] = _both(effort, other)
    least = min(((fractions, max(_USUAL, most)) for fractions, most in found.values()), default=())
    return tuple(
        sorted(name for name, (fraction, most) in found.items() if (fraction, most) <= least)
    )


def write_working(numbers: Sequence[int], formula: str, working: str) -> str:
    """Return the working of a formula of `worked_formulas`, up to the mark before the answer.

    Args:
        numbers: what the cards count, as dealt.
        working: one of WORKING.
    """
    return f"{' '.join(map(str, numbers))} > {_worked_out(formula, working)}"


@cache
def _worked_out(formula: str, working: str) -> str:
    """Return the working of a formula from the numbers in ascending order on."""
    left = sorted(Fraction(number) for number in re.findall(r"\d+", formula))
    told = f"{_row(left)}|"
    for a, operator, b, result in _steps(formula):
        left.remove(a)
        left.remove(b)
        left = sorted([*left, result])
        told += f"{_shown(a)}{operator}{_shown(b)}={_shown(result)}"
        told += f" > {_row(left)}|" if working == "remaining" and len(left) > 1 else "|"
    return told


def build_answer(formula: str) -> str:
    """Return the answer that follows working."""
    return json.dumps({"formula": formula})


def _steps(formula: str) -> Iterator[tuple[Fraction, str, Fraction, Fraction]]:
    """Yield the operations of a formula with all brackets, in the order they close."""
    numbers: list[Fraction] = []
    operators: list[str] = []
    for token in [*(TOKENS[index] for index in to_tokens(formula)), ")"]:
        if token == ")":
            operator, b, a = operators.pop(), numbers.pop(), numbers.pop()
            numbers.append(dict(_results(a, b))[operator])
            yield a, operator, b, numbers[-1]
        elif token.isdigit():
            numbers.append(Fraction(int(token)))
        elif token != "(":
            operators.append(token)


def _shown(number: Fraction) -> str:
    return str(number) if number.denominator == 1 else f"({number})"


def _row(numbers: Sequence[Fraction]) -> str:
    return " ".join(map(_shown, numbers))


def _results(a: Fraction, b: Fraction) -> Iterator[tuple[str, Fraction]]:
    """Yield what two numbers make in this order, nothing negative."""
    yield "+", a + b
    yield "*", a * b
    if a >= b:
        yield "-", a - b
    if b:
        yield "/", a / b


def _joined(one: _Made, other: _Made) -> Iterator[_Made]:
    """Yield what two formulas make, each once."""
    (a, first), (b, second) = sorted((one, other), reverse=True)
    for operator, value in _results(a, b):
        yield value, f"{first}{operator}{second}"
    if a and a != b:
        yield b / a, f"{second}/{first}"


def _partners(a: Fraction, goal: Fraction) -> set[Fraction]:
    """Return every number that makes the goal with another one."""
    found = {goal - a, a - goal, a + goal, goal * a}
    if a:
        found |= {goal / a, a / goal}
    return {number for number in found if number >= 0}


_Reached = dict[Fraction, tuple[tuple[_Effort, str], ...]]


@cache
def _reach(values: tuple[int, ...]) -> _Reached:
    """Return all that values make, by number: the effort and the formula of each way."""
    if len(values) == 1:
        return {Fraction(values[0]): (((False, values[0]), str(values[0])),)}
    found: dict[Fraction, dict[str, _Effort]] = {}
    for first, second in _splits(values):
        for a, effort, formula in _listed(_reach(first)):
            for b, other, other_formula in _listed(_reach(second)):
                for value, joined in _joined((a, formula), (b, other_formula)):
                    made = value.denominator > 1, max(value.numerator, value.denominator)
                    most = _both(_both(effort, other), made)
                    found.setdefault(value, {})[f"({joined})"] = most
    return {
        value: tuple((effort, formula) for formula, effort in formulas.items())
        for value, formulas in found.items()
    }


def _both(one: _Effort, other: _Effort) -> _Effort:
    return one[0] or other[0], max(one[1], other[1])


def _listed(reached: _Reached) -> Iterator[tuple[Fraction, _Effort, str]]:
    for value, formulas in reached.items():
        for effort, formula in formulas:
            yield value, effort, formula


@cache
def _splits(values: tuple[int, ...]) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
    """Return the ways to part sorted values in two, the smaller part first, each once."""
    places = range(len(values))
    ways: dict[tuple[tuple[int, ...], tuple[int, ...]], None] = {}
    for size in range(1, len(values) // 2 + 1):
        for chosen in combinations(places, size):
            first, second = (
                tuple(values[i] for i in places if (i in chosen) is taken)
                for taken in (True, False)
            )
            if len(first) < len(second) or first <= second:
                ways[first, second] = None
    return tuple(ways)
