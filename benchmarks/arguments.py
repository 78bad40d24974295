"""Options of commands that are read from text."""

from __future__ import annotations

import json
from typing import Any


def names(text: str | None) -> list[str]:
    """Return names that are split by commas."""
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def json_object(text: str, option: str) -> dict[str, Any]:
    """Return the JSON object of an option.

    Raises:
        ValueError: the text is none.
    """
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ValueError(f"{option} must be a JSON object like '{{\"name\": 20}}'; got {text}")
    return value
