"""When a request is sent again, and how long to wait before that."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from email.utils import parsedate_to_datetime

FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0
"""Seconds before the first and the last of many retries, where the endpoint names no time."""

LONGEST_PAUSE = 1e9
"""Seconds, some thirty years; clocks have no infinity."""

Pause = Callable[[float], Awaitable[object]]
"""Waits for some seconds; a true result says that the request is to be given up."""


def is_passing(status: int, headers: Mapping[str, str]) -> bool:
    """Whether an error status may pass; the endpoint's own word on it holds."""
    told = headers.get("x-should-retry", "").lower()
    if told in ("true", "false"):
        return told == "true"
    return status in (408, 409, 429) or status >= 500


def wait_before_retry(
    retry: int, headers: Mapping[str, str], now: Callable[[], float] = time.time
) -> float:
    """Return the seconds to wait: what the endpoint asks for, or else longer each time.

    Args:
        retry: its number, from 0.
        headers: of the answer that failed, names in lower case; none where there was no answer.
        now: gives Unix time, which dates are compared with.
    """
    asked = _retry_after(headers, now)
    if asked is not None:
        return min(asked, LONGEST_PAUSE)
    wait = min(FIRST_WAIT * 2.0 ** min(retry, 30), LONGEST_WAIT)
    return wait * random.uniform(0.75, 1)


def longest_waits(retries: int) -> float:
    """Return the seconds that so many retries wait together where the endpoint names no time."""
    return sum(min(FIRST_WAIT * 2.0 ** min(retry, 30), LONGEST_WAIT) for retry in range(retries))


def _retry_after(headers: Mapping[str, str], now: Callable[[], float]) -> float | None:
    """Return the seconds that the headers ask for, None where they ask for none."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        told = headers.get(name)
        if told is None:
            continue
        try:
            seconds = float(told) * unit
        except ValueError:
            try:
                seconds = parsedate_to_datetime(told).timestamp() - now()
            except (ValueError, OverflowError):
                continue
        if math.isfinite(seconds):
            return max(seconds, 0.0)
    return None
