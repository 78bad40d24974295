"""An endpoint of chat completions on the loopback address, which answers as a test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENT = 60.0
"""Seconds after which a test that waits for a thread or process has failed."""


@dataclass
class Answer:
    """What the server sends; one that is not sized ends where the connection does."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    sized: bool = True


def said(content: Any, *, finish_reason: str = "stop", **message: Any) -> Answer:
    return sent(
        id="1",
        object="chat.completion",
        created=0,
        model="toy-2026",
        choices=[
            {
                "index": 0,
                "finish_reason": finish_reason,
                "message": {"role": "assistant", "content": content, **message},
            }
        ],
        usage={"prompt_tokens": 100, "completion_tokens": 7, "total_tokens": 107},
    )


def sent(status: int = 200, headers: dict[str, str] | None = None, **body: Any) -> Answer:
    return Answer(json.dumps(body).encode(), status, headers or {})


class Endpoint(ThreadingHTTPServer):
    """Answers chat completions as a test says and remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler, bind_and_activate=False)
        self.server_bind()  # as long as it does not listen, it refuses connections
        self.answer: Callable[[list[dict[str, Any]]], Answer] = lambda messages: said("no idea")
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.asked = threading.Condition()
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def wait_for(self, requests: int) -> None:
        with self.asked:
            assert self.asked.wait_for(lambda: len(self.bodies) >= requests, PATIENT)

    def handle_error(self, *_: Any) -> None:
        """A client that is gone is what some tests are about."""


class Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.path == "/v1/chat/completions"
        with self.server.asked:
            self.server.bodies.append(body)
            self.server.keys.append(self.headers["Authorization"])
            self.server.asked.notify_all()
        answer = self.server.answer(body["messages"])
        self.send_response(answer.status)
        headers = {"Content-Type": answer.content_type}
        if answer.sized:
            headers["Content-Length"] = str(len(answer.body))
        for name, value in {**headers, **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def listening(server: Endpoint) -> Iterator[Endpoint]:
    server.server_activate()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join(PATIENT)
        server.server_close()
