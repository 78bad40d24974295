"""What a model's evaluation takes until its first request: `python -m benchmarks speed start`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.speed.rows import ROUNDS, row

ROOT = Path(__file__).resolve().parent.parent.parent

DRIVER = """
import json, os, sys, threading, time
from http.server import BaseHTTPRequestHandler, HTTPServer

class First(BaseHTTPRequestHandler):
    def do_POST(self):
        used = time.process_time()
        print(json.dumps({"seconds": used, "modules": sorted(sys.modules)}), flush=True)
        os._exit(0)

server = HTTPServer(("127.0.0.1", 0), First)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/v1"
sys.argv = ["shiftgym", "evaluate", "--model", "toy", "--base-url", url, *sys.argv[1:]]
from shiftgym.__main__ import main
main()
"""
"""A program that evaluates a model behind a server of its own, with the arguments that it is given.

At the first request it prints its CPU time in seconds and the modules that are loaded, and ends.
"""


def first_request(python: str | Path, suite: str, settings: Mapping[str, str]) -> dict[str, Any]:
    """Return what a process says of itself at its first request: `seconds` and `modules`.

    Args:
        python: that runs it, in an empty folder.
        suite: that is played.
        settings: environment variables of the process.

    Raises:
        RuntimeError: it ended without a request.
    """
    command = [python, "-c", DRIVER, "--suite", suite]
    with TemporaryDirectory() as folder:
        done = subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"No request was made: {done.stdout}{done.stderr}")
    # Before it stands what an evaluation prints of its own.
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def measure() -> list[dict[str, Any]]:
    """Measure both tasks, once Python has compiled what is imported."""
    rows = []
    with TemporaryDirectory() as compiled:
        settings = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": compiled}
        settings["PYTHONDONTWRITEBYTECODE"] = ""
        for suite in ("gp-l", "virl-l"):
            runs = [first_request(sys.executable, suite, settings) for _ in range(1 + ROUNDS)]
            least = min(run["seconds"] for run in runs[1:])
            rows.append(row(f"CPU until the first request, {suite}", least, "s", 2, at_most=True))
    return rows
