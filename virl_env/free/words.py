"""Free movement in words: what is told where the walker stands, and how a reply is judged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from virl_env.actions import ACTION_INDEX, ACTIONS, FORWARD, STOP
from virl_env.config import NavigationConfig
from virl_env.directions import Directions
from virl_env.free.walk import NO_OUTCOME, FreeWalk
from virl_env.routes.rail import NO_LANDMARKS, describe
from virl_env.scene import Scene, told_landmarks, told_lines
from virl_env.text import DEFAULT, PromptTemplate, find_template, read_reply
from virl_env.verifier import OUTCOMES, Outcome, Verdict
from virl_env.world.geometry import SIDES

if TYPE_CHECKING:
    from virl_env.reader import Reply

MAX_TOLD = 88
"""Latest actions that are told: those of the longest rail, so that prompts have equal room."""

FREE = replace(
    DEFAULT,
    task="""\
You walk through a city, from one point to the next, and follow these instructions in their order:
{instructions}

At each point you do one of these:
- forward(): walk ahead to the next point, along the street that is closest to where you face.
- turn_direction(x): turn where you stand, to face the street in that direction. {rule}
- stop(): end the walk, at the destination.

This is the point where you are now:
- In sight: {observation}.
- Intersection: {intersection}.
- You face {compass} (heading {heading} degrees, clockwise from north).
- Done so far: {actions}.
- Actions left: {attempts}.

Close your reply with a JSON object of these three keys:
{{"current observation": "what is in sight, and whether there is an intersection", \
"current instruction": "the instruction to follow now", \
"action": "forward(), stop() or turn_direction(x)"}}""",
    feedback="{message} Actions left: {attempts_left}. Reply with the full JSON object.",
    solved="{message} The walk ends here.",
    lost="{message} The walk ends here.",
)
"""The default wording where the walker moves freely."""

_MESSAGES = {
    STOP: "You stop, but not at the destination.",
    FORWARD: "No street leads ahead within 45 degrees, so you stay where you are.",
}
_NO_TURN = "The rule that is in force has no such word, so you stay as you are."
_MISREAD = "The reply reports wrongly whether this is an intersection, and its action fails."


def free_template(template: str | PromptTemplate) -> PromptTemplate:
    """Return the wording of free movement for what `find_template` understands."""
    return FREE if template == "default" else find_template(template)


def free_scene(walk: FreeWalk, config: NavigationConfig, stated: Directions) -> Scene:
    """Return what is told where a walker stands.

    Args:
        walk: a running episode.
        config: of the episode.
        stated: the rule that is stated.
    """
    route, numbers = walk.route, (0, *walk.landmark_order)
    lines, codes = told_lines(
        route, walk.initial_heading, walk.landmark_order, config.instructions, config.style
    )
    landmark, side = walk.course.sight(walk.pose)
    told = NO_LANDMARKS
    if landmark:
        seen = replace(route.legs[landmark - 1], side=SIDES[side - 1])
        told = describe(seen, is_destination=landmark == len(route.legs))
    return Scene(
        instructions=lines,
        line=walk.line + 1,
        codes=codes[walk.line :],
        observation=told,
        sight=(numbers[landmark], side),
        intersection=walk.course.is_intersection(walk.pose.point),
        heading=walk.pose.heading,
        directions=stated,
        actions=[ACTIONS[done] for done in walk.actions[-MAX_TOLD:]],
        max_attempts=walk.attempts_left,
        landmarks=told_landmarks(route, walk.landmark_order),
    )


def judge_move(
    text: object, walk: FreeWalk, template: str | PromptTemplate = FREE, *, strict: bool = False
) -> tuple[Reply, Verdict | None]:
    """Read a reply and judge it; never raises for what the reply may be.

    As `text.judge_reply`, but a move that is possible has no verdict.

    Args:
        text: the reply, of any type and length.
        walk: a running episode, which is left as it is.
        template, strict: as for `text.read_reply`.
    """
    reply = read_reply(text, template, strict=strict)
    if reply.action is None:
        return reply, Verdict.of(Outcome.UNREADABLE).because(reply.reason)
    action = ACTION_INDEX[reply.action]
    code = walk.judge(action)
    if code == NO_OUTCOME:
        return reply, None
    outcome = OUTCOMES[code - 1]
    if outcome is Outcome.CORRECT:
        return reply, Verdict.of(outcome)
    crossing = walk.course.is_intersection(walk.pose.point)
    if reply.intersection is not None and reply.intersection is not crossing:
        return reply, replace(Verdict.of(Outcome.MISREAD_INTERSECTION), message=_MISREAD)
    return reply, replace(Verdict.of(outcome), message=_MESSAGES.get(action, _NO_TURN))
