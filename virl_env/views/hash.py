"""Numbers out of whole numbers, the same wherever they are met: what is drawn where."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def mixed(*numbers: NDArray[np.generic]) -> NDArray[np.uint32]:
    """Return a hash of whole numbers, arrays of one shape."""
    number_of = np.uint32(2166136261)
    for number in numbers:
        whole = np.asarray(number).astype(np.int64).astype(np.uint32)
        number_of = (number_of ^ whole) * np.uint32(16777619)
        number_of = number_of ^ (number_of >> np.uint32(15))
    number_of = number_of * np.uint32(0x2C1B3C6D)
    result: NDArray[np.uint32] = number_of ^ (number_of >> np.uint32(12))
    return result
