"""Street navigation in words: what a language model is told, and how its replies are judged.

Pure functions over text, for environments, trainers and evaluations alike. The wording is data: a
`PromptTemplate`, which a user may replace. Each point of a route is a dialogue of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from string import Formatter
from typing import TYPE_CHECKING, ClassVar

from shiftgym.prompts import Template, Templates
from shiftgym.replies import OUT_OF_FORMAT
from virl_env.actions import ACTIONS, KEYS
from virl_env.directions import FRAMES
from virl_env.scene import LETTERS, PARTS, Scene, describe_code, describe_sight, one_word
from virl_env.verifier import OUTCOMES, Outcome, Verdict, verify
from virl_env.world.geometry import COMPASS, RELATIVE, SIDES

if TYPE_CHECKING:
    from virl_env.reader import Reply

TASK_PLACEHOLDERS = tuple(PARTS)


@dataclass(frozen=True)
class PromptTemplate(Template):
    """The wording of the task, as `shiftgym.prompts.Template` says.

    Placeholders of `task`: {instructions} (all lines, numbered), {rule} (how turns are told, in
    full), {observation} (what is in sight), {intersection} ("yes" or "no"), {heading} (degrees),
    {compass} (the nearest compass word), {actions} (done so far), {attempts} (allowed at this
    point), {landmarks} (of the route, and what they are); and in a few words: {frame} and {table}
    of the rule, {codes} (the instructions from the current one on), {sight}, {categories} (of
    landmarks).

    Attributes:
        compact: whether an expert's reply is in few words too: letters for landmarks, and names
            of two words joined, such as turn_direction(slightly_left).
    """

    placeholders: ClassVar[Collection[str]] = TASK_PLACEHOLDERS
    answer_key: ClassVar[str] = "action"

    compact: bool = False
    keys: tuple[str, ...] = KEYS


DEFAULT = PromptTemplate(
    system=(
        "You find your way through a city by written instructions. Think it through as you like, "
        "and close every reply with one JSON object that holds your answer."
    ),
    task="""\
You walk along a route, from one point to the next, and follow these instructions in their order:
{instructions}

At each point you do one of these:
- forward(): walk ahead to the next point.
- turn_direction(x): turn into the street in which the route goes on, once for each instruction \
that asks for a turn. {rule}
- stop(): end the walk, at the destination.

This is the point where you are now:
- In sight: {observation}.
- Intersection: {intersection}.
- You face {compass} (heading {heading} degrees, clockwise from north).
- Done so far: {actions}.
- Attempts allowed here: {attempts}. After a wrong one you hear what was wrong and may try again.

