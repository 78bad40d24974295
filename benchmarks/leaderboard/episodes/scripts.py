"""Data in script tags, which pages opened from a file can load, as they can load no JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from shiftgym.sanitize import for_terminal

LONGEST = 4_000
"""Characters of a reply; what is longer is cut, and says so."""

MOST_BYTES = 120_000
"""Of a file, unless one episode has more."""


def script(path: str, value: Any) -> bytes:
    """Return a script that hands over plain data; nothing in it can end the script's element."""
    return f"shiftgym({plain(path)},{plain(value)});\n".encode("ascii")


def plain(value: Any) -> str:
    """Return JSON that is safe in a script, whether that stands in a page or in a file."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return text of others without control characters, and not too much of it."""
    more = len(text) - longest
    told = text[:longest] + (f"\n[... {more:,} more characters]" if more > 0 else "")
    return for_terminal(told, multiline=True)


def paged(items: Sequence[Any]) -> tuple[list[int], list[Sequence[Any]]]:
    """Return where pages of about equal size start, and their items."""
    starts, size = [0], 0
    for number, item in enumerate(items):
        own = len(plain(item)) + 1
        if size and size + own > MOST_BYTES:
            starts.append(number)
            size = 0
        size += own
    ends = [*starts[1:], len(items)]
    return starts, [items[start:end] for start, end in zip(starts, ends)]
