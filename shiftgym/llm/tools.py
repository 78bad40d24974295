"""Episodes for models that call tools."""

from __future__ import annotations

from typing import Any

from shiftgym.llm.dialogues import Dialogue

OVER = "The game is over."


class Tools:
    """An episode that a model plays by calling a tool, for trainers that make an object a rollout.

    TRL's `GRPOTrainer(environment_factory=Tools)` is one. `reset` takes the columns of a row, and
    `submit` is the tool. Use the rows of `rows(..., tools=True)`.
    """

    def __init__(self) -> None:
        self._envs: dict[str, Any] = {}
        self._game: Dialogue | None = None

    def reset(self, task: str, point: int = 0, **_: object) -> str:
        """Start the episode of a row.

        Args:
            task: of the row.
            point: of the row.

        Returns:
            What the game says first, behind `TOOL_PROMPT`.

        Raises:
            ValueError: as `reward` does, and for an id that shows pictures.
        """
        self._game = Dialogue(task, point, self._envs)
        told = [message["content"] for message in self._game.messages]
        if not isinstance(told[-1], str):
            raise ValueError("Tools tell in words alone: make the rows without images=True.")
        return "\n\n".join(map(str, told))

    def submit(self, reply: str) -> str:
        """Submit a reply to the game.

        Args:
            reply: The reply, in the form that the game asks for.

        Returns:
            What the game says next.
        """
        if self._game is None or self._game.over:
            return OVER
        told = self._game.reply(reply)
        return f"{told} {OVER}" if self._game.over else told

    def get_reward(self) -> float:
        """Return the sum of the rewards so far.

        Where nothing was submitted an empty reply is judged: saying nothing is no way out.
        """
        return 0.0 if self._game is None else self._game.settle()
