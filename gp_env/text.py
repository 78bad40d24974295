"""GeneralPoints in words: what a language model is told, and how its replies are judged.

Pure functions over text, for environments, trainers and evaluations alike. The wording is data: a
`PromptTemplate`, which a user may replace.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from gp_env.config import check_target
from gp_env.deck import RANK_NAMES, Hand, HandLike
from gp_env.reader import ASKED_KEYS, Reply, parse_reply
from gp_env.rules import Rule, RuleLike
from gp_env.spoken import read_rank
from gp_env.verifier import Outcome, Verdict, verify_values
from shiftgym.prompts import Template, Templates
from shiftgym.replies import OUT_OF_FORMAT

TASK_PLACEHOLDERS = (
    "cards",
    "ranks",
    "count",
    "jack",
    "queen",
    "king",
    "target",
    "attempts",
)


@dataclass(frozen=True)
class PromptTemplate(Template):
    """The wording of the game, as `shiftgym.prompts.Template` says.

    Placeholders of `task`: {cards} (as dealt, with their suits), {ranks} (without suits), {count}
    (how many), {jack} {queen} {king} (what they count), {target}, {attempts} (how many are
    allowed).

    Attributes:
        pictured: stands for {cards} and {ranks} where the cards are shown in a picture.
    """

    placeholders: ClassVar[Collection[str]] = TASK_PLACEHOLDERS
    answer_key: ClassVar[str] = "formula"

    pictured: str = "the ones in the picture"
    keys: tuple[str, ...] = ASKED_KEYS


DEFAULT = PromptTemplate(
    system=(
        "You play a card game of arithmetic. Think it through as you like, and close every reply "
        "with one JSON object that holds your answer."
    ),
    task="""\
Your {count} cards: {cards}.

Combine what the cards count into a formula that equals {target}. Every card is used exactly once.
- An ace counts 1 and a card with a number counts that number. In this game a jack (J) counts \
{jack}, a queen (Q) counts {queen} and a king (K) counts {king}. Suits do not matter.
- Between the numbers you may write + - * / and, to group them, ( and ). Nothing else: no powers, \
no signs before a number, no digits joined into a larger number.
- Attempts allowed: {attempts}. After a wrong one you hear what was wrong and may try again.

Close your reply with a JSON object of these three keys:
{{"cards": [each card, such as "7" or "Q"], "number": [what each card counts, in the same order], \
"formula": "the formula, without an equals sign"}}""",
    feedback="{message} Attempts left: {attempts_left}. Reply again with the full JSON object.",
    solved="{message}",
    lost="{message} No attempts are left.",
)
"""Full English, for language models that follow instructions."""

COMPACT = PromptTemplate(
    task="Cards: {ranks}. J {jack} Q {queen} K {king}. Make {target}.",
    feedback="{outcome}. {attempts_left} left.",
    solved="{outcome}.",
    lost="{outcome}. 0 left.",
    pictured="pictured",
)
"""A dozen words, for small models that learn the game from nothing."""

TEMPLATES = Templates({"default": DEFAULT, "compact": COMPACT})
find_template = TEMPLATES.find


def build_prompt(
    hand: HandLike,
    rule: RuleLike = "ten",
    target: int = 24,
    *,
    max_attempts: int = 5,
    images: bool = False,
    template: str | PromptTemplate = DEFAULT,
) -> str:
    """Return the message that opens an episode.

    Args:
        hand: the cards, as ranks or a Hand; suits are told where the Hand has them.
        rule: what J, Q and K count, as told to the player.
        target: the number to make.
        max_attempts: how many attempts the player has.
        images: the cards are in a picture that goes with the message: they are not told.
        template: the wording, or its name.

    Raises:
        ValueError: for a hand, a rule or a template's name that the game does not have.
    """
    hand, rule, template = Hand.parse(hand), Rule.parse(rule), find_template(template)
    return template.task.format(
        cards=template.pictured if images else hand,
        ranks=template.pictured if images else " ".join(_names(hand)),
        count=len(hand.ranks),
        jack=rule.jack,
        queen=rule.queen,
        king=rule.king,
        target=target,
        attempts=max_attempts,
    )


def build_reply(hand: HandLike, rule: RuleLike, formula: str) -> str:
    """Return a reply in the form that is asked for, as an expert or a demonstration gives it."""
    hand = Hand.parse(hand)
    answer = {"cards": _names(hand), "number": hand.values(rule), "formula": formula}
    return json.dumps(answer)


def judge_reply(
    text: object,
    hand: HandLike,
    rule: RuleLike = "ten",
    target: int = 24,
    *,
    images: bool = False,
    strict: bool = False,
    keys: tuple[str, ...] = ASKED_KEYS,
) -> tuple[Reply, Verdict]:
    """Read a reply and judge it; never raises for what the reply may be.

    The first that applies: unreadable; with `images`, misread_cards, where the reply names cards
    and they are not those of the hand, in any order; illegal_formula; wrong_numbers, also where the
    reply reports what the cards count and that is not so (no entry but an integer is);
    wrong_value; correct.

    Args:
        text: the reply, of any type and length.
        hand: the cards, as ranks or a Hand.
        rule: what J, Q and K count when scoring.
        target: the number to make, 1 to 100.
        images: the cards were shown in a picture, so that naming them is part of the task.
        strict: a reply that is not in the asked format (`Reply.in_format`) is unreadable.
        keys: of the object that the prompt asked for: `PromptTemplate.keys`.

    Raises:
        ValueError: for a hand, a rule or a target that the game does not have.
    """
    hand, rule, target = Hand.parse(hand), Rule.parse(rule), check_target(target)
    reply = parse_reply(text, keys)
    if reply.formula is None:
        return reply, Verdict.of(Outcome.UNREADABLE).because(reply.reason)
    if strict and not reply.in_format:
        return reply, replace(Verdict.of(Outcome.UNREADABLE), message=OUT_OF_FORMAT)
    if images and reply.cards is not None and not _names_hand(reply.cards, hand):
        return reply, Verdict.of(Outcome.MISREAD_CARDS)
    values = rule.values(hand.ranks)
    verdict = verify_values(reply.formula, values, target)
    if verdict.outcome is Outcome.ILLEGAL_FORMULA or _reports_right(reply, hand, values):
        return reply, verdict
    wrong = Verdict.of(Outcome.WRONG_NUMBERS)
    return reply, replace(wrong, message=_WRONG_REPORT)


_WRONG_REPORT = "The numbers reported are not what the cards of the hand count."


def _reports_right(reply: Reply, hand: Hand, values: Sequence[int]) -> bool:
    """Return whether what a reply reports of the numbers is so, where it reports any."""
    if reply.number is not None:
        return Counter(reply.number) == Counter(values)
    counts = dict(zip(hand.ranks, values))
    named = ((read_rank(card), count) for card, count in reply.counts)
    return all(counts.get(rank, count) == count for rank, count in named if rank is not None)


def _names(hand: Hand) -> list[str]:
    return [RANK_NAMES[rank] for rank in hand.ranks]


def _names_hand(cards: Iterable[str], hand: Hand) -> bool:
    """Return whether these are the ranks of the hand, in any order and whatever their suits."""
    ranks = [read_rank(card) for card in cards]
    return None not in ranks and sorted(filter(None, ranks)) == sorted(hand.ranks)
