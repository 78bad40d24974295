"""Street navigation in words: a point of a route and what to do there have at most ninety."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.tinylm.game import Dialogue, Game
from agents.virl.demonstrations import Demonstrations
from agents.virl.rails import rail_points
from agents.vision.eye import Draw
from shiftgym.mixer import integers
from shiftgym.prompts import build_feedback
from virl_env.config import NavigationConfig
from virl_env.deal import Dealer
from virl_env.routes.rail import RailStep
from virl_env.scene import Scene
from virl_env.text import (
    COMPACT,
    COMPACT_WORDS,
    build_prompt,
    judge_reply,
)

_FRAME = (
    '{"current observation": "',
    ", intersection ",
    '", "current instruction": "',
    '", "action": "',
    "forward()",
    "stop()",
    "turn_direction(",
    ")",
    '"}',
)

_POINT = 2**20
"""The draw of an episode seed that picks a point of its rail. Dealing uses lower ones."""


class Streets(Game):
    """V-IRL navigation: a point of a rail is a dialogue.

    Attributes:
        template: the wording.
        others: words of it beside the frame of replies.
        longest: the longest reply, in words.
        shows_working: whether replies may show working.
    """

    template, others = COMPACT, COMPACT_WORDS
    longest = 20
    shows_working = False

    def __init__(self) -> None:
        super().__init__(_FRAME, self.others, self.longest)

    def demonstrated(self, demonstrations: Demonstrations) -> Iterator[tuple[str, str, Draw]]:
        """Yield every point of the demonstrated rails, in an order that mixes them.

        Raises:
            ValueError: the demonstrations show working, and the game has no words for it.
        """
        if demonstrations.working is not None and not self.shows_working:
            raise ValueError(
                f"{demonstrations} show working, which this game has no words for. Make the model "
                f'with game="streets-working", or the demonstrations with working=None.'
            )
        taught = []
        for rows, keywords in demonstrations.parts():
            dealer = self.dealer(**keywords)
            for deal in dealer.deal(demonstrations.episode_seed[rows]):
                for scene, step in rail_points(dealer, deal):
                    prompt, _, draw = self.dialogue_at(dealer, deal, scene, step)
                    taught.append((prompt, demonstrations.reply(scene, step.action), draw))
        for index in np.random.default_rng(0).permutation(len(taught)):
            yield taught[index]

    def dealer(self, **keywords: Any) -> Dealer:
        """Return the dealer of `VIRLNavigationEnv(**keywords)`.

        Raises:
            ValueError: for another movement than on rails, where points are no dialogues.
        """
        config = NavigationConfig.make(**keywords)
        if config.movement != "rail":
            raise ValueError(
                f"TinyLM learns the points of a rail, each by itself; got movement="
                f"{config.movement!r}. Pass movement='rail', or leave it out."
            )
        return Dealer(config)

    def open(self, dealer: Dealer, seeds: NDArray[np.int64]) -> list[Dialogue]:
        """Return, for each episode seed, the dialogue of one point of its rail.

        Each point of it is equally likely: most are to walk on, as on whole rails, but those of a
        batch lie on different ones.
        """
        deals = dealer.deal(seeds)
        drawn = integers(seeds.astype(np.uint64), _POINT, deals["count"].astype(np.uint64))
        dialogues = []
        for deal, at in zip(deals, drawn.tolist()):
            scene, step = rail_points(dealer, deal)[at]
            dialogues.append(self.dialogue_at(dealer, deal, scene, step))
        return dialogues

    def dialogue_at(self, dealer: Any, deal: np.void, scene: Scene, step: RailStep) -> Dialogue:
        """Return the dialogue of a point of an episode's rail."""
        return Dialogue(build_prompt(scene, self.template), partial(_judge, step))


def _judge(step: RailStep, reply: str, left: int) -> tuple[str, float, str]:
    _, verdict = judge_reply(reply, step.action, step.intersection)
    return verdict.outcome, verdict.reward, build_feedback(verdict, left, COMPACT)


GAME = Streets()
