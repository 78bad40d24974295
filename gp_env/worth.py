"""What a formula makes, for people: "2×3+4 = 10". Agents are never told it."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from gp_env.arithmetic import evaluate, scan
from gp_env.deck import MAX_CARDS
from gp_env.notation import plain_formula

_PRINTED = str.maketrans("*/-∕", "×÷−÷")


class Made(NamedTuple):
    """A formula that could be read.

    Attributes:
        formula: in the signs of print, without spaces.
        numbers: what it is made of, from left to right.
        value: what it makes; None where it divides by zero.
    """

    formula: str
    numbers: tuple[int, ...]
    value: Fraction | None

    def __str__(self) -> str:
        worth = "division by zero" if self.value is None else str(self.value).replace("-", "−")
        return f"{self.formula} = {worth}"


def what_it_makes(formula: str) -> Made | None:
    """Return what a formula makes, None where it is illegal or has over 2 * `MAX_CARDS` numbers.

    Args:
        formula: as an agent or a person wrote it; a closing "=" and its number do not count.
    """
    text = formula.strip().removesuffix("=")
    expression = scan(text) or scan(plain_formula(text))
    # The exact value of a long formula has as many digits as the formula itself.
    if expression is None or expression.count > 2 * MAX_CARDS:
        return None
    numbers, operators = expression.parts()
    worth = evaluate(numbers, operators)
    return Made(
        formula=printed(expression.marks.decode("ascii")),
        numbers=tuple(numbers),
        value=None if worth is None else Fraction(*worth),
    )


def printed(formula: str) -> str:
    """Return a formula in the signs of print, without spaces: "(10 - 4) *" as "(10−4)×"."""
    return "".join(formula.split()).translate(_PRINTED)
