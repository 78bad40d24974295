"""Checks of the keywords of an environment: each returns the value or says what was expected."""

from __future__ import annotations

import math
import numbers
import operator
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")

MAX_COUNT = 10**9
"""Of what has no limit of its own, such as steps or a weight."""

MAX_ENVS = 10**6

_MAX_SHOWN = 200
"""Characters of a value in an error message."""


def shown(value: object) -> str:
    """Return a value as an error message shows it: its repr, cut in the middle where it is long."""
    try:
        text = repr(value)
    except Exception:
        # Of an integer of thousands of digits, or of lists nested too deep, there is no repr.
        return f"a value of type {type(value).__name__}"
    half = _MAX_SHOWN // 2
    return text if len(text) <= _MAX_SHOWN else f"{text[:half]}...{text[-half:]}"


def is_same(value: object, plain: str | float | None) -> bool:
    """Return whether a value of whatever type is this string, number or None."""
    # Arrays, among others, compare to something that is no truth value.
    return isinstance(value, (str, numbers.Number, type(None))) and bool(value == plain)


def one_of(keyword: str, value: T, choices: Iterable[str | None]) -> T:
    """Return one of the choices, strings or None, unchanged.

    Raises:
        ValueError: naming the keyword, what came and what was expected.
    """
    if not any(is_same(value, choice) for choice in choices):
        raise ValueError(
            f"{keyword}={shown(value)} is unknown: expected one of {', '.join(map(repr, choices))}."
        )
    return value


def in_range(keyword: str, value: Any, low: int, high: int) -> int:
    """Return an integer from low to high as int.

    Raises:
        ValueError: for anything else.
    """
    number = _integer(value)
    if number is None or not low <= number <= high:
        raise ValueError(f"{keyword} must be an integer from {low} to {high}; got {shown(value)}.")
    return number


def positive(keyword: str, value: Any) -> int:
    """Return an integer from 1 to `MAX_COUNT` as int.

    Raises:
        ValueError: for anything else.
    """
    number = _integer(value)
    if number is None or number < 1:
        raise ValueError(f"{keyword} must be an integer of at least 1; got {shown(value)}.")
    return in_range(keyword, number, 1, MAX_COUNT)


def check_num_envs(value: Any) -> int:
    """Return the keyword `num_envs` of a vector environment as int.

    Raises:
        ValueError: where it is not an integer from 1 to a million.
    """
    return in_range("num_envs", value, 1, MAX_ENVS)


def number(keyword: str, value: Any, low: float, high: float = MAX_COUNT) -> float:
    """Return a number from low to high, of any library, as float.

    Raises:
        ValueError: for anything else, NaN and truth values included.
    """
    real = isinstance(value, numbers.Real) and not isinstance(value, (bool, np.timedelta64))
    try:
        found = float(value) if real else math.nan
    except OverflowError:
        found = math.inf
    if not low <= found <= high:
        bounds = f"from {low:g} to {high:g}" if high < MAX_COUNT else f"of at least {low:g}"
        most = f" and at most {high:,}" if MAX_COUNT <= high < found else ""
        raise ValueError(f"{keyword} must be a number {bounds}{most}; got {shown(value)}.")
    return found


def parsed(keyword: str, value: object, parse: Callable[[Any], T]) -> T:
    """Return a value as a parser reads it, whose errors do not know for which keyword it is.

    Raises:
        ValueError: the parser's, behind the keyword.
    """
    try:
        return parse(value)
    except ValueError as error:
        raise ValueError(f"{keyword}: {error}") from None


def _integer(value: Any) -> int | None:
    """Return an integer of any library as int, None for anything else, truth values included."""
    try:
        return None if isinstance(value, (bool, np.bool_)) else operator.index(value)
    except TypeError:
        return None


def flag(keyword: str, value: Any) -> bool:
    """Return True or False, also NumPy's, as bool.

    Raises:
        ValueError: for anything else.
    """
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{keyword} must be True or False; got {shown(value)}.")
    return bool(value)


def only_with(needed: str, why: str, **given: tuple[object, str | float | None]) -> None:
    """Refuse keywords that only mean something beside another one.

    Args:
        needed: the other one, such as "images=True".
        why: a clause that says so.
        given: the value and the default of each.

    Raises:
        ValueError: naming those that have not their default.
    """
    idle = [name for name, (value, default) in given.items() if not is_same(value, default)]
    if idle:
        raise ValueError(
            f"{idle[0]}={shown(given[idle[0]][0])} needs {needed}: {why}. Leave "
            f"{' and '.join(idle)} out, or pass {needed}."
        )


def no_random(stated: object, random: str, keyword: str, rule: str) -> None:
    """Refuse a rule that is stated and random: who draws one states the one that is drawn.

    Args:
        stated: what came.
        random: stands for a random rule.
        keyword, rule: the keywords of the rules that are stated and that score.

    Raises:
        ValueError: naming both keywords.
    """
    if is_same(stated, random):
        raise ValueError(
            f"{keyword}={random!r} cannot be stated: name one rule. With {rule}={random!r} alone "
            f"the rule that is drawn is stated too; leave {keyword} out for that."
        )


def render_mode(shell: type, mode: str | None, modes: Iterable[str], elsewhere: str = "") -> None:
    """Refuse a render mode that an environment does not draw.

    Args:
        shell: the class of the environment.
        mode: what came.
        modes: those that there are.
        elsewhere: a sentence that says who draws others.

    Raises:
        ValueError: naming all that.
    """
    if not any(is_same(mode, one) for one in (*modes, None)):
        raise ValueError(
            f"{shell.__name__} has no render_mode={shown(mode)}: expected "
            f"{', '.join(map(repr, modes))} or None. {elsewhere}".rstrip()
        )
