"""What the environments of the card game tell and draw, whatever they show the agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gp_env.batch import CardBatch
from gp_env.config import GameConfig
from gp_env.deck import Hand
from gp_env.episode import CardEpisode
from gp_env.game import CardGame
from gp_env.rules import Rule
from shiftgym.envs.single import Action, Observation, SingleEnv
from shiftgym.envs.vector import PICTURES, TaskVectorEnv

if TYPE_CHECKING:
    from gp_env.pictures.renderer import CardRenderer
    from gp_env.render import Scene


class TableEnv(SingleEnv[Observation, Action, CardEpisode]):
    """A single environment of the card game."""

    plays = CardGame
    config: GameConfig
    renderer: CardRenderer | None

    @property
    def hand(self) -> Hand:
        """The hand of the episode that was started last."""
        return self.episode.hand

    @property
    def rule(self) -> Rule:
        """The rule that scores in that episode."""
        return self.episode.rule

    @property
    def stated_rule(self) -> Rule:
        """The rule that the agent is told: `rule`, unless `stated_rule=` was given."""
        return self.episode.stated_rule

    def expert_formula(self) -> str:
        """Return a formula that wins that episode."""
        return self.episode.expert_formula()

    def scene(self) -> Scene:
        """Return what the picture of `render()` tells beside the cards."""
        from gp_env.render import Scene

        return Scene.of_row(self.episode.row)

    def table(self, size: int) -> NDArray[np.uint8]:
        """Return the cards on a table, as this environment shows them: uint8 (size, size, 3).

        Args:
            size: pixels, 32 to 1200.
        """
        from gp_env.pictures.renderer import CardRenderer

        return (self.renderer or CardRenderer()).draw(self.episode, size)

    def frame(self) -> NDArray[np.uint8]:
        """Return the table with formula, rule, target and outcome below: uint8 (780, 640, 3)."""
        # Who renders nothing needs nothing that draws.
        from gp_env.render import SIZE, draw_scene

        return draw_scene(self.scene(), self.table(SIZE))


class TablesVectorEnv(TaskVectorEnv[CardBatch]):
    """A vector environment of the card game."""

    plays = CardGame
    metadata = PICTURES
    config: GameConfig
    renderer: CardRenderer | None

    def hand(self, index: int) -> Hand:
        """Return the hand of one sub-environment's running episode."""
        return self.batch.hand(index)

    def rule(self, index: int) -> Rule:
        """Return the rule that scores in it."""
        return self.batch.rule(index)

    def expert_formula(self, index: int) -> str:
        """Return a formula that wins it."""
        return self.batch.expert_formula(index)

    def frame(self, index: int) -> NDArray[np.uint8]:
        """Return a table with its caption, as `TableEnv.frame` does."""
        from gp_env.pictures.renderer import CardRenderer
        from gp_env.render import SIZE, Scene, draw_scene

        table = (self.renderer or CardRenderer()).draw_of(self.batch, index, SIZE)
        return draw_scene(Scene.of_row(self.batch.rows[index]), table)
