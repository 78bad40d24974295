"""Episodes for models that call tools."""

from __future__ import annotations

from typing import Any

from shiftgym.llm.rewards import begun

OVER = "The game is over."


class Tools:
    """An episode that a model plays by calling a tool, for trainers that make an object a rollout.

    TRL's `GRPOTrainer(environment_factory=Tools)` is one. `reset` takes the columns of a row, and
    `submit` is the tool. Use the rows of `rows(..., tools=True)`.
    """

    def __init__(self) -> None:
        self._envs: dict[str, Any] = {}
        self._env: Any = None
        self._over = self._silent = True
        self._total = 0.0

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
        self._env, told = begun(self._envs, task, point)
        if not isinstance(told[-1]["content"], str):
            raise ValueError("Tools tell in words alone: make the rows without images=True.")
        self._total, self._over, self._silent = 0.0, False, True
        return "\n\n".join(str(message["content"]) for message in told)

    def submit(self, reply: str) -> str:
        """Submit a reply to the game.

        Args:
            reply: The reply, in the form that the game asks for.

        Returns:
            What the game says next.
        """
        if self._over:
            return OVER
        told, gained, terminated, truncated, _ = self._env.step(str(reply))
        self._silent = False
        self._total += float(gained)
        self._over = terminated or truncated
        return f"{told} {OVER}" if self._over else str(told)

    def get_reward(self) -> float:
        """Return the sum of the rewards so far.

        Where nothing was submitted an empty reply is judged: saying nothing is no way out.
        """
        if self._silent and not self._over:
            self.submit("")
        return self._total
