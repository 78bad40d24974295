"""The HTTP client below the openai package's: which one, and how much of an answer it reads.

A server may send without end, and hundreds of answers come at once. Imported where the first
request is about to be made: the libraries take a while.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import openai

TransportError: type[Exception]
"""What the HTTP client raises where the openai package does not make an error of its own of it."""

try:
    from aiohttp import ClientError as TransportError
except ImportError:
    # Without the extra's aiohttp a request takes twice the processor time, and works as well.
    TransportError = httpx2.HTTPError
    _HttpClient = openai.DefaultAsyncHttpxClient
else:
    _HttpClient = openai.DefaultAioHttpClient

MOST_BYTES = 4_000_000
"""Of an answer, some 130,000 tokens and their thoughts several times over."""


class TooLong(Exception):
    """An answer that is longer than `MOST_BYTES`; the rest was not read."""

    def __init__(self) -> None:
        super().__init__(f"the answer is longer than {MOST_BYTES / 1e6:g} MB and was not read")


def http_client() -> httpx2.AsyncClient:
    """Return a client that asks for uncompressed answers and reads `MOST_BYTES` of each."""
    return _HttpClient(
        headers={"Accept-Encoding": "identity"}, event_hooks={"response": [_limit_answer]}
    )


def was_closed(error: openai.APITimeoutError) -> bool:
    """Whether a connection was closed without an answer, a time-out too to aiohttp's transport."""
    cause = error.__cause__.__cause__ if error.__cause__ is not None else None
    return type(cause).__name__ == "ServerDisconnectedError"


async def _limit_answer(response: httpx2.Response) -> None:
    """Let no more of an answer be read.

    Of what is said about an error only the beginning counts, so that is cut.

    Raises:
        TooLong: the headers tell so.
        ValueError: it is compressed, which it was not asked to be: what it unpacks to
            has no bound.
    """
    encoding = response.headers.get("content-encoding", "identity")
    if encoding.strip().lower() not in ("", "identity"):
        raise ValueError(f"it is compressed ({encoding}), unasked")
    cut = response.status_code >= 400
    length = response.headers.get("content-length", "")
    if not cut and length.isdecimal() and int(length) > MOST_BYTES:
        raise TooLong
    stream = response.stream
    assert isinstance(stream, httpx2.AsyncByteStream)
    response.stream = _Limited(stream, cut=cut)


class _Limited(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, *, cut: bool) -> None:
        self._stream = stream
        self._cut = cut

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MOST_BYTES
        async for chunk in self._stream:
            left -= len(chunk)
            if left < 0:
                if self._cut:
                    return
                raise TooLong
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
