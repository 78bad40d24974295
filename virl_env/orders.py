"""Every order of a few things, as tables: one draw picks one evenly."""

from __future__ import annotations

from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from shiftgym.once import once


@once()
def orders(count: int) -> NDArray[np.uint8]:
    """Return every order of 0 to count - 1, the identity first: uint8 of shape (count!, count)."""
    return read_only(np.array(list(permutations(range(count))), dtype=np.uint8))


@once()
def inverses(count: int) -> NDArray[np.uint8]:
    """Return the inverse of each of `orders(count)`, in the same shape."""
    return read_only(orders(count).argsort(axis=1).astype(np.uint8))


def read_only(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return an array that is shared, which nobody may write to."""
    array.flags.writeable = False
    return array
