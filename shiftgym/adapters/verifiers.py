"""verifiers: a taskset of a text id's episodes, and the environment that plays them.

An environment of its hub is a module that exports the two:

    from shiftgym.adapters.verifiers import TextEnv, TextTaskset

    __all__ = ["TextEnv", "TextTaskset"]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shiftgym.extras import installed_by
from shiftgym.llm import Dialogue, episodes

with installed_by("verifiers"):
    import verifiers.v1 as vf
    from pydantic import Field

__all__ = ["TextEnv", "TextTaskset"]


class TextConfig(vf.TasksetConfig):
    """Which episodes: so many of the text id `game`, made with `keywords`, by `seed`."""

    game: str = "gp_env:GeneralPoints-Text-v0"
    keywords: dict[str, Any] = Field(default_factory=dict)
    episodes: int = 100
    seed: int = 0


class TextTask(vf.Task[vf.TaskData, vf.State, vf.TaskConfig]):
    """An episode, whose id is its `info["task"]`; what it is worth is said by who plays it."""


class TextTaskset(vf.Taskset[TextTask, TextConfig]):
    """Episodes of a text id."""

    def load(self) -> Iterator[TextTask]:
        """Yield the episodes, each with what the game says first."""
        config = self.config
        made = episodes(config.game, config.episodes, seed=config.seed, **config.keywords)
        for number, row in enumerate(made):
            told = {one["role"]: one["content"] for one in row["prompt"]}
            opening = {"prompt": told["user"], "system_prompt": told.get("system")}
            data = vf.TaskData(id=row["task"], name=f"{config.game}#{number}", **opening)
            yield TextTask(data, config.task)


class TextEnvConfig(vf.EnvConfig):
    """Who plays."""

    player: vf.AgentConfig = vf.AgentConfig()


class TextEnv(vf.Env[TextEnvConfig]):
    """The game answers each reply of the player, until the episode is over."""

    async def run(self, task: TextTask, agents: Any) -> None:
        """Play an episode; its reward is the sum of the game's, its metric whether it succeeded."""
        game = Dialogue(task.data.id)
        async with agents.player.interaction(task) as interaction:
            segment = await interaction.turn()
            while not segment.terminated:
                told = game.reply(segment.last_reply)
                if game.over:
                    break
                segment = await interaction.turn(told)
        interaction.trace.record_reward("reward", game.settle())
        interaction.trace.record_metric("success", float(game.success))
