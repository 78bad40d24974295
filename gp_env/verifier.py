"""What an attempt is worth: one outcome, the first that applies, and one table of rewards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from types import MappingProxyType

from gp_env.arithmetic import Expression, evaluate, scan, token_parts
from gp_env.config import check_target
from gp_env.deck import MAX_CARDS, Hand, HandLike
from gp_env.notation import plain_formula
from gp_env.rules import RuleLike


class Outcome(str, Enum):
    """What came of an attempt; the first that applies, read from unreadable upwards."""

    CORRECT = "correct"
    WRONG_VALUE = "wrong_value"
    WRONG_NUMBERS = "wrong_numbers"
    MISREAD_CARDS = "misread_cards"
    ILLEGAL_FORMULA = "illegal_formula"
    UNREADABLE = "unreadable"

    def __str__(self) -> str:
        return str(self.value)

    @property
    def code(self) -> int:
        """The outcome's number in observations, 1 (unreadable) to 6 (correct)."""
        return OUTCOMES.index(self) + 1


OUTCOMES = (
    Outcome.UNREADABLE,
    Outcome.MISREAD_CARDS,
    Outcome.ILLEGAL_FORMULA,
    Outcome.WRONG_NUMBERS,
    Outcome.WRONG_VALUE,
    Outcome.CORRECT,
)
"""The order in which outcomes are tried; an outcome's code is its index here plus one."""

OUTCOME_NAMES = ("none", *(outcome.value for outcome in OUTCOMES))
"""Names by code; code 0, "none", stands for no attempt yet."""

REWARDS: Mapping[Outcome, float] = MappingProxyType(
    {
        Outcome.UNREADABLE: -3.0,
        Outcome.MISREAD_CARDS: -1.5,
        Outcome.ILLEGAL_FORMULA: -3.0,
        Outcome.WRONG_NUMBERS: -2.0,
        Outcome.WRONG_VALUE: -1.0,
        Outcome.CORRECT: 5.0,
    }
)

MESSAGES: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.UNREADABLE: "No formula could be read in the reply.",
        Outcome.MISREAD_CARDS: "The cards named in the reply are not the cards of the hand.",
        Outcome.ILLEGAL_FORMULA: (
            "The formula is not legal: it may hold whole numbers, + - * / between them, matching "
            "brackets, and one = {target} at the end."
        ),
        Outcome.WRONG_NUMBERS: (
            "The numbers of the formula are not those of the hand: use the value of every card "
            "exactly once and nothing else."
        ),
        Outcome.WRONG_VALUE: "The formula uses every card once, but it does not make {target}.",
        Outcome.CORRECT: "The formula is correct.",
    }
)
"""Messages fit to be shown to the player: they tell neither what a card counts, nor what a formula
is worth, nor how the hand is solved."""

_ILLEGAL, _NUMBERS, _VALUE, _CORRECT = (
    outcome.code
    for outcome in (
        Outcome.ILLEGAL_FORMULA,
        Outcome.WRONG_NUMBERS,
        Outcome.WRONG_VALUE,
        Outcome.CORRECT,
    )
)


@dataclass(frozen=True)
class Verdict:
    """The judgement of one attempt.

    Attributes:
        outcome: what came of it.
        reward: the outcome's reward, from REWARDS.
        message: a sentence fit to be shown to the player.
    """

    outcome: Outcome
    reward: float
    message: str

    @classmethod
    def of(cls, outcome: Outcome, target: int = 24) -> Verdict:
        """Return the verdict that goes with an outcome."""
        return cls(outcome, REWARDS[outcome], MESSAGES[outcome].format(target=target))


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
    target = check_target(target)
    values = Hand.parse(hand).values(rule)
    return Verdict.of(OUTCOMES[_judge(formula, values, target) - 1], target)


def _judge(formula: object, values: tuple[int, ...], target: int) -> int:
    expression = None
    if isinstance(formula, str):
        expression = scan(formula) or _read_other(plain_formula(formula), values, target)
    if expression is None or expression.stated not in (None, target):
        return _ILLEGAL
    # Counted first, so that a long formula is never taken apart, let alone worked out.
    if expression.count != len(values):
        return _NUMBERS
    return _judge_parts(*expression.parts(), sorted(values), target)


MAX_LINKS = 64
"""A chain of more equalities is illegal."""


def _read_other(text: str, values: tuple[int, ...], target: int) -> Expression | None:
    """Read a formula in its plain form, "n = formula", or the formula of a chain of equalities.

    A chain whose links are not all worth the target contradicts itself or states another target,
    and is illegal.
    """
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
