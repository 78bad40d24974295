"""Rows packed field by field, as published results have them: alike values pack well together.

A file is JSON lines in xz. A line is a block of rows: an object of the fields of `Episode`, each
with a list of its values, one for each row; or, where neighbours are mostly equal, with `values`
and how many `times` each of them stands; or, where they come in turn, with a `cycle` of values and
how many `rows` it makes. Outcomes and rewards, of which one mostly tells the other, are one field,
`attempts`, with a pair for each attempt. A cluster that follows from the row's hand is left out.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator, Sequence
from itertools import cycle, groupby, islice
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from benchmarks.bounded import bounded_lines
from benchmarks.records import Episode, first_of
from benchmarks.tasks.cards import hand_cluster

BLOCK = 500
"""Rows of a block, which stays within what `bounded_lines` takes outside of texts."""

_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 6 | lzma.PRESET_EXTREME, "lc": 4, "lp": 0, "pb": 0}]
"""Of xz, for text: a byte tells of the one before it, and its place in a word of memory nothing."""

_PAIRS = TypeAdapter(list[list[tuple[JsonValue, JsonValue]]])


class _Repeated(BaseModel):
    """Values of a field in a block: each of `values` stands so many `times` in a row."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    values: list[JsonValue]
    times: list[Annotated[int, Field(ge=1, le=BLOCK)]]

    def spread(self) -> list[JsonValue]:
        """Return a value for each row.

        Raises:
            ValueError: they are more than a block has, or `times` are of other values.
        """
        if len(self.values) != len(self.times) or sum(self.times) > BLOCK:
            raise ValueError(
                f"expected as many times as values, of {BLOCK} rows at most; got "
                f"{len(self.values)} values, {len(self.times)} times and {sum(self.times)} rows"
            )
        return [value for value, times in zip(self.values, self.times) for _ in range(times)]


class _Cycled(BaseModel):
    """Values of a field in a block: those of `cycle` in turn, so many rows of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cycle: list[JsonValue] = Field(min_length=1)
    rows: int = Field(ge=1, le=BLOCK)

    def spread(self) -> list[JsonValue]:
        """Return a value for each row."""
        return list(islice(cycle(self.cycle), self.rows))


_Block = dict[str, list[JsonValue] | _Repeated | _Cycled]
_BLOCK = TypeAdapter(_Block)


def pack(rows: Sequence[Episode]) -> bytes:
    """Return rows as `unpack` reads them, those of one episode together."""
    rows = sorted(rows, key=lambda row: (row.cell.rpartition("/")[2], row.index, row.cell))
    blocks = (rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK))
    return lzma.compress(b"".join(map(_line, blocks)), filters=_FILTERS)


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
            block: dict[str, list[Any]] = {
                name: values if isinstance(values, list) else values.spread()
                for name, values in _BLOCK.validate_json(line).items()
            }
            block |= _apart(block.pop("attempts", None))
            if len(set(map(len, block.values()))) > 1:
                raise ValueError("its fields have different numbers of values")
            for row in zip(*block.values()):
                yield Episode.model_validate(dict(zip(block, row)))
        except ValueError as error:
            wrong = first_of(error) if isinstance(error, ValidationError) else str(error)
            raise ValueError(f"{path.name}, line {number} is no block of rows: {wrong}.") from error


def _line(rows: Sequence[Episode]) -> bytes:
    plain = [_together(row.model_dump(mode="json")) for row in rows]
    fields = [name for name in plain[0] if any(row[name] is not None for row in plain)]
    block = {name: _field([row[name] for row in plain]) for name in fields}
    return _text(block).encode() + b"\n"


def _together(row: dict[str, Any]) -> dict[str, Any]:
    """Return a plain row with outcomes and rewards as pairs, and without what its hand tells."""
    outcomes, rewards = row.pop("outcomes"), row.pop("rewards")
    if row["hand"] and row["cluster"] == hand_cluster(row["hand"]):
        row["cluster"] = None
    return {**row, "attempts": [*zip(outcomes, rewards, strict=True)]}


def _apart(attempts: list[JsonValue] | None) -> dict[str, list[Any]]:
    """Return outcomes and rewards as fields of their own, as of `Episode`."""
    if attempts is None:
        raise ValueError("it has no attempts; expected those of each row")
    pairs = _PAIRS.validate_python(attempts)
    return {
        name: [[pair[number] for pair in row] for row in pairs]
        for number, name in enumerate(("outcomes", "rewards"))
    }


def _field(values: list[JsonValue]) -> list[JsonValue] | dict[str, JsonValue]:
    """Return a field of a block: equal neighbours, or a cycle, told once where that is shorter."""
    runs = [list(run) for _, run in groupby(values, key=_text)]
    if 2 * len(runs) <= len(values):
        return {"values": [run[0] for run in runs], "times": [len(run) for run in runs]}
    if length := _cycle(values):
        return {"cycle": values[:length], "rows": len(values)}
    return values


def _cycle(values: list[JsonValue]) -> int:
    """Return after how many values they come again in turn, at least twice; 0 if they do not."""
    texts = [_text(value) for value in values]
    for length in range(1, len(texts) // 2 + 1):
        if texts[length] == texts[0] and texts[length:] == texts[:-length]:
            return length
    return 0


def _text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
