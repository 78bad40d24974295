"""Rows on disk: prompts and solutions apart, as JSONL or Parquet, pictures as files beside them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agents.vision.chats import PREFIX, picture_digests
from benchmarks.export.parts import Part
from shiftgym.llm.rows import Row
from shiftgym.prompts import Message

PROMPTS, SOLUTIONS, PICTURES = "prompts", "solutions", "pictures"
FORMATS = ("jsonl", "parquet")

_BATCH = 1_000
"""Rows that Parquet packs at once."""

Write = Callable[[Mapping[str, Any]], None]


@dataclass
class Written:
    """What was written of a part.

    Attributes:
        rows: how many.
        tasks: of the episodes.
        checksums: SHA-256 of each file, by its path in the data set.
        credits: attributions of the data of others that the episodes are made of.
    """

    part: Part
    rows: int = 0
    tasks: set[str] = field(default_factory=set)
    checksums: dict[str, str] = field(default_factory=dict)
    credits: set[str] = field(default_factory=set)


def write_part(part: Part, folder: Path, format: str) -> Written:
    """Write the prompts, the solutions and the pictures of a part.

    Args:
        folder: of the data set.
        format: of `FORMATS`.

    Raises:
        ImportError: Parquet is asked for and pyarrow is not installed.
        ValueError: the part cannot be played.
        OSError: a file cannot be written.
    """
    told = Written(part)
    files = [folder / kind / f"{part.name}.{format}" for kind in (PROMPTS, SOLUTIONS)]
    pictured = bool(part.keywords.get("images"))
    with _writer(files[0], format, pictured) as prompts, _writer(files[1], format) as solutions:
        for row in part.rows(told.credits):
            completion = row.pop("completion")
            solutions({"row": row["row"], "completion": completion})
            prompts(_with_files(row, folder / PICTURES) if pictured else row)
            told.rows += 1
            told.tasks.add(row["task"])
    for file in files:
        name = file.relative_to(folder).as_posix()
        told.checksums[name] = hashlib.sha256(file.read_bytes()).hexdigest()
    return told


def _with_files(row: Row, folder: Path) -> Row:
    """Return a row whose pictures are files, as processors of Hugging Face take them.

    The content of every message is a list of parts, a picture is {"type": "image"}, and `images`
    has their paths in order.
    """
    names = [f"{digest}.png" for digest in picture_digests(row["prompt"])]
    folder.mkdir(exist_ok=True)
    left = iter(names)
    prompt: list[Message] = []
    for message in row["prompt"]:
        content = message["content"]
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
        told = []
        for part in parts:
            if part["type"] == "text":
                told.append(part)
                continue
            path = folder / next(left)
            if not path.exists():
                path.write_bytes(base64.b64decode(part["image_url"]["url"][len(PREFIX) :]))
            told.append({"type": "image"})
        prompt.append({**message, "content": told})
    return {**row, "prompt": prompt, "images": [f"{PICTURES}/{name}" for name in names]}


@contextmanager
def _writer(path: Path, format: str, pictured: bool = False) -> Iterator[Write]:
    """Give a function that writes a row into a file."""
    path.parent.mkdir(exist_ok=True)
    if format == "jsonl":
        with path.open("w", encoding="utf-8", newline="\n") as file:
            yield lambda row: _ignored(file.write(json.dumps(row) + "\n"))
        return
    with _parquet(path, pictured) as write:
        waiting: list[Mapping[str, Any]] = []

        def add(row: Mapping[str, Any]) -> None:
            waiting.append(row)
            if len(waiting) == _BATCH:
                write(waiting)
                waiting.clear()

        yield add
        write(waiting)


@contextmanager
def _parquet(path: Path, pictured: bool) -> Iterator[Callable[[Sequence[Mapping[str, Any]]], None]]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ModuleNotFoundError as error:
        raise ImportError(
            "Parquet needs pyarrow: pip install pyarrow. JSONL needs none."
        ) from error

    text = pyarrow.string()
    part = pyarrow.struct([("type", text), ("text", text)])

    def messages(content: Any) -> Any:
        return pyarrow.list_(pyarrow.struct([("role", text), ("content", content)]))

    columns = [("row", text)]
    if path.parent.name == SOLUTIONS:
        columns.append(("completion", messages(text)))
    else:
        columns += [
            ("prompt", messages(pyarrow.list_(part) if pictured else text)),
            ("task", text),
            ("point", pyarrow.int32()),
            ("difficulty", pyarrow.float64()),
            *([("images", pyarrow.list_(text))] if pictured else []),
        ]
    schema = pyarrow.schema(columns)
    with parquet.ParquetWriter(path, schema) as file:
        yield lambda rows: file.write_table(pyarrow.Table.from_pylist(list(rows), schema))


def _ignored(_: object) -> None:
    """Turn a result into none."""
