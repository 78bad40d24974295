"""The card game in words: a hand and its answer have forty, so that a laptop can train on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.gp.demonstrations import Demonstrations
from agents.tinylm.game import Dialogue, Game
from agents.vision.eye import Draw, no_picture
from gp_env.config import GameConfig
from gp_env.deal import Dealer
from gp_env.deck import Hand
from gp_env.rules import Rule
from gp_env.text import COMPACT, build_prompt, build_reply, judge_reply
from gp_env.verifier import verify
from shiftgym.prompts import build_feedback

FRAME = _HAND, _NUMBER, _, _ = '{"cards": [', '], "number": [', '], "formula": "', '"}'
_ITEMS = ("A", "J", "Q", "K", *map(str, range(101)))
_PROSE = "Cards Make pictured left correct unreadable misread cards illegal formula wrong numbers"


class Cards(Game):
    """GeneralPoints: an episode is a dialogue.

    Attributes:
        images: whether the cards are shown and not told.
        frame, more_words, longest: of the words, see `Game`; more_words are those of this game
            alone.
        listing: pieces of the frame behind which numbers stand in a list; "" for the start.
        shows_working: whether replies may show working.
    """

    images = False
    frame: tuple[str, ...] = FRAME
    more_words: tuple[str, ...] = ()
    # The longest reply, to six cards, has 35 words.
    longest = 40
    listing: tuple[str, ...] = ("", _HAND, _NUMBER)
    shows_working = False

    def __init__(self) -> None:
        others = (*"+-*/()", *_ITEMS, *_PROSE.split(), "value", *self.more_words)
        super().__init__(self.frame, others, self.longest)

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of a reply.

        Neighbouring numbers are parted, by a comma in the lists and by a space in the formula, so
        that 5 before 10 never reads as 510. Cards are quoted.
        """
        text, frame, previous = "", "", ""
        for word in map(self.words.__getitem__, ids):
            if word in self.frame:
                frame = word
            text += self.gap(previous, word, listed=frame in self.listing)
            text += f'"{word}"' if frame == _HAND and word in _ITEMS else word
            previous = word or previous
        return text

    def gap(self, previous: str, word: str, *, listed: bool) -> str:
        """Return what parts two neighbouring words, `listed` where numbers stand in a list."""
        if not (previous.isalnum() and word.isalnum()):
            return ""
        return ", " if listed and word in _ITEMS and previous in _ITEMS else " "

    def demonstrated(self, demonstrations: Demonstrations) -> Iterator[tuple[str, str, Draw]]:
        """Yield dialogues; wrong attempts before the winning one are shown, and are not taught.

        Raises:
            ValueError: the demonstrations show working, and the game has no words for it.
        """
        if demonstrations.working is not None and not self.shows_working:
            raise ValueError(
                f"{demonstrations} show working, which this game has no words for. Make the model "
                f'with game="cards-working", or the demonstrations with working=None.'
            )
        attempts = demonstrations.keywords.get("max_attempts", 5)
        for index in range(len(demonstrations)):
            hand, rule = demonstrations.hand(index), demonstrations.scoring_rule(index)
            target = int(demonstrations.target[index])
            *wrong, right = demonstrations.formulas(index)
            before = [build_prompt(hand, rule, target, images=self.images, template=COMPACT)]
            for left, formula in zip(range(attempts - 1, 0, -1), wrong):
                verdict = verify(formula, hand, rule, target)
                before.append(build_reply(hand, rule, formula))
                before.append(build_feedback(verdict, left, COMPACT))
            yield "\n".join(before), demonstrations.reply(index, right), no_picture

    def dealer(self, **keywords: Any) -> Dealer:
        """Return the dealer of `GeneralPointsEnv(**keywords)`."""
        return Dealer(GameConfig.make(**keywords))

    def open(self, dealer: Dealer, seeds: NDArray[np.int64]) -> list[Dialogue]:
        """Return the dialogue of each episode seed."""
        config, deals = dealer.config, dealer.deal(seeds)
        dialogues = []
        for row, values in enumerate(deals.rules.tolist()):
            hand, rule = deals.hand(row), Rule(*values)
            stated = config.stated_rule or rule
            prompt = build_prompt(hand, stated, config.target, images=self.images, template=COMPACT)
            judge = partial(_judge, hand, rule, config.target, self.images)
            dialogues.append(Dialogue(prompt, judge))
        return dialogues


def _judge(
    hand: Hand, rule: Rule, target: int, images: bool, reply: str, left: int
) -> tuple[str, float, str]:
    _, verdict = judge_reply(reply, hand, rule, target, images=images)
    return verdict.outcome, verdict.reward, build_feedback(verdict, left, COMPACT)


GAME = Cards()
