"""Files from strangers: no link is followed, and memory does not grow with what they hold."""

from __future__ import annotations

import io
import lzma
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from shiftgym.files import MEBIBYTE

MOST_LINE = 16 * MEBIBYTE
"""Bytes of a line: the longest reply that is worth keeping is far shorter."""

MOST_OUTSIDE = MEBIBYTE // 4
"""Bytes of JSON outside of its texts: numbers, names of fields and brackets. Each may become an
error or an object of a thousand bytes; texts stay as large as they are."""

MOST_FILE = 2048 * MEBIBYTE
"""Bytes of a file's lines together, unpacked."""

MOST_XZ_MEMORY = 64 * MEBIBYTE
"""That unpacking may take; files that are packed as usual take up to ten."""

MOST_RATIO, FREE = 400, 8 * MEBIBYTE
"""How many times as large a file may be unpacked, beyond the first bytes, which are free."""


_texts = re.compile(rb'"[^"]*"').finditer


class TooMuch(ValueError):
    """A file that is larger than anything honest."""


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a regular file for reading.

    Raises:
        ValueError: it is a symbolic link, a folder, a device or a pipe.
        OSError: it cannot be read.
    """
    if path.is_symlink():
        raise ValueError(f"{path.name} is a symbolic link, and links are not followed.")
    # Between the look and the opening somebody may put a link there; a pipe would be waited for.
    flags = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    number = os.open(path, os.O_RDONLY | flags)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise ValueError(f"{path.name} is no regular file.")
    with open(number, "rb") as file:
        yield file


def read_whole(path: Path, most: int) -> bytes:
    """Return what a small file holds.

    Raises:
        ValueError: as `opened`, or it has more than `most` bytes.
        OSError: it cannot be read.
    """
    with opened(path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise TooMuch(f"{path.name} has more than {most:,} bytes.")
    return data


def read_small_json(path: Path) -> bytes:
    """Return what a small file of JSON holds, which is safe to parse.

    Raises:
        ValueError: as `read_whole`, or it holds too much outside of texts.
        OSError: it cannot be read.
    """
    data = read_whole(path, MOST_LINE)
    check_outside(data, path.name)
    return data


def check_outside(data: bytes, name: str) -> None:
    """Check that JSON holds no more than `MOST_OUTSIDE` bytes outside of texts.

    Raises:
        ValueError: it does; `name` says of what.
    """
    if len(data) <= MOST_OUTSIDE:
        return
    without_escapes = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    inside = sum(text.end() - text.start() for text in _texts(without_escapes))
    if len(without_escapes) - inside > MOST_OUTSIDE:
        raise TooMuch(f"{name} has more than {MOST_OUTSIDE:,} bytes outside of texts.")


def bounded_lines(
    path: Path,
    *,
    most_line: int = MOST_LINE,
    most_file: int = MOST_FILE,
    unfinished: bool = False,
) -> Iterator[bytes]:
    r"""Yield the lines of a file, of one whose name ends in .xz those that it unpacks to.

    Every line ends with "\n".

    Args:
        path: of the file.
        most_line, most_file: bytes of a line, and of all of them together.
        unfinished: whether somebody may still write, so that a torn last line is left out.

    Raises:
        ValueError: as `opened`; a line, the file or what it unpacks to is too large; the last line
            is torn; or it is no whole xz file.
        OSError: it cannot be read.
    """
    with opened(path) as packed:
        if path.suffix != ".xz":
            yield from _lines(path, packed, most_line, most_file, unfinished)
            return
        size = os.fstat(packed.fileno()).st_size
        most = min(most_file, FREE + MOST_RATIO * size)
        try:
            with io.BufferedReader(_Xz(packed)) as file:
                yield from _lines(path, file, most_line, most, unfinished)
        except (EOFError, lzma.LZMAError) as error:
            if "Memory usage limit" in str(error):
                raise ValueError(
                    f"{path.name} needs more than {MOST_XZ_MEMORY:,} bytes of memory to unpack. "
                    f"Pack it with xz -6."
                ) from error
            raise ValueError(f"{path.name} is no whole xz file: {error}.") from error


class _Xz(io.RawIOBase):
    """What an xz file unpacks to. `lzma.open` would give it as much memory as it asks for."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed = packed
        self._unpack = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MOST_XZ_MEMORY)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = b""
        while not data and not self._unpack.eof:
            more = self._packed.read(io.DEFAULT_BUFFER_SIZE) if self._unpack.needs_input else b""
            if self._unpack.needs_input and not more:
                raise EOFError("it ends in the middle")
            data = self._unpack.decompress(more, len(buffer))
        # A second stream would be lines that nobody verified.
        if self._unpack.eof and (self._unpack.unused_data or self._packed.read(1)):
            raise lzma.LZMAError("it goes on behind its end")
        buffer[: len(data)] = data
        return len(data)


def _lines(
    path: Path, file: BinaryIO, most_line: int, most: int, unfinished: bool
) -> Iterator[bytes]:
    total = number = 0
    while line := file.readline(most_line + 1):
        number, total = number + 1, total + len(line)
        if len(line) > most_line:
            raise TooMuch(f"{path.name}, line {number} has more than {most_line:,} bytes.")
        if total > most:
            raise TooMuch(f"{path.name} unpacks to more than {most:,} bytes.")
        if not line.endswith(b"\n"):
            if unfinished:
                return
            raise ValueError(f"{path.name}, line {number} is torn: it has no end.")
        check_outside(line, f"{path.name}, line {number}")
        yield line
