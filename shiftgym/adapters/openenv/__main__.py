"""Serves a text id: `python -m shiftgym.adapters.openenv ID --port 8000`."""

from __future__ import annotations

import argparse

import uvicorn

from shiftgym.adapters.openenv.server import make_app

parser = argparse.ArgumentParser(
    prog="shiftgym.adapters.openenv", description="Serve a text id to OpenEnv clients."
)
parser.add_argument("id")
parser.add_argument("--host", default="127.0.0.1")
parser.add_argument("--port", type=int, default=8000)
given = parser.parse_args()
uvicorn.run(make_app(given.id), host=given.host, port=given.port)
