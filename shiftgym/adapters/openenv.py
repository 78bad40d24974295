"""OpenEnv: a server of a text id, which OpenEnv's own client plays.

python -m shiftgym.adapters.openenv gp_env:GeneralPoints-Text-v0 --port 8000

from openenv.core import GenericEnvClient

with GenericEnvClient(base_url="http://localhost:8000").sync() as game:
    told = game.reset(seed=1)
    told = game.step({"reply": "..."})
"""

from __future__ import annotations

import argparse
from functools import partial
from typing import Any

import uvicorn
from openenv.core.env_server.http_server import create_fastapi_app
from openenv.core.env_server.interfaces import Environment
from openenv.core.env_server.types import Action, Observation, State

from shiftgym.llm.rows import text_environment

SESSIONS = 64
"""Clients that may play at the same time."""


class TextAction(Action):
    """A reply to the game."""

    reply: str


class TextObservation(Observation):
    """What the game says: the chat that the next reply answers, and what became of the last one."""

    messages: list[dict[str, Any]]
    text: str
    truncated: bool = False
    success: bool = False
    task: str = ""


class TextEnvironment(Environment):
    """Episodes of a text id, one after another, for one client.

    Args:
        id, keywords: as `gymnasium.make` takes them.
    """

    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self, id: str, **keywords: Any) -> None:
        super().__init__()
        self._env = text_environment(id, **keywords)
        self._state = State()

    def reset(self, seed: int | None = None, episode_id: str | None = None, **_: Any) -> Any:
        """Start an episode; the same seed starts the same one."""
        told, info = self._env.reset(seed=seed)
        self._state = State(episode_id=episode_id or info["task"])
        return _observed(told, info)

    def step(self, action: Any, timeout_s: float | None = None, **_: Any) -> Any:
        """Judge a reply."""
        told, reward, terminated, truncated, info = self._env.step(action.reply)
        self._state.step_count += 1
        more = {"truncated": truncated, "success": bool(info["is_success"])}
        done = terminated or truncated
        return _observed(told, info, reward=float(reward), done=done, **more)

    @property
    def state(self) -> Any:
        """Which episode this is, and how many replies it has had."""
        return self._state

    def close(self) -> None:
        """Close the environment."""
        self._env.close()


def _observed(told: str, info: dict[str, Any], **more: Any) -> TextObservation:
    return TextObservation(text=told, messages=info["messages"], task=info["task"], **more)


def make_app(id: str, **keywords: Any) -> Any:
    """Return a FastAPI application that serves a text id."""
    text_environment(id, **keywords).close()  # an unknown id is told here, not to each client
    make = partial(TextEnvironment, id, **keywords)
    return create_fastapi_app(make, TextAction, TextObservation, max_concurrent_envs=SESSIONS)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Serve a text id to OpenEnv clients.")
    parser.add_argument("id")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    given = parser.parse_args()
    uvicorn.run(make_app(given.id), host=given.host, port=given.port)
