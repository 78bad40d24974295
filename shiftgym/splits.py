"""Splits: which parts of all hands or routes are for training, for validation and for test."""

from __future__ import annotations

from typing import Any

import numpy as np

from shiftgym.checks import in_range, shown

SPLITS = ("train", "validation", "test")

DEFAULT_FOLD = (0, 5)

MAX_PARTS = 1_000


def check_fold(value: Any) -> tuple[int, ...]:
    """Return the keyword `fold`, (k, n) or (k, n, v), as a tuple of int.

    Of n parts, part k is the test split and part v the validation split, k + 1 (mod n) where v is
    left out; all others are the training split.

    Raises:
        ValueError: for anything else.
    """
    try:
        # Sets and mappings have a length, too, and would be unpacked in any order.
        if not isinstance(value, (tuple, list, np.ndarray)) or len(value) not in (2, 3):
            raise ValueError
        k, n, *validation = value
        n = in_range("n", n, 3, MAX_PARTS)
        k = in_range("k", k, 0, n - 1)
        if not validation:
            return k, n
        v = in_range("v", validation[0], 0, n - 1)
        if v == k:
            raise ValueError
        return k, n, v
    except (TypeError, ValueError):
        raise ValueError(
            f"fold is (k, n) or (k, n, v) with 3 to {MAX_PARTS} parts, 0 <= k < n, 0 <= v < n and "
            f"v != k: part k is the test split, and part v the validation split, k + 1 without v; "
            f"got {shown(value)}. Pass, for example, (0, 5) or (0, 7, 6)."
        ) from None


def parts_of(split: str, fold: tuple[int, ...]) -> tuple[int, ...]:
    """Return the parts that a split has, in ascending order.

    Args:
        split: one of `SPLITS`.
        fold: (k, n) or (k, n, v), checked.
    """
    k, n = fold[:2]
    v = fold[2] if len(fold) == 3 else (k + 1) % n
    train = tuple(part for part in range(n) if part not in (k, v))
    return dict(zip(SPLITS, (train, (v,), (k,))))[split]
