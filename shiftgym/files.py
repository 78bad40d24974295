"""Files that come from elsewhere: read whole up to a size, or refused by name."""

from __future__ import annotations

import json
import os
import reprlib
from pathlib import Path
from typing import Any

MEBIBYTE = 2**20

_brief = reprlib.Repr()
_brief.maxlevel = 2
_brief.maxstring = _brief.maxother = _brief.maxlong = 100


class FileError(ValueError):
    """A file that is damaged or of another kind; the message names it and says how to mend that."""


def read_bytes(path: str | os.PathLike[str], most: int) -> bytes:
    """Return what a file holds.

    Args:
        path: of the file.
        most: bytes that it may have.

    Raises:
        ValueError: naming the file, where it is larger.
        OSError: where it cannot be read.
    """
    with Path(path).open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise ValueError(
            f"{os.fspath(path)} is larger than {most / MEBIBYTE:g} MiB and is not read. Expected a "
            f"smaller file: split it, or leave out what is not needed."
        )
    return data


def read_json(path: str | os.PathLike[str], most: int) -> Any:
    """Return what a file of JSON holds.

    Args:
        path: of the file.
        most: bytes that it may have. What they hold can take twenty times as much memory.

    Raises:
        ValueError: naming the file, where it is larger, no JSON in UTF-8, nested too deeply, or
            holds half a surrogate pair. Numbers may be NaN or infinite: check their ranges.
        OSError: where it cannot be read.
    """
    data = read_bytes(path, most)
    try:
        return parse_json(data)
    except ValueError as error:
        raise ValueError(f"{os.fspath(path)} is not JSON: {error}.") from error


def parse_json(data: bytes | str) -> Any:
    """Return what a text in JSON holds.

    Raises:
        ValueError: as `read_json`, without the file.
    """
    text = data if isinstance(data, str) else data.decode("utf-8-sig")
    try:
        content = json.loads(text)
        check_pairs(content, text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return content


def check_pairs(content: Any, text: str) -> None:
    """Refuse what holds half a surrogate pair, which no file and no terminal takes.

    Args:
        content: what was decoded.
        text: that it was decoded from.

    Raises:
        ValueError: where there is one.
    """
    # Only an escape can hold one.
    if "\\ud" in text or "\\uD" in text:
        json.dumps(content, ensure_ascii=False).encode("utf-8")


def brief(value: Any) -> str:
    """Return the `repr` of a value for an error: short, in one line, and never slow.

    Of nested containers only the outer parts are shown, and no character that a terminal acts on.
    """
    return _brief.repr(value)
