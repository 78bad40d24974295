"""Judges the working that a reply shows: are its steps true, and do they lead to the target?

`agents.gp.working` says how working is written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import combinations

_NUMBER = r"(?:\d{1,6}|\(\d{1,6}/\d{1,6}\))"
_ROW = rf"{_NUMBER}(?: {_NUMBER})*"
_head = re.compile(r"\s*(\d{1,6}(?: \d{1,6})*) > ([^|]*)$").fullmatch
_step = re.compile(rf"({_NUMBER})([-+*/])({_NUMBER})=({_NUMBER})(?: > ({_ROW}))?").fullmatch
_numbers = re.compile(_NUMBER).findall

Numbers = tuple[Fraction, ...]


@dataclass(frozen=True)
class Step:
    """A step as it is written.

    Attributes:
        true: whether its equation holds.
        drawn: whether both of its numbers are among what remained before it; and what remains after
            it, where that is written, is what does.
        left: what remains after it, in ascending order.
    """

    true: bool
    drawn: bool
    left: Numbers


@dataclass(frozen=True)
class Working:
    """The working of a reply.

    Attributes:
        values: the numbers that it says the cards count, as dealt.
        steps: in order; what cannot be read is a step that is neither true nor drawn.
    """

    values: tuple[int, ...]
    steps: tuple[Step, ...]


def read_working(reply: str) -> Working | None:
    """Return the working that a reply begins with; None where it shows none."""
    first, *others = reply.partition("{")[0].split("|")
    head = _head(first)
    if head is None:
        return None
    values = tuple(map(int, head[1].split()))
    left, steps = tuple(sorted(map(Fraction, values))), []
    for text in filter(None, map(str.strip, others)):
        steps.append(_read_step(text, left))
        left = steps[-1].left
    return Working(values, tuple(steps))


def _read_step(text: str, left: Numbers) -> Step:
    """Return a step from the numbers that are left before it."""
    parts = _step(text)
    if parts is None or (numbers := _fractions([parts[1], parts[3], parts[4]])) is None:
        return Step(False, False, left)
    a, b, result = numbers
    remaining, taken = Counter(left), Counter((a, b))
    drawn = taken <= remaining
    after = tuple(sorted([*(remaining - taken).elements(), result]))
    if parts[5] is not None:
        told = _fractions(_numbers(parts[5]))
        drawn = drawn and told is not None and tuple(sorted(told)) == after
    return Step(_results(a, b).get(parts[2]) == result, drawn, after)


def _fractions(texts: Sequence[str]) -> Numbers | None:
    """Return numbers as they are written; None where one divides by zero."""
    try:
        return tuple(Fraction(text.strip("()")) for text in texts)
    except ZeroDivisionError:
        return None


def _results(a: Fraction, b: Fraction) -> dict[str, Fraction]:
    return {"+": a + b, "*": a * b, "-": a - b, **({"/": a / b} if b else {})}


def is_a_way(step: Step, target: int) -> bool:
    """Whether the target can still be made after a step, which is true and drawn."""
    return step.true and step.drawn and reaches(step.left, target)


@lru_cache(maxsize=2**16)
def reaches(numbers: Numbers, target: int) -> bool:
    """Whether some formula makes the target with each number once.

    Args:
        numbers: up to four, in ascending order, fractions among them.
        target: the number to make.
    """
    if len(numbers) == 1:
        return numbers[0] == target
    for first, second in combinations(range(len(numbers)), 2):
        a, b = numbers[first], numbers[second]
        rest = [n for place, n in enumerate(numbers) if place not in (first, second)]
        # What a negative number makes, its opposite makes too: up to the sign, which is undone.
        made = {a + b, a * b, abs(a - b), *([a / b] if b else []), *([b / a] if a else [])}
        if any(reaches(tuple(sorted([*rest, value])), target) for value in made):
            return True
    return False
