"""Wording that users may replace, and the chats that are made of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from string import Formatter
from typing import Any, ClassVar, Protocol, TypeVar

from gymnasium import spaces

from shiftgym.checks import shown

Message = dict[str, Any]
"""One message of a chat: {"role": "system" | "user" | "assistant", "content": text}. With a picture
the content is a list of parts, as OpenAI's chats take it: {"type": "text", "text": ...} and
{"type": "image_url", "image_url": {"url": ...}}."""

FEEDBACK_PLACEHOLDERS = ("message", "outcome", "attempts_left")


@dataclass(frozen=True)
class Template:
    """The wording of a task. Each text is a `str.format` string; write `{{` and `}}` for braces.

    Attributes:
        task: opens a dialogue. Its placeholders are the task's.
        feedback: follows a wrong attempt while some are left. Placeholders: {message} (a sentence
            that says what was wrong), {outcome} (such as "wrong value"), {attempts_left}.
        solved: follows the right attempt that ends the episode. Placeholders as in `feedback`.
        lost: follows the last attempt, where it was wrong. Placeholders as in `feedback`.
        system: the system message, as it stands, without placeholders; "" for none.
        keys: of the JSON object that `task` asks for; a reply with other ones is out of format.

    Raises:
        ValueError: on construction, for a placeholder that is not one of these, a lone brace, or
            keys without that of the answer.
    """

    placeholders: ClassVar[Collection[str]] = ()
    """Of `task`."""

    answer_key: ClassVar[str] = ""
    """The key of the answer itself, "" where a task asks for no object."""

    task: str
    feedback: str
    solved: str
    lost: str
    system: str = ""
    keys: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_placeholders("PromptTemplate.task", self.task, self.placeholders)
        for name in ("feedback", "solved", "lost"):
            text = getattr(self, name)
            _check_placeholders(f"PromptTemplate.{name}", text, FEEDBACK_PLACEHOLDERS)
        if self.answer_key and self.answer_key not in self.keys:
            raise ValueError(
                f"PromptTemplate.keys={self.keys!r} lacks {self.answer_key!r}: list every key that "
                f"the wording asks for."
            )


class Judged(Protocol):
    """A verdict, as far as feedback needs it."""

    @property
    def outcome(self) -> Any: ...  # noqa: D102
    @property
    def message(self) -> str: ...  # noqa: D102


T = TypeVar("T", bound=Template)


class Templates(dict[str, T]):
    """The templates that come with a task, by name."""

    @cached_property
    def kind(self) -> type[T]:
        """Their class."""
        return type(next(iter(self.values())))

    def find(self, template: str | T) -> T:
        """Return a template as it is, or the one of this name.

        Raises:
            ValueError: for an unknown name.
        """
        if isinstance(template, self.kind):
            return template
        if not isinstance(template, str) or template not in self:
            raise ValueError(
                f"template={shown(template)} is unknown: expected {' or '.join(map(repr, self))}, "
                f"or a {self.kind.__module__}.{self.kind.__name__}."
            )
        return self[template]


def build_feedback(verdict: Judged, attempts_left: int, template: Template) -> str:
    """Return the message that follows an attempt; it does not give answers away."""
    if verdict.outcome == "correct":
        wording = template.solved
    else:
        wording = template.feedback if attempts_left else template.lost
    return wording.format(
        message=verdict.message,
        outcome=str(verdict.outcome).replace("_", " "),
        attempts_left=attempts_left,
    )


def build_messages(prompt: str, template: Template, picture: str | None = None) -> list[Message]:
    """Return a new chat: the template's system message, where it has one, and the prompt.

    Args:
        prompt: what is asked.
        template: that it was built with.
        picture: URL of a picture that goes with it, None for none.
    """
    chat: list[Message] = []
    if template.system:
        chat.append({"role": "system", "content": template.system})
    content: Any = prompt
    if picture is not None:
        shown = {"type": "image_url", "image_url": {"url": picture}}
        content = [{"type": "text", "text": prompt}, shown]
    return [*chat, {"role": "user", "content": content}]


def in_words(content: Any) -> str:
    """Return the content of a message as text."""
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "(a picture)") for part in content)


def feedback_of(verdicts: Iterable[Judged], max_attempts: int, template: Template) -> Iterator[str]:
    """Yield the shortest and the longest feedback on each verdict."""
    for verdict in verdicts:
        for left in (0, max_attempts):
            yield build_feedback(verdict, left, template)


def message_space(says: Collection[str], longest: int, characters: Iterable[str]) -> spaces.Text:
    """Return the space of a template's messages.

    Args:
        says: the shortest and the longest messages that it can make.
        longest: characters that a message may have.
        characters: that messages may hold beside those of `says`.

    Raises:
        ValueError: where a message is empty or does not fit.
    """
    fewest, most = min(map(len, says)), max(map(len, says))
    if not 1 <= fewest <= most <= longest:
        raise ValueError(
            f"The messages of a template must have 1 to {longest} characters; those of this one "
            f"have {fewest} to {most}. Shorten them, or say something."
        )
    # Sorted, so that the order does not hang on the hashes of a process.
    return spaces.Text(longest, charset="".join(sorted(frozenset(characters).union(*says))))


def _check_placeholders(name: str, text: str, allowed: Collection[str]) -> None:
    """Refuse a text with another placeholder than those allowed, or a lone brace.

    Args:
        name: of the text, for the message, such as "PromptTemplate.task".

    Raises:
        ValueError: naming what stands there and what may.
    """
    advice = (
        f"The placeholders of {name.rpartition('.')[2]} are "
        f"{', '.join(f'{{{field}}}' for field in allowed)}, without "
        f"conversion or format; write {{{{ and }}}} for braces."
    )
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise ValueError(f"{name} is no format string: {error}. {advice}") from None
    for _, field, form, conversion in parts:
        if field is not None and (field not in allowed or form or conversion):
            written = (
                field + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
            )
            raise ValueError(f"{name} has the placeholder {{{written}}}. {advice}")
