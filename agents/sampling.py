"""How the replies of a model behind an endpoint are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shiftgym.checks import positive

RESERVED = ("messages", "model", "n", "stream")
"""Fields of a request that `Sampling.extra` cannot set: another reply would come of them."""


@dataclass(frozen=True)
class Sampling:
    """How replies are drawn. What is None is not sent: the endpoint's own default holds.

    Attributes:
        temperature: 0 is greedy.
        top_p: in (0, 1].
        max_tokens: the longest reply, in tokens; a longer one is cut.
        seed: for endpoints that take one; few promise equal replies.
        extra: more fields of the request's body, plain data, as the endpoint names them.

    Raises:
        ValueError: for a number out of its range, and where `extra` sets a field that is set
            otherwise.
    """

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, low, high in (("temperature", 0, 1e6), ("top_p", 0, 1)):
            value = getattr(self, name)
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if value is not None and not (number and low <= value <= high):
                raise ValueError(f"{name} must be a number from {low} to {high:g}; got {value!r}.")
        if self.max_tokens is not None:
            positive("max_tokens", self.max_tokens)
        taken = [name for name in self.extra if name in (*RESERVED, *self.settings())]
        if taken:
            raise ValueError(
                f"The extra body sets {', '.join(taken)}, which is set otherwise. Leave it out."
            )

    def settings(self) -> dict[str, Any]:
        """Return the settings that are sent, `extra` apart."""
        named = ("temperature", "top_p", "max_tokens", "seed")
        return {name: value for name in named if (value := getattr(self, name)) is not None}

    def plain(self) -> dict[str, Any]:
        """Return all that is sent, as plain data for a record."""
        return {**self.settings(), **self.extra}
