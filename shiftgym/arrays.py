"""Arrays and a text in one .npz file: written whole, and read without unpacking what is too large.

Of a file that comes from elsewhere every size is known before anything is unpacked: from the
directory of the zip file and from the header of each array. What is unpacked then is no more.
"""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Collection, Mapping
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from shiftgym.atomic import write_atomically
from shiftgym.files import MEBIBYTE

MAX_TEXT = 8_000_000
"""Characters of a text."""

_MAX_MEMBERS = 64
_MAX_DIRECTORY = 64 * 1024
_END = struct.Struct("<4s4H2LH")
"""The end of a zip file: the last two are where its directory is, and how long a comment."""

_LOCATOR = 20
"""Bytes in front of the end, in which large zip files name another end."""

_DAMAGES = (
    *(ValueError, KeyError, TypeError, AttributeError, OverflowError, RuntimeError, MemoryError),
    *(EOFError, SyntaxError, TokenError, struct.error, zipfile.BadZipFile, zlib.error),
)
"""What NumPy and zipfile raise at files that are none of ours."""


def write_arrays(
    path: str | os.PathLike[str],
    arrays: Mapping[str, NDArray[Any]],
    *,
    text: tuple[str, str],
    most: int,
) -> None:
    """Write arrays and a text as .npz, whole or not at all.

    Args:
        path: of the file; one that exists is replaced, and its folder is made where it is missing.
        arrays: by name, without objects.
        text: its name and the text.
        most: bytes of all arrays, as for `read_arrays`.

    Raises:
        ValueError: for what `read_arrays` would refuse.
        OSError: naming the file, where it cannot be written.
    """
    path = Path(path)
    size = sum(array.nbytes for array in arrays.values())
    if size > most or len(text[1]) > MAX_TEXT:
        raise ValueError(
            f"{path} would hold arrays of {size / MEBIBYTE:.0f} MiB and {len(text[1]):,} "
            f"characters; expected at most {most / MEBIBYTE:.0f} MiB and {MAX_TEXT:,}. Write less "
            f"into one file."
        )
    # Typed as a mapping, since names of arrays might be those of keywords of NumPy.
    named: dict[str, Any] = {text[0]: np.array(text[1]), **arrays}
    file = io.BytesIO()
    np.savez_compressed(file, **named)
    write_atomically(path, file.getvalue())


def read_arrays(
    path: str | os.PathLike[str],
    required: Collection[str],
    optional: Collection[str] = (),
    *,
    text: str,
    most: int,
) -> tuple[str, dict[str, NDArray[Any]]]:
    """Return the text of a .npz file and its arrays; nothing in it is executed.

    Args:
        path: of the file.
        required, optional: names of arrays; others are not read.
        text: name of the text.
        most: bytes of all arrays together. A file with more is refused before it is unpacked.

    Returns:
        The text, and the arrays by their names.

    Raises:
        ValueError: saying what is wrong, without the name of the file: it is none of `write_arrays`
            or damaged, a name is missing or there twice, or something is too large.
        OSError: where the file cannot be read.
    """
    with Path(path).open("rb") as file:
        try:
            _check_directory(file)
            with zipfile.ZipFile(file) as archive:
                return _read(archive, required, optional, text, most)
        except _DAMAGES as error:
            raise ValueError(f"{type(error).__name__}: {error}") from error


def _check_directory(file: IO[bytes]) -> None:
    """Refuse a zip file whose directory is long, since `zipfile` reads all of it."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _END.size - _LOCATOR))
    tail = file.read()
    if len(tail) < _END.size + _LOCATOR:
        raise ValueError("it is no zip file")
    mark, *_, members, directory, _, comment = _END.unpack(tail[_LOCATOR:])
    if mark != b"PK\5\6" or comment or tail.startswith(b"PK\6\7"):
        raise ValueError("it does not end as a zip file of NumPy does")
    if members > _MAX_MEMBERS or directory > _MAX_DIRECTORY:
        raise ValueError(f"it has {members} members; expected at most {_MAX_MEMBERS}")
    file.seek(0)


def _read(
    archive: zipfile.ZipFile,
    required: Collection[str],
    optional: Collection[str],
    text: str,
    most: int,
) -> tuple[str, dict[str, NDArray[Any]]]:
    there = [member.filename for member in archive.infolist()]
    for name in (text, *required, *optional):
        count = there.count(f"{name}.npy")
        if count > 1 or (not count and name not in optional):
            raise ValueError(f"it has {'two arrays' if count else 'no array'} {name!r}")
    told = _unpacked(archive, text, 4 * MAX_TEXT)
    if told.dtype.kind != "U" or told.shape:
        raise ValueError(f"{text} holds {told.dtype} of the shape {told.shape}, expected a text")
    arrays: dict[str, NDArray[Any]] = {}
    for name in (*required, *optional):
        if f"{name}.npy" in there:
            left = most - sum(array.nbytes for array in arrays.values())
            arrays[name] = _unpacked(archive, name, left)
    return str(told), arrays


def _unpacked(archive: zipfile.ZipFile, name: str, most: int) -> NDArray[Any]:
    """Return an array of at most so many bytes."""
    member = archive.getinfo(f"{name}.npy")
    # The other ways of packing take memory of the file's choice.
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{name} is packed in an unknown way")
    with archive.open(member) as stream:
        version = npy.read_magic(stream)
        if version != (1, 0):
            raise ValueError(f"{name} is an array of version {version}")
        shape, fortran, dtype = npy.read_array_header_1_0(stream)
        if dtype.hasobject:
            raise ValueError(f"{name} holds Python objects, which are not read")
        # In Python's integers, which do not wrap around.
        size = dtype.itemsize
        for length in shape:
            if length < 0:
                raise ValueError(f"{name} has the shape {shape}")
            size *= length
        if size > most:
            raise ValueError(f"{name} unpacks to {size:,} bytes; expected at most {most:,}")
        data = stream.read(size)
        if len(data) < size or stream.read(1):
            raise ValueError(f"{name} has another length than its header says")
    array = np.frombuffer(data, dtype=dtype) if size else np.empty(0, dtype=dtype)
    shaped: NDArray[Any] = array.reshape(shape, order="F" if fortran else "C").copy()
    return shaped
