"""What an attempt is worth: one outcome, the first that applies, and one table of rewards."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

from gp_env.arithmetic import Expression, evaluate, scan, token_parts
from gp_env.config import check_target
from gp_env.deck import MAX_CARDS, Hand, HandLike
from gp_env.rules import RuleLike
from shiftgym import outcomes
from shiftgym.outcomes import AttemptOutcome, names


class Outcome(AttemptOutcome):
    """What came of an attempt; the first that applies.

    Messages tell neither what a card counts, nor what a formula is worth, nor how the hand is
    solved.
    """

    UNREADABLE = "unreadable", -3.0, "No formula could be read in the reply."
    MISREAD_CARDS = (
        "misread_cards",
        -1.5,
        "The cards named in the reply are not the cards of the hand.",
    )
    ILLEGAL_FORMULA = (
        "illegal_formula",
        -3.0,
        "The formula is not legal: it may hold whole numbers, + - * / between them, matching "
        "brackets, and one = {target} at the end.",
    )
    WRONG_NUMBERS = (
        "wrong_numbers",
        -2.0,
        "The numbers of the formula are not those of the hand: use the value of every card "
        "exactly once and nothing else.",
    )
    WRONG_VALUE = (
        "wrong_value",
        -1.0,
        "The formula uses every card once, but it does not make {target}.",
    )
    CORRECT = "correct", 5.0, "The formula is correct."


OUTCOMES = tuple(Outcome)
"""The order in which outcomes are tried; an outcome's code is its index here plus one."""

OUTCOME_NAMES = names(Outcome)
"""Names by code; code 0, "none", stands for no attempt yet."""

Verdict: TypeAlias = outcomes.Verdict[Outcome]

_ILLEGAL, _NUMBERS = Outcome.ILLEGAL_FORMULA.code, Outcome.WRONG_NUMBERS.code
_VALUE, _CORRECT = Outcome.WRONG_VALUE.code, Outcome.CORRECT.code


def verify(formula: object, hand: HandLike, rule: RuleLike = "ten", target: int = 24) -> Verdict:
    """Judge a formula in exact arithmetic.

    Args:
        formula: what the player wrote, of any type, length and content. See
            `gp_env.notation.plain_formula` for what is read. A closing "= n", or an opening "n =",
            must state the target. Of a chain of equalities every link must be worth the target;
            the first one with the hand's numbers counts.
        hand: the cards, as ranks or a Hand.
        rule: what J, Q and K count.
        target: the number to make, 1 to 100.

    Returns:
        A verdict: illegal_formula, wrong_numbers, wrong_value (also for a division by zero) or
        correct. Nothing that `formula` may be raises.

    Raises:
        ValueError: for a hand, a rule or a target that the game does not have.
    """
    return verify_values(formula, Hand.parse(hand).values(rule), check_target(target))


def verify_values(formula: object, values: tuple[int, ...], target: int) -> Verdict:
    """Judge a formula as `verify` does.

    Args:
        formula: as for `verify`.
        values: what the cards of a hand count.
        target: of the game, from 1 to 100.
    """
    return Verdict.of(OUTCOMES[_judge(formula, values, target) - 1], target=target)


def _judge(formula: object, values: tuple[int, ...], target: int) -> int:
    expression = None
    if isinstance(formula, str):
        expression = scan(formula) or _read_other(formula, values, target)
    if expression is None or expression.stated not in (None, target):
        return _ILLEGAL
    # Counted first, so that a long formula is never taken apart, let alone worked out.
    if expression.count != len(values):
        return _NUMBERS
    return _judge_parts(*expression.parts(), sorted(values), target)


MAX_LINKS = 64
"""A chain of more equalities is illegal."""


def _read_other(formula: str, values: tuple[int, ...], target: int) -> Expression | None:
    """Read a formula in another notation, "n = formula", or the formula of a chain of equalities.

    A chain whose links are not all worth the target contradicts itself or states another target,
    and is illegal.
    """
    # Who plays with symbols needs nothing that reads notations.
    from gp_env.notation import plain_formula

    text = plain_formula(formula)
    expression = scan(text)
    if expression is not None or "=" not in text:
        return expression
    links = [scan(link) for link in text.split("=", MAX_LINKS)]
    if len(links) == 2 and links[0] is not None and links[0].marks == str(target).encode():
        return links[1]
    formulas = []
    for link in links:
        if link is None or link.count > MAX_CARDS:
            return None
        numbers, operators = link.parts()
        worth = evaluate(numbers, operators)
        if worth is None or worth[0] != target * worth[1]:
            return None
        formulas.append((sorted(numbers) == sorted(values), link.count > 1, link))
    return max(formulas, key=lambda formula: formula[:2])[2]


def _judge_parts(numbers: list[int], operators: list[int], values: list[int], target: int) -> int:
    if sorted(numbers) != values:
        return _NUMBERS
    value = evaluate(numbers, operators)
    return _CORRECT if value is not None and value[0] == target * value[1] else _VALUE


@lru_cache(maxsize=2**16)
def judge_tokens(formula: bytes, values: bytes, target: int) -> int:
    """Judge a formula of the token game; agrees with `verify`.

    Args:
        formula: token indices of a complete, grammatical formula without "=".
        values: what the cards count, sorted upwards.
        target: the number to make.

    Returns:
        The outcome's code: wrong_numbers, wrong_value or correct.
    """
    numbers, operators = token_parts(formula)
    return _judge_parts(numbers, operators, list(values), target)
