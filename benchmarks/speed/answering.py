"""A server of chat completions that answers after a while: `python -m benchmarks.speed.answering`.

A process of its own, so that its work is not counted as the client's. It prints its port, and
answers every request with the same reply.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

REPLY = '{"cards": ["5", "K", "2", "7"], "number": [5, 10, 2, 7], "formula": "5*(10-7)-2"}'

_COMPLETION = {
    "id": "1",
    "object": "chat.completion",
    "created": 0,
    "model": "toy-2026",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": REPLY},
        }
    ],
    "usage": {"prompt_tokens": 250, "completion_tokens": 40, "total_tokens": 290},
}
_BODY = json.dumps(_COMPLETION).encode()
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
    len(_BODY),
    _BODY,
)


@contextmanager
def answering(seconds: float) -> Iterator[str]:
    """Run the server, and give its base URL.

    Args:
        seconds: from a request to its answer.
    """
    command = [sys.executable, "-m", __name__, str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        finally:
            process.kill()


class _Connection(asyncio.Protocol):
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while True:
            head, whole, rest = self._received.partition(b"\r\n\r\n")
            length = _content_length(head)
            if not whole or len(rest) < length:
                return
            self._received = rest[length:]
            asyncio.get_running_loop().call_later(self._seconds, self._answer)

    def _answer(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(_ANSWER)


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            return int(value)
    return 0


async def _serve(seconds: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(seconds), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1])))
