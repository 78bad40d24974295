"""The way to an endpoint of chat completions: one request out, one answer back, as plain data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

CONNECT_WITHIN = 3.0
"""Seconds for the first connection, without the look-up of its name."""


class NoConnection(Exception):
    """Nothing came back that is an HTTP answer; the message says what happened."""


class TooLate(NoConnection):
    """The answer took longer than it may."""


@dataclass(frozen=True)
class Received:
    """An answer.

    Attributes:
        status: of HTTP.
        headers: by their names in lower case.
        text: its body.
    """

    status: int
    headers: Mapping[str, str]
    text: str

    def data(self) -> Any:
        """Return the body as plain data.

        Raises:
            ValueError: it is no JSON, or nested beyond measure.
        """
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            raise ValueError(f"no JSON but {self.text[:300]!r}") from None


class Connection:
    """Sends requests to one endpoint and keeps the connections open. Threads may share one.

    Args:
        base_url: of the endpoint, without a slash at its end.
        key: that is sent with each request.
        timeout: seconds without a sign of life after which a request is given up.
    """

    def __init__(self, base_url: str, key: str, timeout: float) -> None:
        self._client = httpx2.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {key}", "User-Agent": "shiftgym"},
            timeout=timeout,
            follow_redirects=True,
            limits=httpx2.Limits(),  # as many as are asked for at once
        )

    def post(self, path: str, body: Mapping[str, Any]) -> Received:
        """Send a body as JSON and return the answer, whatever its status.

        Raises:
            NoConnection: there is none.
            ValueError: the body cannot be sent as JSON.
        """
        try:
            response = self._client.post(path, json=body)
        except httpx2.TimeoutException as error:
            raise TooLate(str(error)) from error
        except httpx2.RequestError as error:
            raise NoConnection(str(error) or type(error).__name__) from error
        return Received(response.status_code, response.headers, response.text)

    def refusal(self) -> str | None:
        """Return why nobody accepts a connection, None where somebody does, whatever it answers."""
        try:
            self._client.get("/models", timeout=httpx2.Timeout(0.5, connect=CONNECT_WITHIN))
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
            return str(error) or f"nothing within {CONNECT_WITHIN:g} s"
        except httpx2.RequestError:  # a server that takes longer, or answers otherwise, is there
            pass
        return None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
