"""One episode, played reply by reply."""

from __future__ import annotations

from typing import Any

from shiftgym.llm.rewards import begun
from shiftgym.prompts import Message


class Dialogue:
    """The episode of a row, for whoever asks a model in a loop of their own.

        game = Dialogue(row["task"], row["point"])
        while not game.over:
            game.reply(model(game.messages))

    Attributes:
        messages: the chat that the next reply answers. Where a reply opens a new dialogue, as on
            the streets at each point, it begins anew.
        total: the sum of the rewards so far.
        over: whether the episode has ended.
        truncated: whether it was cut short.
        success: whether it ended in success.
        replies: how many were given.

    Args:
        task, point: of the row.
        envs: environments of former dialogues, to use again; a new one is added.

    Raises:
        ValueError: as `shiftgym.llm.reward` does.
    """

    def __init__(self, task: str, point: int = 0, envs: dict[str, Any] | None = None) -> None:
        self.messages: list[Message]
        self._env, self.messages = begun({} if envs is None else envs, task, point)
        self.total, self.replies = 0.0, 0
        self.over = self.truncated = self.success = False

    def reply(self, reply: str) -> str:
        """Give a reply; return what the game says to it.

        Raises:
            RuntimeError: after the end of the episode.
        """
        if self.over:
            raise RuntimeError("The episode is over. Make a new Dialogue.")
        told, gained, terminated, self.truncated, info = self._env.step(str(reply))
        self.messages = info["messages"]
        self.total += float(gained)
        self.replies += 1
        self.over, self.success = terminated or self.truncated, bool(info["is_success"])
        return str(told)

    def settle(self) -> float:
        """Return the sum of the rewards, at the end of the talk.

        Where no reply was given an empty one is judged: saying nothing is no way out.
        """
        if not self.replies and not self.over:
            self.reply("")
        return self.total
