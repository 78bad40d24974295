"""What the programs of the suite print: on any encoding, at 80 columns, into a pipe that closes."""

from __future__ import annotations

import argparse
import codecs
import os
import sys
import textwrap
from collections.abc import Callable
from typing import NoReturn

from shiftgym.sanitize import for_terminal

WIDTH = 80

_HANDLER = "shiftgym.stand-in"
_STAND_INS = str.maketrans("♠♥♦♣↑↗→↘↓↙←↖−×÷…–—‘’“”·•", "SHDC^/>\\v/<\\-x/.--''\"\".*")


def run(main: Callable[[], int | None]) -> int:
    """Run a program and return its exit status.

    Characters that the output's encoding does not have are printed as stand-ins, S for ♠, or "?".
    Where the reader of the output goes away, as `head` does, the program ends without a word, and
    where a file cannot be read or written, with the system's words.
    """
    codecs.register_error(_HANDLER, _stand_in)
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, _HANDLER), (sys.stderr, _HANDLER)):
        # There is none where it was closed before the start, and others may stand in its place.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors=errors)
    try:
        try:
            return main() or 0
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:
        if sys.stdout is not None:
            # Python flushes once more at its end, and would complain of the pipe there.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        # A file that is not there, or a folder that cannot be written to.
        print(for_terminal(f"error: {error}"), file=sys.stderr)
        return 1


def ask(prompt: str) -> str:
    """Return the line that is typed, as `input` does; one that comes from a pipe is shown too."""
    line = input(prompt)
    # A person's own line break ends the line of the prompt.
    if not sys.stdin.isatty():
        print(for_terminal(line))
    return line


def fail(parser: argparse.ArgumentParser, error: object) -> NoReturn:
    """End a program as `parser.error` does, the message wrapped between words at 80 columns."""
    parser.print_usage(sys.stderr)
    parser.exit(2, f"{wrapped(f'{parser.prog}: error: {for_terminal(error)}')}\n")


def say(text: str) -> None:
    """Print text, its lines wrapped between words at 80 columns."""
    print(wrapped(text))


def wrapped(text: str) -> str:
    """Return text whose lines are at most 80 columns wide, but for longer words."""
    return "\n".join(
        line
        if len(line) <= WIDTH
        else textwrap.fill(
            line,
            WIDTH,
            break_long_words=False,
            break_on_hyphens=False,
            drop_whitespace=True,
            subsequent_indent=" " * (len(line) - len(line.lstrip())),
        )
        for line in text.split("\n")
    )


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end].translate(_STAND_INS)
    return "".join(one if one.isascii() else "?" for one in lost), error.end
