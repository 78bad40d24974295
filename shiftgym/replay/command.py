"""Recordings on the command line: --gif and --html of `python -m gp_env` and `virl_env`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import Any

from shiftgym.replay.recording import Recorder
from shiftgym.sanitize import for_terminal


class Album:
    """The files that were asked for, of what is played; or nothing at all.

    Args:
        recorder: takes down what is played; None where no file was asked for.
        files: paths, and what writes a recording there.
    """

    def __init__(
        self,
        recorder: Recorder[Any] | None = None,
        files: Mapping[str, Callable[[Any, str], None]] | None = None,
    ) -> None:
        self._recorder, self._files = recorder, files or {}

    def begin(self, observation: Any, info: Mapping[str, Any]) -> None:
        """Take down what `reset` returned."""
        if self._recorder is not None:
            self._recorder.begin(observation, info)

    def step(self, action: Any, observation: Any, reward: float, info: Mapping[str, Any]) -> None:
        """Take down an action and what `step` returned."""
        if self._recorder is not None:
            self._recorder.step(action, observation, reward, info)

    def write(self) -> None:
        """Write the files, and say which."""
        if self._recorder is None:
            return
        recording = self._recorder.recording()
        for path, write in self._files.items():
            write(recording, path)
            print(for_terminal(f"Written: {path}"))


def add_options(parser: argparse.ArgumentParser, played: str, seen: str, example: str) -> None:
    """Let a parser take --gif, --html and --look.

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

    parser.add_argument("--gif", metavar="FILE", help=f"write {played} as a moving picture")
    parser.add_argument("--html", metavar="FILE", help=f"write {played} as a page")
    parser.add_argument(
        "--look",
        type=look,
        default="plain",
        help=f"of {seen} in them: plain, random, or severities such as {example}",
    )


def check_options(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """End with an error where --look or --panoramas came without a file that shows them."""
    if options.gif or options.html:
        return
    for name in ("look", "panoramas"):
        if getattr(options, name, None) != parser.get_default(name):
            parser.error(f"--{name} is of recorded pictures: pass --gif or --html too.")
