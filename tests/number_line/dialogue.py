"""The task in words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from gymnasium import spaces

from shiftgym.envs.text import Answer
from shiftgym.prompts import Template, build_feedback, message_space
from tests.number_line.task import ACTIONS, OUTCOMES, RULES, NumberLineConfig, Walk

CHARACTERS = "".join(map(chr, range(32, 127))) + "\n"


@dataclass(frozen=True)
class PromptTemplate(Template):
    """The wording."""

    placeholders: ClassVar[Collection[str]] = ("at", "goal", "left", "right")


DEFAULT = PromptTemplate(
    task="You are at {at}. Go to {goal}. left adds {left}, right adds {right}. "
    "Reply with left, right or stop.",
    feedback="{message} {attempts_left} left.",
    solved="{message}",
    lost="{message} No attempt is left.",
)


class Verdict(NamedTuple):
    """What came of an attempt."""

    outcome: str
    message: str


class LineDialogue:
    """A dialogue at each number."""

    template = DEFAULT
    messages = message_space(["x"], 200, CHARACTERS)
    replies = spaces.Text(20, min_length=0, charset=CHARACTERS)

    def __init__(self, config: NumberLineConfig) -> None:
        self._left, self._right = RULES[config.rule]

    def prompt(self, walk: Walk) -> str:
        """Return what is told where the walker stands."""
        told = {"at": walk.at, "goal": walk.goal, "left": self._left, "right": self._right}
        return self.template.task.format(**told)

    def answer(self, walk: Walk, reply: str) -> Answer:
        """Do what the reply names."""
        named = reply.strip().lower()
        in_format = named in ACTIONS
        reward = walk.act(ACTIONS.index(named)) if in_format else walk.settle("unreadable")
        if walk.outcome == 0:
            return Answer(self.prompt(walk), reward, in_format, is_prompt=True)
        outcome = OUTCOMES[walk.outcome]
        verdict = Verdict(outcome, f"That was {outcome}.")
        feedback = build_feedback(verdict, walk.attempts_left, self.template)
        return Answer(feedback, reward, in_format, is_prompt=False)

    def expert_reply(self, walk: Walk) -> str:
        """Return the action that leads to the goal."""
        return ACTIONS[walk.expert_action()]
