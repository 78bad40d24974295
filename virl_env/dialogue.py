"""Street navigation in words, as `shiftgym.envs.text` plays it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import copy
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from gymnasium import spaces

from shiftgym.checks import flag
from shiftgym.envs.text import Answer
from shiftgym.once import once
from shiftgym.prompts import build_feedback, feedback_of, message_space
from virl_env.actions import ACTION_INDEX, ACTIONS, NO_ACTION
from virl_env.config import MAX_ATTEMPTS, MAX_POINTS_PER_SEGMENT, NavigationConfig
from virl_env.directions import NAMED
from virl_env.free.walk import NO_OUTCOME, FreeWalk
from virl_env.free.words import free_scene, free_template, judge_move
from virl_env.rail_walk import RailWalk
from virl_env.routes.instructions import STYLES
from virl_env.routes.rail import RailStep, build_rail
from virl_env.routes.route import MAX_LEGS, Landmark, Leg, Route
from virl_env.scene import RailScenes, Scene, rail_scenes
from virl_env.text import (
    PromptTemplate,
    build_prompt,
    build_reply,
    find_template,
    judge_reply,
)
from virl_env.verifier import Outcome, Verdict

if TYPE_CHECKING:
    from virl_env.reader import Reply

MAX_OBSERVATION = 16_384
"""Characters of the longest message of the task."""

MAX_ACTION = 8_192
"""Characters of the longest reply that is sampled."""

MAX_NAME = 255
"""Characters of a name with which the longest route still fits into a message."""

CHARACTERS = "\n" + "".join(
    map(chr, (*range(32, 127), *range(0xA1, 0x530), *range(0x2010, 0x2028)))
)
"""Characters of messages and sampled replies: ASCII, Latin, Greek and Cyrillic letters, dashes and
quotes."""

_DONE = {**dict(enumerate(ACTIONS)), NO_ACTION: ""}
"""What is told of each action that was done."""

Walk: TypeAlias = "RailWalk | FreeWalk"


class WalkDialogue:
    """The dialogues of a walk: one at each point.

    Args:
        config: of the walks.
        template: the wording, or its name.
        images: whether what is in sight is shown in a picture in place of being told.
        strict: whether a reply that is not in the asked format is unreadable.
    """

    def __init__(
        self,
        config: NavigationConfig,
        template: str | PromptTemplate = "default",
        *,
        images: bool = False,
        strict: bool = False,
    ) -> None:
        self.template = _wording(template, config.movement, flag("images", images))
        # Copies, for each space has draws of its own.
        self.messages, self.replies = copy(_message_space(self.template)), copy(_reply_space())
        self._config = config
        self._strict = flag("strict", strict)
        self._own, self._foreign = _patterns(self.template)
        self._told: tuple[RailWalk, RailScenes] | None = None

    def scene(self, walk: Walk) -> Scene:
        """Return what is told at the point where the walker stands."""
        config = self._config
        stated = config.stated_directions or walk.directions
        if isinstance(walk, FreeWalk):
            return free_scene(walk, config, stated)
        if self._told is None or self._told[0] is not walk:
            scenes = RailScenes(
                walk.route,
                walk.steps,
                stated,
                initial_heading=walk.initial_heading,
                landmark_order=walk.landmark_order,
                naming=config.instructions,
                style=config.style,
                max_attempts=config.max_attempts,
            )
            self._told = walk, scenes
        return self._told[1].at(walk.place, list(map(_DONE.__getitem__, walk.actions)))

    def prompt(self, walk: Walk) -> str:
        """Return what opens the dialogue of the point where the walker stands."""
        return self._shown(build_prompt(self.scene(walk), self.template))

    def answer(self, walk: Walk, reply: str) -> Answer:
        """Judge a reply, count the attempt, and say what was wrong or open the next point."""
        read, verdict = self._judge(walk, reply)
        action = NO_ACTION if read.action is None else ACTION_INDEX[read.action]
        behind = len(walk.actions)
        reward = walk.settle(action, NO_OUTCOME if verdict is None else verdict.outcome.code)
        if verdict is None or (len(walk.actions) > behind and not walk.terminated):
            return Answer(self.prompt(walk), reward, read.in_format, is_prompt=True)
        left = 0 if walk.terminated else walk.attempts_left
        told = min(left, MAX_ATTEMPTS) if self.template.compact else left
        feedback = build_feedback(verdict, told, self.template)
        return Answer(feedback, reward, read.in_format, is_prompt=False)

    def expert_reply(self, walk: Walk) -> str:
        """Return a reply with the right action."""
        action = ACTIONS[walk.expert_action()]
        return self._shown(build_reply(self.scene(walk), action, self.template))

    def _judge(self, walk: Walk, reply: str) -> tuple[Reply, Verdict | None]:
        """Return what a reply says and its verdict, None for a move in free movement."""
        if isinstance(walk, FreeWalk):
            return judge_move(reply, walk, self.template, strict=self._strict)
        here = walk.steps[walk.at]
        return judge_reply(
            reply, here.action, here.intersection, self.template, strict=self._strict
        )

    def _shown(self, text: str) -> str:
        """Return a text as the spaces can hold it."""
        # To match the whole takes a third of the time of looking for what does not belong.
        if not self._own.fullmatch(text):
            text = self._foreign.sub("?", text)
        return text[:MAX_OBSERVATION]


def _wording(template: str | PromptTemplate, movement: str, images: bool) -> PromptTemplate:
    """Return the wording for a kind of movement, with pictures or without."""
    if images:
        # Who reads only words needs nothing of pictures.
        from virl_env.views.wording import seen_template

        return seen_template(template, movement)
    return free_template(template) if movement == "free" else find_template(template)


@once()
def _reply_space() -> spaces.Text:
    return spaces.Text(MAX_ACTION, min_length=0, charset=CHARACTERS)


@lru_cache(maxsize=32)
def _message_space(template: PromptTemplate) -> spaces.Text:
    """Return the space of what a template can say.

    Raises:
        ValueError: where its longest message does not fit.
    """
    return message_space(_longest_messages(template), MAX_OBSERVATION, CHARACTERS)


@lru_cache(maxsize=32)
def _patterns(template: PromptTemplate) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what matches a message of the space, and a character that it lacks."""
    characters = re.escape("".join(_message_space(template).character_set))
    return re.compile(f"[{characters}]*"), re.compile(f"[^{characters}]")


def _longest_messages(template: PromptTemplate) -> Sequence[str]:
    prompts = [build_prompt(scene, template) for scene in _longest_scenes()]
    return [*prompts, *feedback_of(map(Verdict.of, Outcome), MAX_ATTEMPTS, template)]


@once()
def _longest_scenes() -> tuple[Scene, ...]:
    """Return scenes of the longest route, one in each style, after the longest history."""
    landmark = Landmark("M" * MAX_NAME, "cafe", (0.0, 0.0))
    legs = (Leg(45 * 5, 100.0, (0.0, 0.0), landmark, "right behind"),) * MAX_LEGS
    route = Route("", (0.0, 0.0), "", landmark.name, 0, legs)
    rule = NAMED["absolute"]
    steps: list[RailStep] = build_rail(route, MAX_POINTS_PER_SEGMENT, directions=rule)
    # Actions that take turns do not shorten into runs.
    past = [sorted(ACTIONS, key=len)[-1 - at % 2] for at in range(len(steps))]
    return tuple(
        rail_scenes(route, steps, rule, style=style, max_attempts=MAX_ATTEMPTS)[-1]._replace(
            actions=past
        )
        for style in range(len(STYLES))
    )
