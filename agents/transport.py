"""How requests are sent: through the HTTP client of the openai package, and no more than is needed.

The package's own way from a request to a typed answer costs seven times the processor time of its
HTTP client with aiohttp. So its settings, its headers and its HTTP client are used, and answers are
plain data. A server may send without end, and hundreds of answers come at once: of each some
megabytes are read at most.

Imported where the first request is about to be made: the libraries take a while.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx2
import openai
from aiohttp import ClientError

MOST_BYTES = 4_000_000
"""Of an answer, some 130,000 tokens and their thoughts several times over."""


class TooLong(Exception):
    """An answer that is longer than `MOST_BYTES`; the rest was not read."""

    def __init__(self) -> None:
        super().__init__(f"the answer is longer than {MOST_BYTES / 1e6:g} MB and was not read")


class NoConnection(Exception):
    """No answer came; the message is "" where the time was over."""


class ErrorStatus(Exception):
    """An answer with an error status.

    Attributes:
        status: of 400 or more, or a redirection, which is not followed.
        headers: of the answer, names in lower case.
        body: plain data, or text where it is no JSON.
    """

    def __init__(self, response: httpx2.Response) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        try:
            self.body: Any = json.loads(response.content)
        except (ValueError, RecursionError):
            self.body = response.text
        error = self.body.get("error") if isinstance(self.body, dict) else None
        told = error.get("message") if isinstance(error, dict) else error
        super().__init__(str(told or self.body or response.reason_phrase))


class Transport:
    """Sends chats to one endpoint. Used in one event loop.

    Args:
        base_url: without a slash at its end.
        key: "none" where there is none.
        timeout: seconds without a byte of the answer.
    """

    def __init__(self, base_url: str, key: str, timeout: float) -> None:
        self._http = openai.DefaultAioHttpClient(
            timeout=timeout, event_hooks={"response": [_limit_answer]}, follow_redirects=False
        )
        client = openai.AsyncOpenAI(api_key=key, base_url=base_url, http_client=self._http)
        self._http.headers = httpx2.Headers(
            {name: told for name, told in client.default_headers.items() if isinstance(told, str)}
            | {"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"}
        )
        self._chats = httpx2.URL(f"{base_url}/chat/completions")

    async def post(self, body: Mapping[str, Any]) -> Any:
        """Send one request of chat completions and return the answer, plain data.

        Raises:
            NoConnection, ErrorStatus, TooLong: as they say.
            ValueError, RecursionError: the answer cannot be read.
        """
        try:
            data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
            response = await self._http.post(self._chats, content=data)
        except httpx2.TimeoutException as error:
            # aiohttp's transport calls a connection that is closed without an answer a time-out.
            closed = type(error.__cause__).__name__ == "ServerDisconnectedError"
            raise NoConnection("closed without an answer" if closed else "") from None
        except (httpx2.TransportError, ClientError) as error:
            # Some errors of aiohttp are not made into one of httpx2.
            raise NoConnection(str(error) or type(error).__name__) from None
        if not response.is_success:
            raise ErrorStatus(response)
        return json.loads(response.content)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


async def _limit_answer(response: httpx2.Response) -> None:
    """Let no more of an answer be read.

    Of what is said about an error only the beginning counts, so that is cut.

    Raises:
        TooLong: the headers tell so.
        ValueError: it is compressed, which it was not asked to be: what it unpacks to has no bound.
    """
    encoding = response.headers.get("content-encoding", "identity")
    if encoding.strip().lower() not in ("", "identity"):
        raise ValueError(f"it is compressed ({encoding}), unasked")
    length = response.headers.get("content-length", "")
    if response.is_success and length.isdecimal() and int(length) > MOST_BYTES:
        raise TooLong
    stream = response.stream
    assert isinstance(stream, httpx2.AsyncByteStream)
    response.stream = _Limited(stream, cut=not response.is_success)


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
