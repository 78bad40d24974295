"""A stand-in for a model, which needs no weights: it plays whole episodes through a library.

Its first reply in an episode is wrong; after that it says what an expert would. So an exchange has
feedback, and more than one turn. It knows the prompts of the first rows of an id.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from shiftgym.llm import rows

ID = "virl_env:VIRLNavigation-Text-v0"


class StandIn:
    """Replies to chats.

    Args:
        count: rows that it knows.
    """

    def __init__(self, count: int = 60) -> None:
        self._right = {
            row["prompt"][-1]["content"]: row["completion"][0]["content"] for row in rows(ID, count)
        }
        self._first = rows(ID, 1)[0]["prompt"][-1]["content"]
        self.replies = 0

    def reply(self, texts: list[str]) -> str:
        """Return a reply to the texts of a chat, in order; a text may hold more than a prompt."""
        self.replies += 1
        *_, (last, known) = ((text, one) for text in texts for one in self._right if one in text)
        if known == self._first and last == texts[-1] and self.replies == 1:
            return "I do not know."
        return self._right[known]

    def serve(self) -> str:
        """Listen on this machine as OpenAI's chat completions do; return the base URL."""
        reply = self.reply

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                said = completion(reply([_text(one) for one in asked["messages"]]))
                told = json.dumps(said)
                kind = "application/json"
                if asked.get("stream"):  # the whole reply in one event
                    (choice,) = said["choices"]
                    choice["delta"] = choice.pop("message")
                    event = json.dumps({**said, "object": "chat.completion.chunk"})
                    told, kind = f"data: {event}\n\ndata: [DONE]\n\n", "text/event-stream"
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(told.encode())))
                self.end_headers()
                self.wfile.write(told.encode())

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}/v1"


def completion(text: str) -> dict[str, Any]:
    """Return a chat completion of one choice."""
    message = {"role": "assistant", "content": text}
    return {
        "id": "one",
        "object": "chat.completion",
        "created": 0,
        "model": "stand-in",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def _text(message: dict[str, Any]) -> str:
    content = message["content"]
    return content if isinstance(content, str) else "".join(part["text"] for part in content)
