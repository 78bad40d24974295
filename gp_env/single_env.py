"""What the single environments share: dealing a hand, counting attempts, showing the game."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from gp_env.config import GameConfig, GameKeywords
from gp_env.deal import Dealer, Deals
from gp_env.deck import Hand
from gp_env.dynamics import CORRECT_CODE
from gp_env.expert import expert_formula
from gp_env.options import read_options
from gp_env.rules import Rule
from gp_env.verifier import OUTCOME_NAMES
from shiftgym import checks
from shiftgym.seeding import SeedSequence, check_seed
from shiftgym.window import Window

if TYPE_CHECKING:
    from gp_env.pictures.sights import Sights
    from gp_env.render import Scene

Observation = TypeVar("Observation")
Action = TypeVar("Action")


class SingleEnv(gym.Env[Observation, Action]):
    """One hand at a time, whatever the interface shows of it.

    Args:
        game: the keywords of what is dealt and what wins.
        render_mode: one of `metadata["render_modes"]`, or None.

    Raises:
        TypeError: for an unknown keyword.
        ValueError: for a value that a keyword does not take.
    """

    sights: Sights | None = None
    """How an interface that shows pictures draws the cards."""

    def __init__(self, game: GameKeywords, render_mode: str | None = None) -> None:
        checks.known_keywords(type(self), game, GameConfig.make)
        checks.render_mode(type(self), render_mode, self.metadata["render_modes"])
        self.config = GameConfig.make(**game)
        self.render_mode = render_mode
        self._window = Window("GeneralPoints", self.metadata["render_fps"])
        self._dealer = Dealer(self.config)
        self._seeds = SeedSequence()
        self._begun = self._running = False

    @property
    def hand(self) -> Hand:
        """The hand of the episode that was last begun."""
        self._need_episode()
        return self._hand

    @property
    def rule(self) -> Rule:
        """The rule that scores in that episode."""
        self._need_episode()
        return self._rule

    @property
    def stated_rule(self) -> Rule:
        """The rule that the agent is told: `rule`, unless `stated_rule=` was given."""
        return self.config.stated_rule or self.rule

    def expert_formula(self) -> str:
        """Return a formula that wins that episode."""
        return expert_formula(self.hand, self.rule, self.config.target)

    def scene(self) -> Scene:
        """Return what the picture of `render()` tells beside the cards."""
        raise NotImplementedError

    def table(self, size: int) -> NDArray[np.uint8]:
        """Return the cards on a table, as this environment shows them: uint8 (size, size, 3).

        Args:
            size: pixels, 32 to 1200.
        """
        from gp_env.pictures.sights import Sights

        hand, sights = self.hand, self.sights or Sights(size, "plain")
        return sights.of_cards(hand.ranks, hand.suits, self._episode_seed, size)

    def render(self) -> Any:
        """Return the game: text ("ansi"), uint8 of shape (780, 640, 3) ("rgb_array") or None.

        The picture is the table with formula, rule, target and outcome below it. With "human" it
        is shown in a window, as every reset and step does by itself.
        """
        self._need_episode()
        if self.render_mode == "rgb_array":
            return self._frame()
        self._show()
        return self._as_text() if self.render_mode == "ansi" else None

    def close(self) -> None:
        """Close the window of `render_mode="human"`."""
        self._window.close()

    def _as_text(self) -> str:
        raise NotImplementedError

    def _show(self) -> None:
        """Show the game where a person looks on."""
        if self.render_mode == "human":
            self._window.show(self._frame())

    def _frame(self) -> NDArray[np.uint8]:
        # Who renders nothing needs nothing that draws.
        from gp_env.render import SIZE, draw_scene

        return draw_scene(self.scene(), self.table(SIZE))

    def _begin(self, seed: int | None, options: dict[str, Any] | None) -> Deals:
        """Deal the hand of a new episode, with the arguments of `reset`."""
        seed = check_seed(seed)
        given, hand = read_options(options)
        # Whatever may be refused is refused before anything changes.
        dealer = self._dealer.with_hand(hand)
        super().reset(seed=seed)
        self._episode_seed = self._seeds.next(seed, given)
        deals = dealer.deal(np.array([self._episode_seed]))
        self._hand = deals.hand(0)
        self._rule = Rule(*deals.rules[0].tolist())
        self._attempts_left = self.config.max_attempts
        self._outcome = 0
        self._begun = self._running = True
        return deals

    def _settle(self, outcome: int) -> bool:
        """Count an attempt with this outcome's code; return whether it ends the episode."""
        self._outcome = outcome
        self._attempts_left -= 1
        terminated = outcome == CORRECT_CODE or self._attempts_left == 0
        self._running = not terminated
        return terminated

    def _info(self) -> dict[str, Any]:
        """Return what every interface tells at every step."""
        return {
            "outcome": OUTCOME_NAMES[self._outcome],
            "attempts_left": self._attempts_left,
            "is_success": self._outcome == CORRECT_CODE,
            "episode_seed": self._episode_seed,
        }

    def _need_episode(self) -> None:
        if not self._begun:
            raise gym.error.ResetNeeded("Call reset() first: no hand was dealt yet.")

    def _need_running(self) -> None:
        if not self._running:
            raise gym.error.ResetNeeded("Call reset() before step(): no episode is running.")
