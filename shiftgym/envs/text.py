"""One episode as a dialogue: text in, text out."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, ClassVar, NamedTuple, Protocol, TypeVar

from gymnasium import spaces

from shiftgym.checks import only_with
from shiftgym.envs.single import SingleEnv
from shiftgym.episode import Episode
from shiftgym.keywords import configured, own_keywords
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


class TextEnv(SingleEnv[str, str, E]):
    """A single environment with spaces `Text`.

    Args:
        render_mode: as for `SingleEnv`.
        keywords: of the task, of the dialogue and, with `images=True`, of the renderer, which draws
            the picture that goes with a prompt.

    Attributes:
        told_by: makes the dialogue of the configuration and of keywords of its own. One that can
            leave out what pictures show has the keyword `images`.
        dialogue: tells the task in words.
    """

    metadata: dict[str, Any] = {**SingleEnv.metadata, "render_fps": 1}  # noqa: RUF012
    told_by: ClassVar[Callable[..., Dialogue]]

    def __init__(self, *, render_mode: str | None = None, **keywords: Any) -> None:
        shell = type(self)
        self.config, others = configured(shell, keywords)
        told = {name: others.pop(name) for name in own_keywords(shell.told_by) if name in others}
        self.dialogue = shell.told_by(self.config, **told)
        if shell.drawn_by is not None and told.get("images"):
            self.renderer = shell.drawn_by(self.config, **others)
        elif shell.drawn_by is not None:
            usual = own_keywords(shell.drawn_by)
            idle = {name: (value, usual[name].default) for name, value in others.items()}
            only_with("images=True", "without it there are no pictures", **idle)
        super().__init__(shell.plays(self.config), render_mode=render_mode)
        self._draw = None if self.renderer is None else self.renderer.draw
        self.observation_space = self.dialogue.messages
        self.action_space = self.dialogue.replies
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
        episode = self._begin(seed, options)
        prompt = self.dialogue.prompt(episode)
        self._in_format = False
        self._open(prompt)
        return prompt, self._observed(episode)

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
        return answer.text, answer.reward, terminated, truncated, self._observed(episode)

    def expert_action(self) -> str:
        """Return what an expert replies now, in the form that is asked for."""
        return self.dialogue.expert_reply(self.episode)

    def as_text(self) -> str:
        """Return the dialogue so far."""
        return "\n\n".join(f"[{one['role']}]\n{in_words(one['content'])}" for one in self._messages)

    def _open(self, prompt: str) -> None:
        """Open a dialogue."""
        url = None
        if self._draw is not None:
            # Who reads only words needs nothing of pictures.
            from shiftgym.pictures import data_url

            url = data_url(self._draw(self.episode))
        self._messages = build_messages(prompt, self.dialogue.template, url)

    def _observed(self, episode: E) -> dict[str, Any]:
        self._show()
        # The parts of a message with a picture are lists and dicts of their own.
        messages = [
            dict(one) if isinstance(one["content"], str) else deepcopy(one)
            for one in self._messages
        ]
        return {"messages": messages, "in_format": self._in_format, **self._info(episode)}
