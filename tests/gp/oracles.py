"""Slow, plain ways to the same answers: fractions, Python's own parser, all trees of a hand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import permutations

Tree = int | tuple["Tree", str, "Tree"]

_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


def parse(text: str) -> Tree:
    """Parse a legal ASCII formula with Python's grammar, whose precedence is the game's."""
    return _from_ast(ast.parse(text, mode="eval").body)


def _from_ast(node: ast.expr) -> Tree:
    if isinstance(node, ast.BinOp):
        return _from_ast(node.left), _OPERATORS[type(node.op)], _from_ast(node.right)
    assert isinstance(node, ast.Constant)
    assert isinstance(node.value, int)
    return node.value


def value(tree: Tree) -> Fraction | None:
    """Return the value of a tree, None where it divides by zero."""
    if isinstance(tree, int):
        return Fraction(tree)
    left, operator, right = value(tree[0]), tree[1], value(tree[2])
    if left is None or right is None:
        return None
    if operator == "/":
        return left / right if right else None
    return {"+": left + right, "-": left - right, "*": left * right}[operator]


def trees(values: Sequence[int]) -> Iterator[Tree]:
    """Yield every tree over every order of the values, once."""
    for order in sorted(set(permutations(values))):
        yield from _trees(order)


@cache
def _trees(order: tuple[int, ...]) -> tuple[Tree, ...]:
    if len(order) == 1:
        return (order[0],)
    return tuple(
        (left, operator, right)
        for middle in range(1, len(order))
        for left in _trees(order[:middle])
        for right in _trees(order[middle:])
        for operator in "+-*/"
    )


def full_text(tree: Tree) -> str:
    """Write a tree with a pair of brackets around every operation."""
    if isinstance(tree, int):
        return str(tree)
    return f"({full_text(tree[0])}{tree[1]}{full_text(tree[2])})"


def without_redundant_brackets(text: str) -> str:
    """Remove every pair of brackets whose removal changes no value, whatever the numbers are.

    Pairs are tried one after another from the left until none can go. Whether one changes a value
    is tried out, with other numbers in the formula's places, not derived from rules of precedence.
    """
    pair = 0
    while (place := _nth(text, "(", pair)) >= 0:
        close = _matching(text, place)
        shorter = text[:place] + text[place + 1 : close] + text[close + 1 :]
        if _same_everywhere(text, shorter):
            text, pair = shorter, 0
        else:
            pair += 1
    return text


def _nth(text: str, mark: str, number: int) -> int:
    place = -1
    for _ in range(number + 1):
        place = text.find(mark, place + 1)
        if place < 0:
            break
    return place


def _matching(text: str, place: int) -> int:
    depth = 0
    for i in range(place, len(text)):
        depth += (text[i] == "(") - (text[i] == ")")
        if depth == 0:
            return i
    raise AssertionError(text)


def _same_everywhere(first: str, second: str) -> bool:
    first, second = (re.sub("[0-9]+", "#", text) for text in (first, second))
    return _pattern_value(first) == _pattern_value(second)


@cache
def _pattern_value(pattern: str) -> Fraction | None:
    """Return the value with primes far apart in the places: equal values mean equal functions."""
    for prime in (100_003, 1_009, 10_000_019, 11, 1_000_000_007, 101):
        pattern = pattern.replace("#", str(prime), 1)
    return value(parse(pattern))


def numbers(tree: Tree) -> list[int]:
    """Return the numbers of a tree from left to right."""
    if isinstance(tree, int):
        return [tree]
    return [*numbers(tree[0]), *numbers(tree[2])]


def parts(text: str) -> list[str]:
    """Return the numbers and the marks of a formula, in order."""
    return re.findall("[0-9]+|[^0-9]", text)
