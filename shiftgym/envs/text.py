"""One episode as a dialogue: text in, text out."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, NamedTuple, Protocol, TypeVar

from gymnasium import spaces

from shiftgym.checks import flag, only_with
from shiftgym.envs.single import SingleEnv
from shiftgym.envs.views import Renderer
from shiftgym.episode import Episode, Task
from shiftgym.pictures import data_url
from shiftgym.prompts import Message, Template, build_messages, in_words
from shiftgym.replies import check_reply

E = TypeVar("E", bound=Episode)


class Answer(NamedTuple):
    """How a reply was answered.

    Attributes:
        text: the next message.
        reward: of the attempt.
        in_format: whether the reply kept to the asked format.
        is_prompt: whether the text opens a new dialogue, in place of going on in this one.
    """

    text: str
    reward: float
    in_format: bool
    is_prompt: bool


class Dialogue(Protocol):
    """How a task is told in words.

    Attributes:
        template: the wording.
        messages: the space of what is told.
        replies: the space of what is sampled.
    """

    @property
    def template(self) -> Template: ...  # noqa: D102

    messages: spaces.Text
    replies: spaces.Text

    def prompt(self, episode: Any) -> str:
        """Return what opens a dialogue."""
        ...

    def answer(self, episode: Any, reply: str) -> Answer:
        """Judge a reply, count the attempt and answer it."""
        ...

    def expert_reply(self, episode: Any) -> str:
        """Return what an expert replies now, in the form that is asked for."""
        ...


def shows_pictures(images: bool, **of_pictures: tuple[object, str | float | None]) -> bool:
    """Return the keyword `images`, and refuse keywords of pictures where there are none.

    Args:
        images: the keyword.
        of_pictures: the value and the default of each.

    Raises:
        ValueError: for what is neither True nor False, or naming the keywords.
    """
    if not flag("images", images):
        only_with("images=True", "without it there are no pictures", **of_pictures)
    return bool(images)


class TextEnv(SingleEnv[str, str, E]):
    """A single environment with spaces `Text`.

    Args:
        task, render_mode: as for `SingleEnv`.
        dialogue: tells the task in words.
        renderer: draws the picture that goes with a prompt; None for none.
    """

    metadata: dict[str, Any] = {**SingleEnv.metadata, "render_fps": 1}  # noqa: RUF012

    def __init__(
        self,
        task: Task[E, Any],
        dialogue: Dialogue,
        renderer: Renderer | None = None,
        *,
        render_mode: str | None = None,
    ) -> None:
        super().__init__(task, render_mode=render_mode)
        self.dialogue = dialogue
        self._draw = None if renderer is None else renderer.draw
        self.observation_space = dialogue.messages
        self.action_space = dialogue.replies
        self._messages: list[Message] = []
        self._in_format = False

    @property
    def template(self) -> Template:
        """The wording."""
        return self.dialogue.template

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Start a new episode and return its prompt.

        `seed`, `options` and what is refused of them are as for the symbolic id.
        """
        prompt = self.dialogue.prompt(self._begin(seed, options))
        self._in_format = False
        self._open(prompt)
        return prompt, self._observed()

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Judge one reply and answer it.

        Raises:
            TypeError: for anything but a string; nothing is counted then.
            gymnasium.error.ResetNeeded: before the first reset and after the end of an episode.
        """
        said = check_reply(action)
        episode = self._need_running()
        answer = self.dialogue.answer(episode, said)
        self._in_format = answer.in_format
        terminated, truncated = self._end(episode)
        if answer.is_prompt:
            self._open(answer.text)
        else:
            self._messages.append({"role": "assistant", "content": said})
            self._messages.append({"role": "user", "content": answer.text})
        return answer.text, answer.reward, terminated, truncated, self._observed()

    def expert_action(self) -> str:
        """Return what an expert replies now, in the form that is asked for."""
        return self.dialogue.expert_reply(self.episode)

    def as_text(self) -> str:
        """Return the dialogue so far."""
        return "\n\n".join(f"[{one['role']}]\n{in_words(one['content'])}" for one in self._messages)

    def _open(self, prompt: str) -> None:
        """Open a dialogue."""
        url = None if self._draw is None else data_url(self._draw(self.episode))
        self._messages = build_messages(prompt, self.dialogue.template, url)

    def _observed(self) -> dict[str, Any]:
        self._show()
        # The parts of a message with a picture are lists and dicts of their own.
        messages = [
            dict(one) if isinstance(one["content"], str) else deepcopy(one)
            for one in self._messages
        ]
        return {"messages": messages, "in_format": self._in_format, **self._info()}
