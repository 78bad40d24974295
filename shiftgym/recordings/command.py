"""Recordings on the command line: --gif and --html of `python -m gp_env` and `virl_env`."""

from __future__ import annotations

import argparse
import importlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import gymnasium as gym

from shiftgym.recordings.recording import Recorder
from shiftgym.sanitize import for_terminal
from shiftgym.seeding import check_seed
from shiftgym.terminal import ask, fail, say

E = TypeVar("E", bound=gym.Env[Any, Any])


_SEED_BITS = 32
"""Of a seed that nobody chose: short enough to be typed again."""


class Session(Generic[E]):
    """An episode that is played on the command line, recorded where files were asked for.

    Args:
        env: a single environment.
        seed: of `reset`; None draws one.
        recorder: of that environment; None where no file was asked for.
        files: paths, and what writes a recording there.

    Attributes:
        seed: of `reset`.
        observation, info: what was returned last.
        ended: whether the episode has.

    Raises:
        ValueError: for a seed out of range, or an episode that cannot be shown.
    """

    def __init__(
        self,
        env: E,
        seed: int | None = None,
        recorder: Recorder[Any] | None = None,
        files: Mapping[str, Callable[[Any, str], None]] | None = None,
    ) -> None:
        self.env, self._recorder, self._files = env, recorder, files or {}
        drawn = secrets.randbits(_SEED_BITS) if seed is None else check_seed(seed)
        self.seed = int(drawn or 0)
        self.observation, self.info = env.reset(seed=self.seed)
        self.ended = False
        if recorder is not None:
            recorder.begin(self.observation, self.info)

    def step(self, action: Any) -> None:
        """Do an action, or give a reply."""
        self.observation, reward, terminated, truncated, self.info = self.env.step(action)
        self.ended = terminated or truncated
        if self._recorder is not None:
            self._recorder.step(action, self.observation, float(reward), self.info)

    def write(self) -> None:
        """Write the files, and say which."""
        if self._recorder is None:
            return
        recording = self._recorder.recording()
        for path, write in self._files.items():
            write(recording, path)
            print(for_terminal(f"Written: {path}"))


@dataclass(frozen=True)
class Command(Generic[E]):
    """`python -m` of a task: somebody plays an episode in the terminal.

    Attributes:
        package: of the task, which has `replay.recorder`, `replay.write_gif` and so on.
        about: what the help says of it.
        add_options: lets a parser take the task's options, and those of `add_options`.
        make: makes the environment of the options.
        play: plays the session, asking for each line, and returns whether it was won.
        shown: options that are keywords of the recorder.
    """

    package: str
    about: str | None
    add_options: Callable[[argparse.ArgumentParser], None]
    make: Callable[[argparse.Namespace], E]
    play: Callable[[Session[E], argparse.Namespace, Callable[[str], str]], bool]
    shown: Sequence[str]

    def main(self, arguments: Sequence[str] | None = None, ask: Callable[[str], str] = ask) -> int:
        """Let a person play one episode; return 0 where it was won and 1 where it was not.

        Args:
            arguments: command line, without the program's name.
            ask: shows a prompt and returns the line typed.
        """
        parser = argparse.ArgumentParser(prog=f"python -m {self.package}", description=self.about)
        self.add_options(parser)
        options = parser.parse_args(arguments)
        _check_options(parser, options)
        try:
            session = self._started(options)
        except ValueError as error:
            fail(parser, error)
        won = self.play(session, options, ask)
        session.write()
        return 0 if won else 1

    def _started(self, options: argparse.Namespace) -> Session[E]:
        """Start the episode that the options ask for.

        Raises:
            ValueError: where it cannot be played, or the files cannot be written.
        """
        for path in filter(None, (options.gif, options.html)):
            _check_folder(path)
        env = self.make(options)
        if not (options.gif or options.html):
            return Session(env, options.seed)
        # Who asks for no pictures needs nothing that draws.
        replay = importlib.import_module(f"{self.package}.replay")
        files = {options.gif: replay.write_gif, options.html: replay.write_page}
        asked = {path: write for path, write in files.items() if path}
        shown = {name: getattr(options, name) for name in self.shown}
        return Session(env, options.seed, replay.recorder(env, **shown), asked)


def typed(
    ask: Callable[[str], str], prompt: str, refusal: Callable[[str], str | None] = lambda _: None
) -> str:
    """Return the line that a person types, "" where there is no more.

    Args:
        ask: shows a prompt and returns the line typed.
        prompt: what is asked.
        refusal: returns why a line cannot be read, None where it can. The person is told, and asked
            again.
    """
    while True:
        try:
            line = ask(prompt).strip()
        except (EOFError, KeyboardInterrupt):
            print()
            return ""
        why = refusal(line) if line else None
        if why is None:
            return line
        say(for_terminal(f"{why} That was no attempt: type another line."))


def add_options(parser: argparse.ArgumentParser, played: str, seen: str, example: str) -> None:
    """Let a parser take --expert, --seed, --gif, --html and --look.

    Args:
        parser: of a command.
        played: what is recorded, such as "the walk".
        seen: what a look is of, such as "the streets".
        example: of severities, such as "night=3,weather=2".
    """

    def look(text: str) -> str | dict[str, int]:
        if "=" not in text:
            return text
        pairs = [entry.partition("=") for entry in text.split(",")]
        try:
            return {axis.strip(): int(severity) for axis, _, severity in pairs}
        except ValueError:
            raise argparse.ArgumentTypeError(
                f"{text!r} is no look: expected severities such as {example}"
            ) from None

    parser.add_argument("--expert", action="store_true", help=f"let the expert play {played}")
    parser.add_argument("--seed", type=int, help=f"{played} that reset(seed=SEED) starts")
    parser.add_argument("--gif", metavar="FILE", help=f"write {played} as a moving picture")
    parser.add_argument("--html", metavar="FILE", help=f"write {played} as a page")
    parser.add_argument(
        "--look",
        type=look,
        default="plain",
        help=f"of {seen} in them: plain, random, or severities such as {example}",
    )


def _check_folder(path: str) -> None:
    """Refuse a file in a folder that is missing, before anything is played for it.

    Raises:
        ValueError: naming both.
    """
    folder = Path(path).parent
    if not folder.is_dir():
        raise ValueError(
            f"{path!r} cannot be written: there is no folder {str(folder)!r}. Make it first, or "
            f"name a file elsewhere."
        )
    if Path(path).is_dir():
        raise ValueError(f"{path!r} is a folder: name a file in it.")


def _check_options(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """End with an error where --look or --panoramas came without a file that shows them."""
    if options.gif or options.html:
        return
    for name in ("look", "panoramas"):
        if getattr(options, name, None) != parser.get_default(name):
            parser.error(f"--{name} is of recorded pictures: pass --gif or --html too.")
