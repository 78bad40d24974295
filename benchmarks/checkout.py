"""Commands of the checkout alone: they train agents or measure the repository itself."""

from __future__ import annotations

IN_CHECKOUT = __package__ == "benchmarks"
"""Whether this is a checkout; in the wheel the package has another name."""


def only_in_checkout(command: str) -> None:
    """Let a command pass in a checkout.

    Raises:
        ValueError: this is the wheel.
    """
    if not IN_CHECKOUT:
        raise ValueError(
            f"`{command}` runs in a checkout of the repository only: python -m benchmarks {command}"
        )
