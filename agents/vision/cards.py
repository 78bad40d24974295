"""The card game in pictures: a table stands for the cards of a hand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.gp.demonstrations import Demonstrations
from agents.gp.dialogues import Cards
from agents.tinylm.game import Dialogue
from agents.vision.eye import PICTURE, Draw
from agents.vision.game import InPictures
from gp_env.config import GameConfig
from gp_env.deal import Dealer
from gp_env.deck import Hand
from gp_env.pictures.look import Look, LookLike, check_look, draw_look
from gp_env.pictures.table import draw_table

SIZE = 84
"""Pixels of the edge of a table."""


class SeeingDealer(Dealer):
    """Deals the hands of a configuration and knows how the table looks, None for at random."""

    def __init__(self, config: GameConfig, look: Look | None) -> None:
        super().__init__(config)
        self.look = look

    def __str__(self) -> str:
        return f"{self.config}, look={self.look or 'random'}"


class SeenCards(InPictures, Cards):
    """GeneralPoints: an episode, whose cards are seen, is a dialogue."""

    shape, patch = (SIZE, SIZE), 12
    keywords = {"images": True, "image_size": SIZE}  # noqa: RUF012
    images = True

    def demonstrated(self, demonstrations: Demonstrations) -> Iterator[tuple[str, str, Draw]]:
        """Yield dialogues with the table that their keyword `look` asks for, plain unless given."""
        look = check_look(demonstrations.keywords.get("look", "plain"))
        for index, (before, reply, _) in enumerate(super().demonstrated(demonstrations)):
            seed = int(demonstrations.episode_seed[index])
            yield PICTURE + before, reply, _table(demonstrations.hand(index), look, seed)

    def dealer(self, *, look: LookLike = "plain", **keywords: Any) -> SeeingDealer:
        """Return the dealer of `GeneralPointsTextEnv(images=True, image_size=84, **keywords)`."""
        return SeeingDealer(GameConfig.make(**keywords), check_look(look))

    def open(self, dealer: SeeingDealer, seeds: NDArray[np.int64]) -> list[Dialogue]:
        """Return the dialogue of each episode seed."""
        deals = dealer.deal(seeds)
        told = enumerate(zip(super().open(dealer, seeds), seeds.tolist()))
        return [
            Dialogue(PICTURE + prompt, judge, _table(deals.hand(row), dealer.look, seed))
            for row, ((prompt, judge, _), seed) in told
        ]


def _table(hand: Hand, look: Look | None, seed: int) -> Draw:
    """Return what draws the table of an episode."""
    shown = draw_look(seed) if look is None else look
    return partial(draw_table, hand.ranks, hand.suits, SIZE, shown, seed)


GAME = SeenCards()
