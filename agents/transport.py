"""How requests are sent: with aiohttp, whose answers are read as plain data.

A server may send without end, and hundreds of answers come at once: of each some megabytes are read
at most. Proxies are those of the environment, as for most programs (HTTPS_PROXY, NO_PROXY, ...).

Imported where the first request is about to be made: aiohttp takes a while.
"""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp

MOST_BYTES = 4_000_000
"""Of an answer, some 130,000 tokens and their thoughts several times over."""

CONNECT_WITHIN = 3.0
REACH_WITHIN = 4.0
"""Seconds for the first connection, and for that with the look-up of its name."""


class TooLong(Exception):
    """An answer that is longer than `MOST_BYTES`; the rest was not read."""

    def __init__(self) -> None:
        super().__init__(f"the answer is longer than {MOST_BYTES / 1e6:g} MB and was not read")


class NoConnection(Exception):
    """No answer came; the message is "" where the time was over."""


class ErrorStatus(Exception):
    """An answer with an error status.

    Args:
        status: of 300 or more; a redirection is not followed.
        reason: in the server's words.
        headers: of the answer, found by their names in lower case.
        data: what it holds.

    Attributes:
        status, headers: as given.
        body: plain data, or text where it is no JSON.
    """

    def __init__(self, status: int, reason: str, headers: Mapping[str, str], data: bytes) -> None:
        self.status = status
        self.headers = headers
        try:
            self.body: Any = json.loads(data)
        except (ValueError, RecursionError):
            self.body = data.decode("utf-8", "replace")
        error = self.body.get("error") if isinstance(self.body, dict) else None
        told = error.get("message") if isinstance(error, dict) else error
        super().__init__(str(told or self.body or reason))


class Transport:
    """Sends chats to one endpoint. Used in one event loop.

    Args:
        base_url: without a slash at its end.
        key: "none" where there is none.
        timeout: seconds without a byte of the answer.

    Raises:
        ValueError: the environment names a proxy that is none of HTTP.
    """

    def __init__(self, base_url: str, key: str, timeout: float) -> None:
        self._base_url = base_url
        self._headers = {
            "Authorization": f"Bearer {key}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "User-Agent": "shiftgym",
        }
        self._timeout = aiohttp.ClientTimeout(sock_connect=timeout, sock_read=timeout)
        self._proxy = _proxy(base_url)
        self._made: aiohttp.ClientSession | None = None

    async def post(self, body: Mapping[str, Any]) -> Any:
        """Send one request of chat completions and return the answer, plain data.

        Raises:
            NoConnection, ErrorStatus, TooLong: as they say.
            ValueError, RecursionError: the answer cannot be read.
        """
        asking = self._session().post(
            f"{self._base_url}/chat/completions",
            data=_as_json(body).encode(),
            proxy=self._proxy,
            allow_redirects=False,
        )
        try:
            async with asking as response:
                answer = await _read(response)
        except asyncio.TimeoutError:
            raise NoConnection from None
        except aiohttp.ServerDisconnectedError:
            raise NoConnection("closed without an answer") from None
        except aiohttp.ClientError as error:
            raise NoConnection(str(error) or type(error).__name__) from None
        if response.status >= 300:
            reason = response.reason or ""
            raise ErrorStatus(response.status, reason, response.headers, answer)
        try:
            return json.loads(answer)
        except ValueError as error:
            # Such as a page of a proxy: its beginning says more than the parser does.
            begin = answer[:100].decode("utf-8", "replace")
            raise ValueError(f"it begins with {begin!r} and is no JSON: {error}") from None

    async def reach(self) -> str:
        """Return why no connection comes about, "" where one does; whatever is answered is enough.

        Takes a few seconds at most.
        """
        limits = aiohttp.ClientTimeout(REACH_WITHIN, sock_connect=CONNECT_WITHIN, sock_read=0.5)
        url = f"{self._base_url}/models"
        try:
            async with self._session().get(
                url, proxy=self._proxy, allow_redirects=False, timeout=limits
            ):
                return ""
        except aiohttp.ConnectionTimeoutError:
            return f"nothing within {CONNECT_WITHIN:g} s"
        except (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError) as error:
            return f"{error}, the proxy that the environment names" if self._proxy else str(error)
        except aiohttp.ClientError:
            return ""  # a server that takes longer to answer, or answers nonsense, is there
        except asyncio.TimeoutError:
            return f"nothing within {REACH_WITHIN:g} s"

    async def close(self) -> None:
        """Close the connections."""
        if self._made is not None:
            await self._made.close()

    def _session(self) -> aiohttp.ClientSession:
        """Return the connections, which are made in the event loop that they belong to."""
        if self._made is None:
            self._made = aiohttp.ClientSession(
                # As many at once as are asked for.
                connector=aiohttp.TCPConnector(limit=0, ssl=_certificates()),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=self._headers,
                timeout=self._timeout,
                # Packed answers are refused: what they unpack to has no bound.
                auto_decompress=False,
            )
        return self._made


_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """Return what an answer holds; of an error only the beginning, which is what counts.

    Raises:
        TooLong: it has more than `MOST_BYTES`.
        ValueError: it is compressed, which it was not asked to be.
    """
    encoding = response.headers.get("content-encoding", "identity")
    if encoding.strip().lower() not in ("", "identity"):
        raise ValueError(f"it is compressed ({encoding}), unasked")
    failed = response.status >= 300
    if not failed and (response.content_length or 0) > MOST_BYTES:
        raise TooLong
    data = bytearray()
    async for part in response.content.iter_any():
        if len(data) + len(part) > MOST_BYTES:
            if failed:
                break
            raise TooLong
        data += part
    return bytes(data)


def _proxy(url: str) -> str | None:
    """Return the proxy that the environment names for a URL, None for none.

    Raises:
        ValueError: it is none of HTTP.
    """
    parts, proxies = urlsplit(url), getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all")
    if not found or proxy_bypass(parts.hostname or ""):
        return None
    kind, named, _ = found.rpartition("://")
    if named and kind.lower() not in ("http", "https"):
        # Its address is not quoted: there may be a password in it.
        raise ValueError(
            f"The environment names a proxy of the kind {kind}:// for {url}; expected http://. "
            f"Name one of those by HTTP_PROXY and HTTPS_PROXY, or hosts that need none by NO_PROXY."
        )
    return found if named else f"http://{found}"


def _certificates() -> ssl.SSLContext | bool:
    """Return whom to trust: those whom the system trusts, or the environment names."""
    named = os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")
    if named or sys.platform not in ("darwin", "win32"):
        return True
    # Elsewhere Python knows where the certificates of the system lie.
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
