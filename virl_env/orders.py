"""Every order of a few things, as tables: one draw picks one evenly."""

from __future__ import annotations

from functools import cache
from itertools import permutations

import numpy as np
from numpy.typing import NDArray


@cache
def orders(count: int) -> NDArray[np.uint8]:
    """Return every order of 0 to count - 1, the identity first: uint8 of shape (count!, count)."""
    return np.array(list(permutations(range(count))), dtype=np.uint8)


@cache
def inverses(count: int) -> NDArray[np.uint8]:
    """Return the inverse of each of `orders(count)`, in the same shape."""
    return orders(count).argsort(axis=1).astype(np.uint8)
