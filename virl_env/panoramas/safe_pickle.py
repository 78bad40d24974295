"""Reads pickles that were downloaded: numbers, texts and builtin containers, and nothing else.

A pickle is a program, and Python's own reader runs it: with any callable that the program names,
with as much memory as it asks for, and with keys whose hashing does not end. So the program is only
parsed by the standard library here, and run by a small machine that knows no callables at all.
"""

from __future__ import annotations

import os
import pickle
import pickletools
from collections.abc import Callable
from pathlib import Path
from typing import Any

MAX_BYTES = 64 * 2**20
"""Of a file; a mapping of a million points has about this size."""

_SCALARS = frozenset(
    {
        *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
        *("STRING", "BINSTRING", "SHORT_BINSTRING"),
        *("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
    }
)
"""Opcodes that push what stands behind them."""

_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_TUPLES = {"EMPTY_TUPLE": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_EMPTY: dict[str, Callable[[], Any]] = {"EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_SET": set}
_PLAIN = (float, str, int, bool, type(None))


def read_pickle(path: str | os.PathLike[str]) -> Any:
    """Return what a pickle holds, of any protocol from 0 to 5.

    Containers are dict, list and tuple, and from protocol 4 on, before which they are pickled as
    calls of their class, set and frozenset. Keys and members of sets are numbers, texts, None or
    tuples of these. Containers may hold themselves: do not walk them all.

    Raises:
        ValueError: naming the file, where it holds or asks for anything else, is larger than
            `MAX_BYTES`, or is no pickle.
        OSError: where the file cannot be read.
    """
    with Path(path).open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(f"{path} is larger than {MAX_BYTES >> 20} MiB and is not read.")
    try:
        return _run(data)
    except _RefusedError as error:
        raise ValueError(
            f"{path} {error}. A pickle that was downloaded can run any program, so only numbers, "
            f"texts, dicts, lists, tuples and sets are read. Do not open it by other means unless "
            f"you trust whoever made it."
        ) from None
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(
            f"{path} is no pickle, or a damaged one ({type(error).__name__}: {error})."
        ) from error


class _RefusedError(Exception):
    """Something that only a program needs."""


def _run(data: bytes) -> Any:
    stack: list[Any] = []
    marks: list[int] = []
    memo: dict[int, Any] = {}

    def since_mark() -> list[Any]:
        start = marks.pop()
        items = stack[start:]
        del stack[start:]
        return items

    argument: Any
    for opcode, argument, _ in pickletools.genops(data):
        name = opcode.name
        if name in _SCALARS:
            stack.append(argument)
        elif name in ("MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT"):
            memo[len(memo) if name == "MEMOIZE" else argument] = stack[-1]
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            stack.append(memo[argument])
        elif name in _TUPLES:
            parts = [stack.pop() for _ in range(_TUPLES[name])]
            stack.append(tuple(reversed(parts)))
        elif name == "MARK":
            marks.append(len(stack))
        elif name in ("SETITEM", "SETITEMS"):
            items = since_mark() if name == "SETITEMS" else [stack.pop(-2), stack.pop()]
            _expect(stack[-1], dict).update(_pairs(items))
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name])
        elif name in _EMPTY:
            stack.append(_EMPTY[name]())
        elif name in _FROM_ITEMS:
            stack.append(_FROM_ITEMS[name](since_mark()))
        elif name in ("APPEND", "APPENDS"):
            items = since_mark() if name == "APPENDS" else [stack.pop()]
            _expect(stack[-1], list).extend(items)
        elif name == "ADDITEMS":
            items = since_mark()
            _expect(stack[-1], set).update(_frozenset(items))
        elif name == "DUP":
            stack.append(stack[-1])
        elif name == "POP" and not (marks and marks[-1] == len(stack)):
            stack.pop()
        elif name in ("POP", "POP_MARK"):
            since_mark()
        elif name == "STOP":
            (result,) = stack
            return result
        elif name == "PROTO":
            if argument > pickle.HIGHEST_PROTOCOL:
                raise ValueError(f"protocol {argument} is unknown")
        elif name != "FRAME":
            raise _RefusedError(_wanted(name, argument, stack))
    raise ValueError("it does not end")


def _wanted(name: str, argument: Any, stack: list[Any]) -> str:
    """Return what a forbidden opcode wants, in words."""
    if name in ("GLOBAL", "INST"):
        return f"asks for {str(argument).replace(' ', '.')[:100]}"
    if name == "STACK_GLOBAL":
        words = [part[:50] if type(part) is str else type(part).__name__ for part in stack[-2:]]
        return f"asks for {'.'.join(words)}"
    if name.startswith("EXT"):
        return f"asks for the registered extension {argument}"
    if name in ("PERSID", "BINPERSID"):
        return "asks for an object that lies outside of it"
    return f"has the instruction {name}, which numbers, texts and containers do not need"


def _pairs(items: list[Any]) -> list[tuple[Any, Any]]:
    keys = items[::2]
    for key in keys:
        _check_key(key)
    return list(zip(keys, items[1::2], strict=True))


def _dict(items: list[Any]) -> dict[Any, Any]:
    return dict(_pairs(items))


def _frozenset(items: list[Any]) -> frozenset[Any]:
    for item in items:
        _check_key(item)
    return frozenset(items)


def _check_key(key: Any) -> None:
    """Refuse keys that take for ever.

    A tuple of tuples of ... is hashed once for each path through it, and large integers can be
    chosen such that all have the same hash.
    """
    for part in key if type(key) is tuple else (key,):
        if type(part) not in _PLAIN or (type(part) is int and part.bit_length() > 64):
            raise _RefusedError(
                f"has a key, or a member of a set, with a {type(part).__name__} that is no plain "
                f"number or text"
            )


_FROM_ITEMS: dict[str, Callable[[list[Any]], Any]] = {
    "DICT": _dict,
    "LIST": list,
    "TUPLE": tuple,
    "FROZENSET": _frozenset,
}


def _expect(container: Any, kind: type) -> Any:
    if type(container) is not kind:
        raise ValueError(f"items for a {type(container).__name__}")
    return container
