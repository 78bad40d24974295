"""The server: any number of clients play, each an episode after another."""

from __future__ import annotations

from functools import partial
from typing import Any

from openenv.core.env_server.http_server import create_fastapi_app
from openenv.core.env_server.interfaces import Environment
from openenv.core.env_server.types import State

from shiftgym.adapters.openenv.client import TextAction, TextObservation
from shiftgym.llm import text_environment

SESSIONS = 64
"""Clients that may play at the same time."""


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
        return _seen(told, info)

    def step(self, action: Any, timeout_s: float | None = None, **_: Any) -> Any:
        """Judge a reply."""
        told, reward, terminated, truncated, info = self._env.step(action.reply)
        self._state.step_count += 1
        ended = {"done": terminated or truncated, "truncated": truncated}
        success = bool(info["is_success"])
        return _seen(told, info, reward=float(reward), success=success, **ended)

    @property
    def state(self) -> Any:
        """Which episode this is, and how many replies it has had."""
        return self._state

    def close(self) -> None:
        """Close the environment."""
        self._env.close()


def _seen(text: str, info: dict[str, Any], **more: Any) -> TextObservation:
    return TextObservation(text=text, messages=info["messages"], task=info["task"], **more)


def make_app(id: str, **keywords: Any) -> Any:
    """Return a FastAPI application that serves a text id."""
    text_environment(id, **keywords).close()  # an unknown id is told here, not to each client
    make = partial(TextEnvironment, id, **keywords)
    return create_fastapi_app(make, TextAction, TextObservation, max_concurrent_envs=SESSIONS)
