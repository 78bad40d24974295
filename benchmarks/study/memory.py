"""What a job's process holds of the machine's memory."""

from __future__ import annotations

import ctypes
import re
from pathlib import Path


def peak_memory() -> int | None:
    """Return the most bytes that this process has held, None where the system does not tell.

    Linux alone does: what `resource` tells elsewhere begins with the peak of the parent process.
    """
    try:
        told = Path("/proc/self/status").read_text()
    except OSError:
        return None
    found = re.search(r"^VmHWM:\s*(\d+) kB$", told, re.MULTILINE)
    return None if found is None else 1024 * int(found[1])


def give_back_memory() -> None:
    """Give the system what was freed and lies between what is still used; with glibc alone.

    Kept pictures lie between the arrays of rollouts and networks, so what these leave is seldom at
    an end, and a job of streets grew by a gigabyte.
    """
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):  # not glibc
        return
