"""A headless Chromium that tests press keys in, over the pipe of its DevTools protocol."""

from __future__ import annotations

import json
import os
import select
import shlex
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.recordings import BROWSER

PATIENT = 60.0
"""Seconds for an answer, after which a test has failed."""

KEYS = {"Tab": 9, "Enter": 13, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}
"""Codes of keys that write nothing, but for Enter."""


class Page:
    """A tab.

    Attributes:
        errors: what its console has said, and what it could not load.
    """

    def __init__(self, requests: int, answers: int) -> None:
        self._requests, self._answers = requests, answers
        self._buffer, self._number, self._session = b"", 0, ""
        self.errors: list[str] = []
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        told = self._ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = told["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._ask(f"{domain}.enable")

    def open(self, address: str, *, width: int = 1200, dark: bool = False) -> None:
        """Load a page in a window of a width, and wait until it has run."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self._ask("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Emulation.setEmulatedMedia", features=[scheme])
        self._ask("Page.navigate", url="about:blank")
        self._ask("Page.navigate", url=address)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    def tell(self, expression: str) -> Any:
        """Return what a script comes to."""
        told = self._ask(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def wait(self, expression: str) -> None:
        """Wait until a script comes to something true."""
        until = time.monotonic() + PATIENT
        while not self.tell(expression):
            assert time.monotonic() < until, f"still not so: {expression}"
            time.sleep(0.05)

    def press(self, *keys: str) -> None:
        """Press keys one after another; a text is typed."""
        for key in keys:
            told: dict[str, Any] = {"key": key}
            if key in KEYS:
                told |= {"code": key, "windowsVirtualKeyCode": KEYS[key]}
            if len(key) == 1 or key == "Enter":
                told["text"] = "\r" if key == "Enter" else key
            self._ask("Input.dispatchKeyEvent", type="keyDown", **told)
            self._ask("Input.dispatchKeyEvent", type="keyUp", **told)

    def _ask(self, method: str, **parameters: Any) -> Any:
        self._number += 1
        told = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            told["sessionId"] = self._session
        os.write(self._requests, json.dumps(told).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]
            self._note(answer)

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._answers], [], [], PATIENT)
            assert ready, "the browser says nothing"
            part = os.read(self._answers, 1 << 16)
            assert part, "the browser is gone"
            self._buffer += part
        message, _, self._buffer = self._buffer.partition(b"\0")
        told: dict[str, Any] = json.loads(message)
        return told

    def _note(self, event: dict[str, Any]) -> None:
        wrong = {
            "Runtime.exceptionThrown",
            "Runtime.consoleAPICalled",
            "Log.entryAdded",
            "Network.loadingFailed",
        }
        if event.get("method") in wrong:
            self.errors.append(json.dumps(event["params"]))


@contextmanager
def browser(folder: Path) -> Iterator[Page]:
    """Start a browser whose profile lies in a folder."""
    assert BROWSER is not None
    (to_read, requests), (answers, to_write) = os.pipe(), os.pipe()
    command = [
        BROWSER,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
    ]
    command += [f"--user-data-dir={folder / 'profile'}", "--remote-debugging-pipe"]
    process = subprocess.Popen(
        ["bash", "-c", f"exec {shlex.join(command)} 3<&{to_read} 4>&{to_write}"],
        pass_fds=(to_read, to_write),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_read)
    os.close(to_write)
    try:
        yield Page(requests, answers)
    finally:
        process.terminate()
        process.wait(PATIENT)
        os.close(requests)
        os.close(answers)
