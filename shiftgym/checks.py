"""Checks of the keywords of an environment: each returns the value or says what was expected."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

import numpy as np

MAX_PARTS = 1_000


def one_of(keyword: str, value: object, choices: Iterable[object]) -> None:
    """Refuse what is none of the choices.

    Raises:
        ValueError: naming the keyword, what came and what was expected.
    """
    if value not in tuple(choices):
        raise ValueError(
            f"{keyword}={value!r} is unknown: expected one of {', '.join(map(repr, choices))}."
        )


def in_range(keyword: str, value: Any, low: int, high: int) -> int:
    """Return an integer from low to high as int.

    Raises:
        ValueError: for anything else.
    """
    number = _integer(value)
    if number is None or not low <= number <= high:
        raise ValueError(f"{keyword} must be an integer from {low} to {high}; got {value!r}.")
    return number


def positive(keyword: str, value: Any) -> int:
    """Return an integer of at least 1 as int.

    Raises:
        ValueError: for anything else.
    """
    number = _integer(value)
    if number is None or number < 1:
        raise ValueError(f"{keyword} must be an integer of at least 1; got {value!r}.")
    return number


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
        raise ValueError(f"{keyword} must be True or False; got {value!r}.")
    return bool(value)


def fold(value: tuple[int, int]) -> tuple[int, int]:
    """Return the keyword `fold`, (k, n): of n parts, part k is test and part k + 1 validation.

    Raises:
        ValueError: for anything else.
    """
    try:
        k, n = value
        valid = int(k) == k and int(n) == n and 3 <= int(n) <= MAX_PARTS and 0 <= k < n
    except (TypeError, ValueError):
        valid = False
    if not valid:
        raise ValueError(
            f"fold is (k, n) with 3 to {MAX_PARTS} parts and 0 <= k < n: part k is the test split "
            f"and part k + 1 the validation split; got {value!r}. Pass, for example, (0, 5)."
        )
    return int(k), int(n)
