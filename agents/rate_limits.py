"""Requests and tokens a minute: how long the next request has to wait for its turn."""

from __future__ import annotations

import time
from collections.abc import Callable

MINUTE = 60.0

_TOKENS_AT_FIRST = 1_000.0
"""What a request is taken to need before any has come back."""

_WEIGHT = 0.1
"""Of the latest reply in the running mean of tokens."""


class RateLimits:
    """Gives out turns so that limits of an endpoint are kept, in order and evenly spaced.

    What a request needs in tokens is known when it comes back. Until then it counts as much as
    those before it took on average, and the difference is made up for afterwards.

    Args:
        rpm: requests a minute; None for any number.
        tpm: tokens a minute, of prompts and replies together; None for any number.
        now: gives seconds of a clock.

    Raises:
        ValueError: a limit is not above 0.
    """

    def __init__(
        self,
        rpm: float | None = None,
        tpm: float | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        for name, limit in (("rpm", rpm), ("tpm", tpm)):
            if limit is not None and not limit > 0:
                raise ValueError(f"{name} must be above 0 a minute; got {limit!r}.")
        self._request_seconds = MINUTE / rpm if rpm else 0.0
        self._token_seconds = MINUTE / tpm if tpm else 0.0
        self._now = now
        self._tokens = _TOKENS_AT_FIRST
        self._next_request = self._next_tokens = now()

    def take_turn(self) -> float:
        """Return in how many seconds the next request may be sent; the turn is taken."""
        now = self._now()
        turn = max(now, self._next_request, self._next_tokens)
        self._next_request = turn + self._request_seconds
        self._next_tokens = max(now, self._next_tokens) + self._tokens * self._token_seconds
        return turn - now

    def came_back(self, tokens: int) -> None:
        """Note what a request took, prompt and reply together."""
        self._next_tokens += (tokens - self._tokens) * self._token_seconds
        self._tokens += _WEIGHT * (tokens - self._tokens)
