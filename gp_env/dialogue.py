"""The card game in words, as `shiftgym.envs.text` plays it."""

from __future__ import annotations

from copy import copy
from functools import lru_cache

from gymnasium import spaces

from gp_env.config import MAX_ATTEMPTS, MAX_TARGET, GameConfig
from gp_env.deck import MAX_CARDS, SUIT_SYMBOLS, Hand
from gp_env.episode import CardEpisode
from gp_env.rules import MAX_VALUE, Rule
from gp_env.text import (
    PromptTemplate,
    build_prompt,
    build_reply,
    find_template,
    judge_reply,
)
from gp_env.verifier import Outcome, Verdict
from shiftgym.checks import flag
from shiftgym.envs.text import Answer
from shiftgym.once import once
from shiftgym.prompts import build_feedback, feedback_of, message_space

MAX_OBSERVATION = MAX_ACTION = 8_192
"""Characters of the longest message of the game, and of the longest reply that is sampled."""

OBSERVATION_CHARACTERS = "\n" + "".join(map(chr, range(32, 127))) + SUIT_SYMBOLS
"""Characters that the templates of the game write."""

ACTION_CHARACTERS = "".join(
    dict.fromkeys(  # Gymnasium 1.2 samples from no space that holds a character twice
        OBSERVATION_CHARACTERS
        + "\t\r−×÷∕"
        + "".join(map(chr, [*range(0xA1, 0x100), *range(0x2010, 0x2028)]))
    )
)
"""Characters of sampled replies: ASCII, Latin-1, dashes, curly quotes and signs of arithmetic."""


class CardDialogue:
    """The dialogue of a hand.

    Args:
        config: of the game.
        template: the wording, or its name.
        images: whether the cards are shown in a picture in place of being told.
        strict: whether a reply that is not in the asked format is unreadable.
    """

    def __init__(
        self,
        config: GameConfig,
        template: str | PromptTemplate = "default",
        *,
        images: bool = False,
        strict: bool = False,
    ) -> None:
        self.template = find_template(template)
        # Copies, for each space has draws of its own.
        self.messages, self.replies = copy(_message_space(self.template)), copy(_reply_space())
        self._max_attempts = config.max_attempts
        self._images, self._strict = flag("images", images), flag("strict", strict)

    def prompt(self, episode: CardEpisode) -> str:
        """Return what opens the dialogue."""
        return build_prompt(
            episode.hand,
            episode.stated_rule,
            episode.target,
            max_attempts=self._max_attempts,
            images=self._images,
            template=self.template,
        )

    def answer(self, episode: CardEpisode, reply: str) -> Answer:
        """Judge a reply, count the attempt and say what was wrong."""
        read, verdict = judge_reply(
            reply,
            episode.hand,
            episode.rule,
            episode.target,
            images=self._images,
            strict=self._strict,
            keys=self.template.keys,
        )
        episode.last_formula = read.formula or ""
        reward = episode.settle(verdict.outcome.code)
        feedback = build_feedback(verdict, episode.attempts_left, self.template)
        return Answer(feedback, reward, read.in_format, is_prompt=False)

    def expert_reply(self, episode: CardEpisode) -> str:
        """Return a reply that wins."""
        return build_reply(episode.hand, episode.rule, episode.expert_formula())


@once()
def _reply_space() -> spaces.Text:
    return spaces.Text(MAX_ACTION, min_length=0, charset=ACTION_CHARACTERS)


@lru_cache(maxsize=32)
def _message_space(template: PromptTemplate) -> spaces.Text:
    """Return the space of what a template can say.

    Raises:
        ValueError: where its longest message does not fit.
    """
    hand = Hand((10,) * MAX_CARDS, (1,) * MAX_CARDS)
    widest = Rule(MAX_VALUE, MAX_VALUE, MAX_VALUE)
    prompt = build_prompt(hand, widest, MAX_TARGET, max_attempts=MAX_ATTEMPTS, template=template)
    verdicts = (Verdict.of(outcome, target=MAX_TARGET) for outcome in Outcome)
    says = [prompt, *feedback_of(verdicts, MAX_ATTEMPTS, template)]
    return message_space(says, MAX_OBSERVATION, OBSERVATION_CHARACTERS)
