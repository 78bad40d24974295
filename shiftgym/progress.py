"""What takes long says how far it is, through Python's logging; the libraries print nothing.

Command-line programs show it with `show_progress`. Others listen to the logger "shiftgym.progress"
at the level INFO, for example with `logging.basicConfig(level=logging.INFO)`.
"""

from __future__ import annotations

import logging
import sys
import time

EVERY = 2.0
"""Seconds from one message to the next, and before the first."""

_LOGGER = logging.getLogger("shiftgym.progress")


class Progress:
    """The progress of one task that may take long; silent where it does not.

    Args:
        what: is counted, such as "routes of rio claro".
        total: to be reached.
    """

    def __init__(self, what: str, total: int) -> None:
        self._what, self._total = what, total
        self._next = time.monotonic() + EVERY

    def reach(self, done: int) -> None:
        """Say how far it is, where nothing was said for a while."""
        if time.monotonic() >= self._next:
            _LOGGER.info("%s: %s of %s", self._what, f"{done:,}", f"{self._total:,}")
            self._next = time.monotonic() + EVERY


class _Shown(logging.Handler):
    """Prints messages on what is standard error at the time."""

    def emit(self, record: logging.LogRecord) -> None:
        print(record.getMessage(), file=sys.stderr)


def show_progress() -> None:
    """Show the progress of whatever takes long on standard error."""
    if not _LOGGER.handlers:
        _LOGGER.addHandler(_Shown())
        _LOGGER.setLevel(logging.INFO)
        _LOGGER.propagate = False
