"""The client, and what it and the server say to each other."""

from __future__ import annotations

from typing import Any

from shiftgym.extras import installed_by

with installed_by("openenv"):
    from openenv.core.client_types import StepResult
    from openenv.core.env_client import EnvClient
    from openenv.core.env_server.types import Action, Observation, State


class TextAction(Action):
    """A reply to the game."""

    reply: str


class TextObservation(Observation):
    """What the game says: the chat that the next reply answers, and what became of the last one."""

    messages: list[dict[str, Any]]
    text: str
    task: str
    truncated: bool = False
    success: bool = False


class TextClient(EnvClient[TextAction, TextObservation, State]):
    """Plays episodes on a server, in types. OpenEnv's GenericEnvClient does in plain dicts."""

    def _step_payload(self, action: TextAction) -> dict[str, Any]:
        return {"reply": action.reply}

    def _parse_result(self, payload: dict[str, Any]) -> Any:
        told = {name: payload[name] for name in ("reward", "done")}
        return StepResult(observation=TextObservation(**payload["observation"], **told), **told)

    def _parse_state(self, payload: dict[str, Any]) -> State:
        return State(**payload)
