"""Seals of the response log: what was received, bound to the model and the settings asked for.

Anybody can compute a seal, so it proves nothing about who wrote a reply. It shows that a line, or
what run.json says of model, sampling or versions, was edited or damaged after the reply came.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from benchmarks.replies import ReplyLine


def request_digest(model: str, sampling: Mapping[str, Any], versions: Mapping[str, str]) -> str:
    """Return 16 hexadecimal digits that change with what is asked for.

    Args:
        model: its name, as the endpoint is asked for it.
        sampling: settings of the request, plain data.
        versions: of the packages of the session.
    """
    asked = {"model": model, "sampling": sampling, "versions": versions}
    return _short(json.dumps(asked, sort_keys=True))


def sealed(line: ReplyLine, request: str) -> ReplyLine:
    """Return a line with its seal; `request` is a `request_digest`."""
    return line.model_copy(update={"seal": seal(line, request)})


def seal(line: ReplyLine, request: str) -> str:
    """Return the seal that a line has where it came of a request."""
    return seal_of(unsealed(line), request)


def unsealed(line: ReplyLine) -> str:
    """Return a line as JSON without its seal."""
    return line.model_dump_json(exclude_none=True, exclude={"seal"})


def seal_of(told: str, request: str) -> str:
    """Return the seal of what is told, a line without one, where it came of a request."""
    return _short(f"{request}\n{told}")


def written(told: str, seal: str) -> bytes:
    """Return a line of the response log: what is told, with its seal at the end."""
    return f'{told[:-1]},"seal":"{seal}"}}\n'.encode()


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
