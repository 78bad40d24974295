"""Damaged checkpoints: something in them is missing, wrong, huge or hostile."""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch


def damaged(whole: dict[str, Any], weights: str, config: str) -> Iterator[tuple[str, Any]]:
    """Yield names and states that differ from a whole one in one thing.

    Args:
        whole: a state.
        weights, config: names of its tensors and of what tells their sizes.
    """
    for name in whole:
        yield f"no {name}", {key: value for key, value in whole.items() if key != name}
        for wrong in (None, -1, 10**30, "x", [], [10**9], {"x": 1}):
            # Without a picture, None of one is right.
            if wrong != whole[name]:
                yield f"{name} is {wrong!r}", {**whole, name: wrong}
    sizes = whole[config]
    if isinstance(sizes, dict):
        for name in sizes:
            for wrong in (None, -1, 10**9, "x", [[10**9, -1]]):
                yield f"{config} {name} is {wrong!r}", {**whole, config: {**sizes, name: wrong}}
        yield f"{config} has another", {**whole, config: {**sizes, "depth": 3}}
    yield from damaged_tensors(whole, weights)


def damaged_tensors(whole: dict[str, Any], weights: str) -> Iterator[tuple[str, Any]]:
    """Yield names and states whose tensors differ from those of a whole one."""
    tensors = whole[weights]
    first, tensor = next(iter(tensors.items()))
    for what, changed in (
        ("missing", {key: value for key, value in tensors.items() if key != first}),
        ("extra", {**tensors, "another": tensor}),
        ("no tensor", {**tensors, first: "x"}),
        ("turned", {**tensors, first: torch.zeros(tensor.numel() + 1)}),
        ("double", {**tensors, first: tensor.double()}),
        ("NaN", {**tensors, first: torch.full_like(tensor, float("nan"))}),
        ("endless", {**tensors, first: torch.zeros(1).expand(10**12)}),
    ):
        yield f"a tensor is {what}", {**whole, weights: changed}


def write_states(folder: Path, states: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Path]]:
    """Write states, one file each, as torch does; yield their names and files."""
    for number, (name, state) in enumerate(states):
        path = folder / f"state-{number}.pt"
        torch.save(state, path)
        yield name, path


def damaged_files(folder: Path, whole: Path) -> Iterator[tuple[str, Path]]:
    """Yield names of damages to a whole file, and files that have them."""
    data = whole.read_bytes()
    half = bytearray(data)
    half[len(data) // 2] ^= 1
    for name, content in (
        ("empty", b""),
        ("text", b"these are no weights\n"),
        ("half", data[: len(data) // 2]),
        ("cut", data[:-1]),
        ("pickle", pickle.dumps({"slots": [1]})),
        ("older", b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."),
    ):
        path = folder / f"{name}.pt"
        path.write_bytes(content)
        yield name, path
    for name, program in (
        ("no pickle", b"x"),
        ("a list", b"\x80\x02]."),
        ("names a function", b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00trueR."),
        ("takes memory", b"\x80\x02c__builtin__\nbytearray\nJ\xff\xff\xff\x7f\x85R."),
        ("nested keys", b"\x80\x02}" + _nested() + b"Ns."),
        ("shared lists", b"\x80\x02}X\x01\x00\x00\x00a" + _shared() + b"s."),
        ("holds itself", b"\x80\x02}q\x00X\x01\x00\x00\x00ah\x00s."),
        ("deep", b"\x80\x02}X\x01\x00\x00\x00a" + b"]" * 100_000 + b"a" * 99_999 + b"s."),
        ("huge tensor", _huge()),
    ):
        path = folder / f"{name}.pt"
        with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w") as new:
            for member in old.infolist():
                is_program = member.filename.endswith("/data.pkl")
                new.writestr(member, program if is_program else old.read(member))
        yield name, path
    bomb = folder / "bomb.pt"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        new.writestr("archive/data.pkl", b"\x80\x02}." + bytes(10**8))
    yield "zip bomb", bomb


def _nested() -> bytes:
    """Return a tuple of a tuple twice, of a tuple twice ...: hashed 2 ** 60 times."""
    return b")" + b"".join(b"q%ch%c\x86" % (level, level) for level in range(60))


def _shared() -> bytes:
    """Return the same of lists, which are walked instead."""
    inner = b"".join(b"q%c](h%ch%ce" % (level, level, level) for level in range(60))
    return b"]" + inner


def _huge() -> bytes:
    """Return a tensor of 4 TB, of which no number is in the file."""
    storage = (
        b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu"
    )
    storage += b"K\x04tQ"
    size = b"\x8a\x06\x00\x00\x00\x00\x00\x01\x85"
    tensor = b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\x00" + size + b"K\x01\x85\x89"
    return b"\x80\x02}X\x01\x00\x00\x00a" + tensor + b"ccollections\nOrderedDict\n)RtRs."
