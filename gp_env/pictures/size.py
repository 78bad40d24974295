"""How large a picture may be; in a file of its own, for those who see symbols draw nothing."""

from __future__ import annotations

from shiftgym.checks import in_range

MIN_SIZE, MAX_SIZE, DEFAULT_SIZE = 32, 1200, 84
"""Side of a picture, pixels."""


def check_size(size: int) -> int:
    """Return the side of a picture.

    Raises:
        ValueError: for one that is not 32 to 1200 pixels.
    """
    return in_range("image_size", size, MIN_SIZE, MAX_SIZE)
