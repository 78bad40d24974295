"""Reads the places of panoramas out of a pickle that was downloaded, and nothing else.

A pickle is a program, and Python's own reader runs it: with any callable that the program names,
with as much memory as it asks for, and with keys whose hashing does not end. So the program is only
parsed by the standard library here, and run by a small machine that knows one dict, pairs of
numbers, and texts. Nothing nests, so nothing that is shared can grow.
"""

from __future__ import annotations

import os
import pickle
import pickletools
from typing import Any

from shiftgym.files import MEBIBYTE, brief, read_bytes
from virl_env.world.geometry import Geocode

MAX_BYTES = 32 * MEBIBYTE
"""Of a file."""

MAX_PLACES = 500_000
"""Of a file, many more than the study has; a file of that many has about 25 MB."""

_MAX_INSTRUCTIONS, _FOR_A_PLACE = 50_000, 10
"""Of a program: so many, and so many more for each place. Protocol 0 needs eight for a place, the
others six, and 1,000 places are put into the dict at once."""

_MAX_STACK = 5_000
"""Values that wait to be used: Python puts 1,000 places into a dict at once."""

_MAX_MEMO = 2**32

_VALUES = frozenset(
    {
        *("INT", "BININT", "BININT1", "BININT2", "FLOAT", "BINFLOAT"),
        *("STRING", "BINSTRING", "SHORT_BINSTRING"),
        *("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
    }
)
"""Instructions that push what stands behind them."""

_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}

_CONTAINERS = {
    "EMPTY_LIST": "a list",
    "LIST": "a list",
    "EMPTY_SET": "a set",
    "FROZENSET": "a frozenset",
    "EMPTY_TUPLE": "an empty tuple",
    "TUPLE1": "a tuple of 1",
    "TUPLE3": "a tuple of 3",
}
"""What instructions make that no place needs."""


def read_places(path: str | os.PathLike[str]) -> list[tuple[Geocode, str]]:
    """Return the keys and values of a pickled dict from (latitude, longitude) to text.

    Args:
        path: of a pickle of any protocol from 0 to 5.

    Returns:
        Pairs in the order of the file; the numbers may be any, and a place may come twice.

    Raises:
        ValueError: naming the file, where it holds or asks for anything else, is larger than
            `MAX_BYTES` or `MAX_PLACES`, or is no pickle.
        OSError: where the file cannot be read.
    """
    data = read_bytes(path, MAX_BYTES)
    try:
        return _run(data)
    except _RefusedError as error:
        raise ValueError(
            f"{path} {error}. Expected a dict from (latitude, longitude) to the identifier of a "
            f"panorama. A pickle that was downloaded can run any program, so nothing else is read: "
            f"do not open it by other means unless you trust whoever made it."
        ) from None
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(
            f"{path} is no pickle, or a damaged one ({type(error).__name__}: {error}). Download it "
            f"again."
        ) from error


class _RefusedError(Exception):
    """Something that a mapping of panoramas does not need."""


class _Dict:
    """Stands for the one dict on the stack."""


def _run(data: bytes) -> list[tuple[Geocode, str]]:
    """Run a program, and return what it puts into its dict."""
    places: list[tuple[Geocode, str]] = []
    stack: list[Any] = []
    marks: list[int] = []
    memo: dict[int, Any] = {}
    is_made = False

    def since_mark() -> list[Any]:
        start = marks.pop()
        items = stack[start:]
        del stack[start:]
        return items

    argument: Any
    for count, (opcode, argument, _) in enumerate(pickletools.genops(data)):
        name = opcode.name
        if len(places) > MAX_PLACES:
            raise _RefusedError(f"has more than {MAX_PLACES:,} places")
        if count > _MAX_INSTRUCTIONS + _FOR_A_PLACE * len(places):
            raise _RefusedError(f"takes {count:,} instructions for {len(places):,} places")
        if len(stack) > _MAX_STACK or len(marks) > _MAX_STACK:
            raise _RefusedError("holds more values at once than a mapping needs")
        if name in _VALUES:
            stack.append(argument)
        elif name in ("MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT"):
            index = len(memo) if name == "MEMOIZE" else argument
            if not 0 <= index < _MAX_MEMO:
                raise ValueError(f"memo {brief(index)}")
            memo[index] = stack[-1]
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            stack.append(memo[argument])
        elif name in ("TUPLE", "TUPLE2"):
            parts = since_mark() if name == "TUPLE" else [stack.pop(-2), stack.pop()]
            stack.append(_place(parts))
        elif name == "MARK":
            marks.append(len(stack))
        elif name in ("EMPTY_DICT", "DICT"):
            if is_made:
                raise _RefusedError("holds a dict in a dict")
            places += _pairs(since_mark() if name == "DICT" else [])
            is_made = True
            stack.append(_Dict())
        elif name in ("SETITEM", "SETITEMS"):
            items = since_mark() if name == "SETITEMS" else [stack.pop(-2), stack.pop()]
            if type(stack[-1]) is not _Dict:
                raise ValueError("items for what is no dict")
            places += _pairs(items)
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name])
        elif name == "STOP":
            (result,) = stack
            if type(result) is not _Dict:
                raise _RefusedError(f"holds {_shown(result)}")
            return places
        elif name == "PROTO":
            if argument > pickle.HIGHEST_PROTOCOL:
                raise ValueError(f"protocol {argument} is unknown")
        elif name != "FRAME":
            raise _RefusedError(_wanted(name, argument, stack))
    raise ValueError("it does not end")


def _place(parts: list[Any]) -> Geocode:
    """Return a tuple of two numbers, the only one that there may be."""
    if len(parts) != 2:
        raise _RefusedError(f"holds a tuple of {len(parts)}")
    if any(type(part) not in (int, float) for part in parts):
        raise _RefusedError(f"has the key ({', '.join(map(_shown, parts))})")
    latitude, longitude = parts
    return latitude, longitude


def _pairs(items: list[Any]) -> list[tuple[Geocode, str]]:
    pairs = list(zip(items[::2], items[1::2], strict=True))
    for key, value in pairs:
        if type(key) is not tuple:
            raise _RefusedError(f"has the key {_shown(key)}")
        if type(value) is not str:
            raise _RefusedError(f"has the identifier {_shown(value)} at {brief(key)}")
    return pairs


def _shown(value: Any) -> str:
    return "a dict" if type(value) is _Dict else brief(value)


def _wanted(name: str, argument: Any, stack: list[Any]) -> str:
    """Return what a forbidden instruction wants, in words."""
    if name in _CONTAINERS:
        return f"holds {_CONTAINERS[name]}"
    if name in ("GLOBAL", "INST"):
        return f"asks for {_name(*str(argument).split(' ', 1))}"
    if name == "STACK_GLOBAL":
        return f"asks for {_name(*stack[-2:])}"
    if name.startswith("EXT"):
        return f"asks for the registered extension {argument}"
    if name in ("PERSID", "BINPERSID"):
        return "asks for an object that lies outside of it"
    return f"has the instruction {name}, which numbers and texts do not need"


def _name(*parts: Any) -> str:
    """Return the name of something in a module, safe to be shown."""
    words = [part[:50] if type(part) is str else type(part).__name__ for part in parts]
    return ascii(".".join(words)).strip("'\"")