Close your reply with a JSON object of these three keys:
{{"current observation": "what is in sight, and whether there is an intersection", \
"current instruction": "the instruction to follow now", \
"action": "forward(), stop() or turn_direction(x)"}}""",
    feedback="{message} Attempts remaining: {attempts_left}. Reply with the full JSON object.",
    solved="{message} The route ends here.",
    lost="{message} No attempts remain, and the route ends here.",
)
"""Full English, for language models that follow instructions."""

COMPACT = PromptTemplate(
    task="{frame}: {table}. {codes}. facing {compass}. see {sight}. intersection {intersection}.",
    feedback="{outcome}. tries {attempts_left}.",
    solved="{outcome}.",
    lost="{outcome}. tries 0.",
    compact=True,
)
"""A few dozen of `COMPACT_WORDS`, for small models that learn the task from nothing. Landmarks are
letters that are drawn anew for each episode."""

COMPACT_WORDS = tuple(
    dict.fromkeys(
        (
            *FRAMES,
            *COMPASS,
            *map(one_word, (*RELATIVE, *SIDES)),
            *LETTERS,
            *("turn", "walk", "facing", "see", "nothing", "intersection", "yes", "no", "tries"),
            *(word for outcome in OUTCOMES for word in outcome.value.split("_")),
            *map(str, range(11)),
            *(
                "current",
                "observation",
                "instruction",
                "action",
                "forward",
                "stop",
                "turn_direction",
            ),
        )
    )
)
r"""Every word (as the pattern \w+ finds them) of compact prompts, feedback and expert replies."""

TEMPLATES = Templates({"default": DEFAULT, "compact": COMPACT})
find_template = TEMPLATES.find


@lru_cache(maxsize=64)
def _pieces(task: str) -> Sequence[tuple[str, Callable[[Scene], str] | None]]:
    """Return the texts of a wording in order, each with the part of a scene that follows it."""
    return [(text, PARTS[name] if name else None) for text, name, *_ in Formatter().parse(task)]


def build_prompt(scene: Scene, template: str | PromptTemplate = DEFAULT) -> str:
    """Return the message that opens the dialogue of a point.

    Args:
        scene: what is told there.
        template: the wording, or its name.

    Raises:
        ValueError: for the name of a template that is none.
    """
    told: list[str] = []
    for text, part in _pieces(find_template(template).task):
        told.append(text)
        if part is not None:
            told.append(part(scene))
    return "".join(told)


def build_reply(scene: Scene, action: str, template: str | PromptTemplate = DEFAULT) -> str:
    """Return a full reply with this action, as an expert or a demonstration gives it."""
    answer = "yes" if scene.intersection else "no"
    if find_template(template).compact:
        seen = f"{describe_sight(scene.sight)}, intersection {answer}"
        followed, action = describe_code(scene.codes[0]), one_word(action)
    else:
        seen = f"{scene.observation}. Intersection: {answer}."
        followed = f"{scene.line}. {scene.instructions[scene.line - 1]}"
    return json.dumps(
        {"current observation": seen, "current instruction": followed, "action": action},
        ensure_ascii=False,
    )


_COMPACT_ACTIONS = tuple(map(one_word, ACTIONS))

_CACHED = 1_000
"""Characters of the longest reply that is remembered: along a route many are the same."""


def _parse(text: object, keys: tuple[str, ...], actions: tuple[str, ...]) -> Reply:
    # Its patterns take a while to compile, and a first prompt is out before there is a reply.
    from virl_env.reader import parse_reply

    return parse_reply(text, keys, actions)


_parsed = lru_cache(maxsize=1024)(_parse)


def read_reply(
    text: object, template: str | PromptTemplate = DEFAULT, *, strict: bool = False
) -> Reply:
    """Return what a reply to a template's prompt says.

    Args:
        text: the reply, of any type and length.
        template: the wording that asked for it, or its name.
        strict: whether a reply out of format is unreadable, whatever it means.
    """
    asking = find_template(template)
    actions = _COMPACT_ACTIONS if asking.compact else ACTIONS
    if isinstance(text, str) and len(text) <= _CACHED:
        reply = _parsed(text, asking.keys, actions)
    else:
        reply = _parse(text, asking.keys, actions)
    if strict and reply.action is not None and not reply.in_format:
        return replace(reply, action=None, reason=OUT_OF_FORMAT)
    return reply


def judge_reply(
    text: object,
    right: str,
    intersection: bool,
    template: str | PromptTemplate = DEFAULT,
    *,
    strict: bool = False,
) -> tuple[Reply, Verdict]:
    """Read a reply and judge it; never raises for what the reply may be.

    The first that applies: unreadable; correct; misread_intersection, where the reply reports
    whether this is an intersection, and wrongly; wrong_action.

    Args:
        text: the reply, of any type and length.
        right: the action that the instructions ask for, one of `virl_env.actions.ACTIONS`.
        intersection: whether the point is one.
        template, strict: as for `read_reply`.
    """
    reply = read_reply(text, template, strict=strict)
    if reply.action is None:
        return reply, Verdict.of(Outcome.UNREADABLE).because(reply.reason)
    return reply, verify(
        reply.action, right, reported=reply.intersection, intersection=intersection
    )
