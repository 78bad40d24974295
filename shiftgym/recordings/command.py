"""Recordings on the command line: --gif and --html of `python -m gp_env` and `virl_env`."""

from __future__ import annotations

import argparse
import errno
import importlib
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import gymnasium as gym

from shiftgym.recordings.recording import Recorder
from shiftgym.sanitize import for_terminal
from shiftgym.seeding import check_seed


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


_SEED_BITS = 32
"""Of a seed that nobody chose: short enough to be typed again."""


def begin(
    env: gym.Env[Any, Any], album: Album, options: argparse.Namespace
) -> tuple[int, Any, dict[str, Any]]:
    """Start the episode of --seed, or of a seed that is drawn, and take it down.

    Returns:
        The seed, the observation and the info.

    Raises:
        ValueError: for a seed out of range.
    """
    drawn = secrets.randbits(_SEED_BITS) if options.seed is None else check_seed(options.seed)
    observation, info = env.reset(seed=drawn)
    album.begin(observation, info)
    return int(drawn or 0), observation, info


def album_of(
    options: argparse.Namespace, package: str, env: gym.Env[Any, Any], **seen: Any
) -> Album:
    """Return the files of --gif and --html, or nothing at all.

    Args:
        options: of the command line.
        package: of the task, which has `replay.Recorder`, `replay.write_gif` and so on.
        env: what is played.
        seen: keywords of the recorder.

    Raises:
        FileNotFoundError: there is no folder for one of them; told before anybody plays.
    """
    if not (options.gif or options.html):
        return Album()
    for path in filter(None, (options.gif, options.html)):
        if not Path(path).parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    # Who asks for no pictures needs nothing that draws.
    replay = importlib.import_module(f"{package}.replay")
    files = {options.gif: replay.write_gif, options.html: replay.write_page}
    recorder = replay.Recorder(env, **seen)
    return Album(recorder, {path: write for path, write in files.items() if path})


def typed(ask: Callable[[str], str], prompt: str) -> str:
    """Return the line that a person types, "" where there is no more."""
    try:
        return ask(prompt).strip()
    except (EOFError, KeyboardInterrupt):
        print()
        return ""


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
