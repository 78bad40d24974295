"""All formulas without redundant brackets, and which of them make a target.

A formula is written with the fewest brackets that keep its structure, where + and * may be
regrouped: an operand is bracketed only if it binds looser than its operator, or if it is the right
operand of - or / and binds equally. So a+(b-c) is the same formula as a+b-c and is listed once, as
the latter, while a-(b+c) and a-b-c are two formulas. Formulas that differ in the order of the
numbers, such as a+b and b+a, are different ones.

For n numbers there is a fixed list of patterns, and a hand's formulas are the patterns filled with
each distinct order of its values. Patterns over the same stretch of numbers share their parts, so
all are evaluated together, from short stretches to long, in 64-bit integers: six values up to 19
keep numerators and denominators below 2**31.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import permutations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shiftgym.once import once

Integers = NDArray[np.int64]

_CHUNK = 2**17
"""About how many formulas are evaluated at a time: a megabyte an array."""


class Patterns(NamedTuple):
    """The patterns of n numbers, those whose outermost operator is + or - first.

    Attributes:
        texts: format strings with a %d for each number, such as "%d*(%d-%d)".
        additive: how many of them have + or - outermost.
        order: indices into texts, fewest brackets first, then as strings.
    """

    texts: tuple[str, ...]
    additive: int
    order: Integers

    @property
    def factors(self) -> slice:
        """The patterns that may stand to the right of * : what * would not regroup."""
        return slice(0, self.additive or 1)

    @property
    def terms(self) -> slice:
        """The patterns that may stand to the right of + : what + would not regroup."""
        return slice(self.additive, None)


@once()
def patterns(count: int) -> Patterns:
    """Return the patterns of `count` numbers: 1, 4, 28, 244, 2,380, 24,868 for 1 to 6."""
    if count == 1:
        return Patterns(("%d",), 0, np.zeros(1, dtype=np.int64))
    groups = []
    for operator in "+-*/":
        texts: list[str] = []
        for size in range(1, count):
            left, right = patterns(size), patterns(count - size)
            rights = range(len(right.texts))[_right(operator, right)]
            texts.extend(
                _written(left, i, operator, right, j)
                for i in range(len(left.texts))
                for j in rights
            )
        groups.append(texts)
    additive = len(groups[0]) + len(groups[1])
    joined = tuple(text for group in groups for text in group)
    order = sorted(range(len(joined)), key=lambda i: (joined[i].count("("), joined[i]))
    return Patterns(joined, additive, np.array(order))


def _right(operator: str, right: Patterns) -> slice:
    return {"+": right.terms, "*": right.factors}.get(operator, slice(None))


def _written(left: Patterns, i: int, operator: str, right: Patterns, j: int) -> str:
    first, second = left.texts[i], right.texts[j]
    if operator in "*/" and i < left.additive:
        first = f"({first})"
    looser = j < right.additive and operator != "+"
    if looser or (operator == "/" and len(right.texts) > 1):
        second = f"({second})"
    return first + operator + second


@lru_cache(maxsize=4096)
def orders(values: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Return the distinct orders of the values, sorted."""
    return tuple(sorted(set(permutations(values))))


def formula_count(values: tuple[int, ...]) -> int:
    """Return how many formulas without redundant brackets use each of the values once."""
    return len(orders(values)) * len(patterns(len(values)).texts)


def formula(values: tuple[int, ...], number: int) -> str:
    """Return a formula by its number in [0, formula_count(values)): orders first, then patterns."""
    listed = patterns(len(values))
    row, place = divmod(number, len(listed.order))
    text: str = listed.texts[listed.order[place]] % orders(values)[row]
    return text


def hits(values: tuple[int, ...], target: int) -> Iterator[Integers]:
    """Yield the numbers of the formulas that make the target, upwards, some at a time."""
    listed = patterns(len(values))
    step = max(1, _CHUNK // len(listed.texts))
    rows = np.array(orders(values), dtype=np.int64)
    for first in range(0, len(rows), step):
        tops, bottoms = _evaluate(rows[first : first + step].T)
        hit = (tops == target * bottoms) & (bottoms != 0)
        row, place = np.nonzero(hit[listed.order].T)
        yield (first + row) * len(listed.texts) + place


def _evaluate(values: Integers) -> tuple[Integers, Integers]:
    """Return the value of every pattern for values of shape (n, orders).

    Returns:
        Numerators and denominators of shape (patterns, orders); denominator 0: divides by zero.
    """
    ones = np.ones((1, values.shape[1]), dtype=np.int64)
    spans = {(i, i + 1): (row[None], ones) for i, row in enumerate(values)}
    for size in range(2, len(values) + 1):
        for start in range(len(values) - size + 1):
            spans[start, start + size] = _evaluate_span(spans, start, start + size)
    return spans[0, len(values)]


def _evaluate_span(
    spans: dict[tuple[int, int], tuple[Integers, Integers]], start: int, stop: int
) -> tuple[Integers, Integers]:
    width = spans[start, start + 1][0].shape[1]
    shape = (len(patterns(stop - start).texts), width)
    tops, bottoms = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
    done = 0
    for operator in "+-*/":
        for middle in range(start + 1, stop):
            kept = _right(operator, patterns(stop - middle))
            a, b = (part[:, None] for part in spans[start, middle])
            c, d = (part[None, kept] for part in spans[middle, stop])
            block = slice(done, done + a.shape[0] * c.shape[1])
            grid = (a.shape[0], c.shape[1], width)
            top, bottom = tops[block].reshape(grid), bottoms[block].reshape(grid)
            if operator == "/":
                np.multiply(a, d, out=top)
                # Over something that was itself over zero is not a number either.
                np.multiply(b, c * (d != 0), out=bottom)
            else:
                np.multiply(b, d, out=bottom)
                if operator == "*":
                    np.multiply(a, c, out=top)
                else:
                    np.multiply(a, d, out=top)
                    (np.add if operator == "+" else np.subtract)(top, c * b, out=top)
            done = block.stop
    return tops, bottoms
