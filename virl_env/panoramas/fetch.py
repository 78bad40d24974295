"""Fetches what lies at an address, patiently, and tells nobody the key that it asks with."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib import error, parse, request

from shiftgym.once import PortableLock
from shiftgym.sanitize import for_terminal

Read = TypeVar("Read")

MAX_BYTES = 16 * 2**20
"""Of an answer."""

MAX_WAIT = 60.0
"""Seconds between two tries, whatever a server asks for."""

_PASSING = frozenset({408, 425, 429})
"""Statuses below 500 that pass."""

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class AgainError(Exception):
    """An answer after which it is worth to ask again."""


class RefusedError(Exception):
    """An answer that another try would not change.

    Attributes:
        status: of HTTP.
    """

    def __init__(self, status: int, told: str) -> None:
        super().__init__(told)
        self.status = status


class Fetcher:
    """Asks one server, not too often, and again where a fault may pass.

    Args:
        per_second: requests at most.
        timeout: seconds for one try.
        retries: further tries after a fault that may pass.
        backoff: seconds before the second try, doubled before each further one; where a server says
            how long to wait, that counts.
    """

    def __init__(self, per_second: float, timeout: float, retries: int, backoff: float) -> None:
        self._gap = 1 / per_second
        self._timeout = timeout
        self._retries = retries
        self._backoff = backoff
        self._free = 0.0
        self._lock = PortableLock()
        self._opener = request.build_opener(_Stay)

    def fetch(
        self,
        url: str,
        asked: Mapping[str, str],
        secret: Mapping[str, str],
        read: Callable[[bytes], Read],
    ) -> Read:
        """Return what `read` makes of an answer.

        Args:
            url: without a query.
            asked: the query.
            secret: further members of the query, which no error shows.
            read: raises AgainError where the answer is none and may be one later.

        Raises:
            RefusedError: for a status below 500 that does not pass.
            ConnectionError: where there was no answer after all tries; it says why.
        """
        shown = f"{url}?{parse.urlencode(asked)}"
        wait, told = 0.0, ""
        for number in range(self._retries + 1):
            if number:
                time.sleep(min(MAX_WAIT, max(wait, self._backoff * 2 ** (number - 1))))
            self._take_turn()
            answer = self._once(f"{url}?{parse.urlencode({**asked, **secret})}")
            told, wait = _without(secret, answer.told), answer.wait
            if answer.body is not None:
                try:
                    return read(answer.body)
                except AgainError as fault:
                    told = _without(secret, str(fault))
            elif 0 < answer.status < 500 and answer.status not in _PASSING:
                raise RefusedError(answer.status, f"{shown} answered {told}")
        tries = f"{self._retries + 1} {'tries' if self._retries else 'try'}"
        raise ConnectionError(f"{shown} gave no answer in {tries}; at last: {told}.")

    def _take_turn(self) -> None:
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._free)
            self._free = turn + self._gap
        time.sleep(turn - now)

    def _once(self, url: str) -> _Answer:
        # What went wrong is returned and not raised: errors of urllib hold the address with its
        # key, and would hang on to whatever is raised while they are handled.
        try:
            return _Answer(200, self._read(url))
        except error.HTTPError as answer:
            with answer:
                wait = _seconds(answer.headers.get("Retry-After"))
                return _Answer(answer.code, None, f"{answer.code} {_start(answer)}".strip(), wait)
        except (AgainError, OSError, http.client.HTTPException) as fault:
            return _Answer(0, None, str(fault) or type(fault).__name__)

    def _read(self, url: str) -> bytes:
        until = time.monotonic() + self._timeout
        body = bytearray()
        with self._opener.open(url, timeout=self._timeout) as response:
            # In pieces, since the time-out of a socket is for each of them.
            while piece := response.read1(2**16):
                body += piece
                if len(body) > MAX_BYTES:
                    raise AgainError(f"more than {MAX_BYTES >> 20} MiB")
                if time.monotonic() > until:
                    raise TimeoutError("timed out")
            length = response.headers.get("Content-Length")
        if length is not None and length.isdigit() and len(body) < int(length):
            raise AgainError(f"{len(body)} of {length} bytes")
        return bytes(body)


@dataclass
class _Answer:
    """What came: a status of HTTP, or 0 where none came, and a body or what was said instead."""

    status: int
    body: bytes | None
    told: str = ""
    wait: float = 0.0


class _Stay(request.HTTPRedirectHandler):
    """Follows nobody elsewhere, where the key would go along."""

    def redirect_request(self, *_: Any) -> None:
        """Make an error of a redirection."""
        return None


def check_base_url(url: str) -> str:
    """Return an address to which a key may be sent, without a slash at its end.

    Raises:
        ValueError: where it is not of https (or of this machine), or holds a query or a password.
    """
    parts = parse.urlsplit(url)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not safe or not parts.hostname or parts.query or parts.fragment or parts.username:
        # The address itself may hold a secret, and is not shown.
        raise ValueError(
            "base_url must begin with https:// and hold no query and no password, since a key is "
            "sent to it; http:// is accepted for this machine only."
        )
    return url.rstrip("/")


def _start(answer: error.HTTPError) -> str:
    """Return the beginning of what stands in an error's answer."""
    try:
        said = " ".join(answer.read(400).decode("utf-8", "replace").split())
        return for_terminal(said[:200])
    except (OSError, http.client.HTTPException):
        return ""


def _without(secret: Mapping[str, str], text: str) -> str:
    for value in secret.values():
        for written in (value, parse.quote(value, safe=""), parse.quote_plus(value)):
            text = text.replace(written, "...")
    return text


def _seconds(retry_after: str | None) -> float:
    """Return the seconds that a server asks to wait, 0 where it does not say, or says a date."""
    return float(retry_after) if retry_after and retry_after.isdecimal() else 0.0
