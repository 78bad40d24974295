"""What a person types in the terminal."""

from __future__ import annotations

from collections.abc import Callable


def typed(*lines: str) -> Callable[[str], str]:
    """Return an input function that types these lines and then ends the input."""
    waiting = iter(lines)

    def ask(_: str) -> str:
        try:
            return next(waiting)
        except StopIteration:
            raise EOFError from None

    return ask
