"""Formulas: how they are read and what they are worth, in exact arithmetic and never with `eval`.

A formula is numbers joined by + - * / with brackets, nothing else. Reading takes time linear in the
length and no recursion, because what is read is whatever a model wrote. Strings and the token game
meet in one form, numbers and operators with their bracket depth, and so in one evaluator.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np

from gp_env.rules import MAX_VALUE

TOKENS = (*map(str, range(1, MAX_VALUE + 1)), "+", "-", "*", "/", "(", ")", "=")
"""The 26 tokens of the token game. A token's index here is its action; number n is token n - 1."""

PLUS, MINUS, TIMES, OVER, OPEN, CLOSE, EQUALS = range(MAX_VALUE, len(TOKENS))

MAX_DIGITS = 40
"""The longest number that a formula may hold; a longer one makes the formula illegal."""

Value: TypeAlias = tuple[int, int]
"""An exact rational: numerator and denominator, not reduced; the denominator is never 0."""

_TOKEN_INDEX = {token.encode(): index for index, token in enumerate(TOKENS)}
_DEPTH = 4
"""An operator's code is 4 * bracket depth + (0, 1, 2, 3 for + - * /); half of it is its rank."""

_UNICODE = {
    **dict.fromkeys("×·∙⋅∗✕＊", "*"),
    **dict.fromkeys("÷∕⁄／", "/"),
    **dict.fromkeys("−–－", "-"),
    "＋": "+",
    "（": "(",
    "）": ")",
    "＝": "=",
    **dict.fromkeys("\u200b\u2060\ufeff", " "),
}
_SPACES = bytes(code for code in range(128) if chr(code).isspace())
_JUXTAPOSED = re.compile(rb"[0-9][%b]+[0-9]" % _SPACES)
_NUMBER = rb"(?:0|[1-9][0-9]{0,%d})" % (MAX_DIGITS - 1)
_TERM = rb"\(*" + _NUMBER + rb"\)*"
# Neighbouring pieces share no character: there is one way to match, and failing takes linear time.
_FORMULA = re.compile(rb"(%b(?:[-+*/]%b)*)(?:=(%b))?" % (_TERM, _TERM, _NUMBER))
_RUNS = re.compile(rb"[0-9]+|\(+|\)+|[-+*/]")
_MARKS = re.compile(rb"[0-9]+|[-+*/()=]")


@dataclass(frozen=True)
class Expression:
    """A formula of legal grammar.

    Attributes:
        marks: its characters in plain ASCII, without spaces and without a closing "= number".
        stated: the number after a closing "=", None without one.
    """

    marks: bytes
    stated: int | None = None

    @property
    def count(self) -> int:
        """How many numbers the formula holds; cheap at any length, unlike `parts`."""
        return len(self.marks.translate(None, b"0123456789()")) + 1

    def parts(self) -> tuple[list[int], list[int]]:
        """Return the numbers and the operator codes between them, as `evaluate` takes them."""
        numbers: list[int] = []
        operators: list[int] = []
        depth = 0
        for run in _RUNS.findall(self.marks):
            if run.isdigit():
                numbers.append(int(run))
            elif run[:1] == b"(":
                depth += _DEPTH * len(run)
            elif run[:1] == b")":
                depth -= _DEPTH * len(run)
            else:
                operators.append(depth + _TOKEN_INDEX[run] - PLUS)
        return numbers, operators


def scan(text: str) -> Expression | None:
    """Read a formula, or return None where its grammar is illegal.

    Read as well: × · ÷ − – and full-width marks for their ASCII forms, between marks whatever
    `str.isspace` calls a space, brackets to any depth, and one closing "= number". Illegal: a sign
    before a number, powers, decimals, leading zeros ("08"; a lone "0" is a number), digits other
    than 0-9, numbers of more than MAX_DIGITS digits, two numbers or brackets side by side
    ("2 (3)", "7 24"), any other character, and the empty formula.
    """
    return _remembered(text) if len(text) <= _SHORT else _scan(text)


def _scan(text: str) -> Expression | None:
    if not text.isascii():
        for mark, plain in _UNICODE.items():
            text = text.replace(mark, plain)
        text = " ".join(text.split())
        if not text.isascii():
            return None
    data = text.encode()
    joined = data.translate(None, _SPACES)
    if len(joined) < len(data) and _JUXTAPOSED.search(data):
        return None
    match = _FORMULA.fullmatch(joined)
    if match is None:
        return None
    marks, stated = match.groups()
    if not _balanced(marks):
        return None
    return Expression(marks, None if stated is None else int(stated))


_SHORT = 200
"""Characters of the longest formula that is remembered: that of a reply is read three times."""

_remembered = lru_cache(maxsize=256)(_scan)


def _balanced(marks: bytes) -> bool:
    brackets = marks.translate(None, b"0123456789+-*/")
    if not brackets:
        return True
    # "(" is 40 and ")" is 41: 1 and -1.
    depth = np.cumsum(81 - 2 * np.frombuffer(brackets, np.uint8).astype(np.int64))
    return bool(depth[-1] == 0 and depth.min() >= 0)


def token_parts(tokens: bytes) -> tuple[list[int], list[int]]:
    """Return the numbers and operator codes of a grammatical token sequence without "="."""
    numbers: list[int] = []
    operators: list[int] = []
    depth = -PLUS
    for token in tokens:
        if token < PLUS:
            numbers.append(token + 1)
        elif token < OPEN:
            operators.append(depth + token)
        elif token == OPEN:
            depth += _DEPTH
        else:
            depth -= _DEPTH
    return numbers, operators


def to_tokens(formula: str) -> bytes:
    """Return the token indices of an ASCII formula whose numbers are from 1 to 19, as bytes.

    Raises:
        KeyError: for a number that is no token.
    """
    return bytes(_TOKEN_INDEX[mark] for mark in _MARKS.findall(formula.encode()))


def evaluate(numbers: Sequence[int], operators: Sequence[int]) -> Value | None:
    """Return the exact value of a formula, or None where it divides by zero.

    Args:
        numbers: its numbers from left to right. Meant for a hand's: the fractions are not reduced,
            so the cost would grow with the square of a long formula's length.
        operators: one code fewer, 4 * bracket depth + (0, 1, 2, 3 for + - * /). A deeper operator
            binds tighter; of equals the left one goes first.
    """
    tops = [numbers[0]]
    bottoms = [1]
    waiting: list[int] = []
    # The last operator ranks below all others, so it makes every waiting one go.
    for operator, number in zip((*operators, -1), (*numbers[1:], 0)):
        rank = operator >> 1
        while waiting and waiting[-1] >> 1 >= rank:
            kind = waiting.pop() & 3
            top, bottom = tops.pop(), bottoms.pop()
            if kind == 0:
                tops[-1] = tops[-1] * bottom + top * bottoms[-1]
                bottoms[-1] *= bottom
            elif kind == 1:
                tops[-1] = tops[-1] * bottom - top * bottoms[-1]
                bottoms[-1] *= bottom
            elif kind == 2:
                tops[-1] *= top
                bottoms[-1] *= bottom
            elif top == 0:
                return None
            else:
                tops[-1] *= bottom
                bottoms[-1] *= top
        waiting.append(operator)
        tops.append(number)
        bottoms.append(1)
    return tops[0], bottoms[0]
