"""Rows packed field by field, as published results have them: alike values pack well together.

A file is JSON lines in xz. A line is a block of rows: an object of the fields of `Episode`, each
with a list of its values, one for each row.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import JsonValue, TypeAdapter, ValidationError

from benchmarks.bounded import bounded_lines
from benchmarks.records import Episode, first_of

BLOCK = 500
"""Rows of a block, which stays within what `bounded_lines` takes outside of texts."""

_BLOCK = TypeAdapter(dict[str, list[JsonValue]])


def pack(rows: Sequence[Episode]) -> bytes:
    """Return rows as `unpack` reads them, those of one episode together."""
    rows = sorted(rows, key=lambda row: (row.cell.rpartition("/")[2], row.index, row.cell))
    blocks = (rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK))
    return lzma.compress(b"".join(map(_line, blocks)))


def unpack(path: Path, *, most_line: int, most_file: int) -> Iterator[Episode]:
    """Yield the rows of a packed file.

    Args:
        most_line, most_file: bytes of a block and of all of them, unpacked.

    Raises:
        ValueError: as of `bounded_lines`; or a line is no block of rows.
    """
    lines = bounded_lines(path, most_line=most_line, most_file=most_file)
    for number, line in enumerate(lines, 1):
        try:
            block: dict[str, list[Any]] = _BLOCK.validate_json(line)
            if len(set(map(len, block.values()))) > 1:
                raise ValueError("its fields have different numbers of values")
            for values in zip(*block.values()):
                yield Episode.model_validate(dict(zip(block, values)))
        except ValueError as error:
            told = first_of(error) if isinstance(error, ValidationError) else str(error)
            raise ValueError(f"{path.name}, line {number} is no block of rows: {told}.") from error


def _line(rows: Sequence[Episode]) -> bytes:
    plain = [row.model_dump(mode="json") for row in rows]
    fields = [name for name in plain[0] if any(row[name] is not None for row in plain)]
    block = {name: [row[name] for row in plain] for name in fields}
    return json.dumps(block, separators=(",", ":")).encode() + b"\n"
