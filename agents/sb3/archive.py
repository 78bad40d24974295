"""Looks through a file of torch before torch reads it: what it holds, and how large that becomes.

Such a file is a zip archive: a pickle, which torch restricts to its own types, and the numbers of
each tensor. The pickle says how large tensors are, and torch takes memory for that whatever is
there; it may nest tuples whose hashing does not end. So the pickle is gone through here without
making anything of it, and tensors are looked at without their numbers first.
"""

from __future__ import annotations

import os
import pickletools
import zipfile
from pathlib import Path
from typing import Any

import torch

MAX_BYTES = 2**31
"""Of a file; those of the models here have some 10 MB."""

_MAX_PROGRAM = 8 * 2**20
_MAX_MEMBERS = 20_000
_MAX_DIRECTORY = 128 * _MAX_MEMBERS
_MAX_NESTED = 10_000
"""Values in a tuple, those in its tuples counted: the state of Python's generator has 625."""

_TUPLES = {"EMPTY_TUPLE": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_PUSH = frozenset(
    {
        *("NONE", "NEWTRUE", "NEWFALSE", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"),
        *("BINUNICODE", "SHORT_BINSTRING", "BINSTRING", "EMPTY_DICT", "EMPTY_LIST"),
    }
)
_POPPED = {"APPEND": 1, "SETITEM": 2, "BUILD": 1}
_GLOBALS = frozenset(
    {
        "collections OrderedDict",
        "torch._utils _rebuild_tensor_v2",
        *(
            f"torch {kind}Storage"
            for kind in (
                *("Float", "Double", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte"),
                "Bool",
            )
        ),
    }
)
"""What `save_state` writes asks for."""


def check_archive(path: str | os.PathLike[str]) -> None:
    """Refuse a file that torch would take too long for, or too much memory.

    Raises:
        ValueError: saying why, without the name of the file.
        OSError: where it cannot be read.
    """
    size = Path(path).stat().st_size
    if size > MAX_BYTES:
        raise ValueError(f"it has {size:,} bytes; expected at most {MAX_BYTES:,}")
    try:
        with open(path, "rb") as file:
            # The directory lies at the end, and all of it is read.
            end = zipfile._EndRecData(file)  # type: ignore[attr-defined]
            if not end or end[5] > _MAX_DIRECTORY:
                raise ValueError("it is no zip archive, as torch.save writes it")
            with zipfile.ZipFile(file) as archive:
                program = _program(archive, size)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise ValueError(f"it is no whole zip archive ({error})") from None
    _check_program(program)
    # Without numbers a tensor takes no memory, whatever its size.
    _check_tensors(torch.load(path, map_location="meta", weights_only=True), size)


def _program(archive: zipfile.ZipFile, size: int) -> bytes:
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    if any(member.compress_type != zipfile.ZIP_STORED for member in members) or unpacked > size:
        raise ValueError("it is compressed, which torch.save never does")
    programs = [each for each in members if each.filename.split("/")[1:] == ["data.pkl"]]
    if len(programs) != 1 or programs[0].file_size > _MAX_PROGRAM:
        raise ValueError("it has no data.pkl, several, or too large a one")
    return archive.read(programs[0])


def _check_program(program: bytes) -> None:
    """Go through a pickle with nothing but how many values each tuple holds, those within counted.

    Raises:
        ValueError: it asks for other types, or for tuples that a hash never comes to the end of.
    """
    stack: list[int] = []
    marks: list[int] = []
    memo: dict[Any, int] = {}
    try:
        for opcode, argument, _ in pickletools.genops(program):
            name = opcode.name
            if name in _PUSH:
                stack.append(1)
            elif name in ("BINPUT", "LONG_BINPUT"):
                memo[argument] = stack[-1]
            elif name in ("BINGET", "LONG_BINGET"):
                stack.append(memo[argument])
            elif name == "MARK":
                marks.append(len(stack))
            elif name == "TUPLE" or name in _TUPLES:
                start = marks.pop() if name == "TUPLE" else len(stack) - _TUPLES[name]
                held = 1 + sum(stack[start:])
                if held > _MAX_NESTED or start < 0:
                    raise ValueError("it nests tuples as no saved state does")
                stack[start:] = [held]
            elif name in ("APPENDS", "SETITEMS"):
                del stack[marks.pop() :]
            elif name in _POPPED:
                del stack[-_POPPED[name] :]
            elif name == "GLOBAL":
                if argument not in _GLOBALS:
                    raise ValueError(f"it asks for {str(argument)[:100]!a}")
                stack.append(1)
            elif name == "REDUCE":
                stack[-2:] = [1]
            elif name == "BINPERSID":
                stack[-1:] = [1]
            elif name not in ("PROTO", "STOP"):
                raise ValueError(f"it has the instruction {name}, which no saved state needs")
    except (IndexError, KeyError) as error:
        raise ValueError(f"its data.pkl is damaged ({type(error).__name__})") from None


def _check_tensors(state: Any, size: int) -> None:
    """Refuse tensors, without their numbers, that would take more than a file of this size has."""
    left, seen = [state], set[int]()
    while left:
        value = left.pop()
        if isinstance(value, torch.Tensor):
            held = max(value.untyped_storage().nbytes(), value.numel() * value.element_size())
            if held > size or value.layout != torch.strided:
                raise ValueError(f"a tensor of the shape {list(value.shape)[:8]} is not in it")
        elif isinstance(value, (dict, list, tuple)) and id(value) not in seen:
            seen.add(id(value))
            left += dict.values(value) if isinstance(value, dict) else value
