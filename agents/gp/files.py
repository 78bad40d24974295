"""Demonstrations on disk: an npz for speed, JSONL to read; neither runs code when opened.

Both begin with a header, {"schema": "shiftgym/gp-demonstrations/1", "environment":
"GeneralPoints-v0", "keywords": {...}}, with the member "working" where replies show some: the array
`header` (JSON text) of an npz, the first line of a JSONL file. An npz holds the columns of
`Demonstrations` as they are. A JSONL row is

    {"episode_seed": 1070851398311463972, "ranks": [10, 5, 10, 7], "suits": [1, 1, 1, 4],
     "rule": [10, 10, 10], "target": 24, "difficulty": 0.0041, "attempts": ["10+10/5*7"]}

with ranks from 1 (ace) to 13 (king; to 19 in the large deck), suits from 1 (spades, hearts,
diamonds, clubs), the values of J, Q, K that score, the share of formulas that win, and the attempts
in order, the last of them winning.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from agents.demonstrations import PathLike, read_columns, write_columns
from agents.gp.demonstrations import COLUMNS, Demonstrations, pack_attempts
from gp_env.deck import MAX_CARDS, Hand
from shiftgym.atomic import write_atomically
from shiftgym.files import MEBIBYTE, brief, parse_json, read_bytes

SCHEMA = "shiftgym/gp-demonstrations/1"
ENVIRONMENT = "GeneralPoints-v0"

_MOST_LINES = 64 * MEBIBYTE
_LONGEST_LINE = 8_192
"""Bytes of a JSONL file, and of one of its rows: an attempt takes about 20."""


def save_demonstrations(path: PathLike, demonstrations: Demonstrations) -> None:
    """Write demonstrations as .npz or .jsonl, by the file's suffix; an existing file is replaced.

    Raises:
        ValueError: for another suffix.
    """
    path = _checked(path)
    header = {
        "schema": SCHEMA,
        "environment": ENVIRONMENT,
        "keywords": {name: _plain(value) for name, value in demonstrations.keywords.items()},
        **({} if demonstrations.working is None else {"working": demonstrations.working}),
    }
    if path.suffix == ".npz":
        write_columns(path, header, {name: getattr(demonstrations, name) for name in COLUMNS})
        return
    lines = (json.dumps(row) + "\n" for row in (header, *_rows(demonstrations)))
    write_atomically(path, "".join(lines).encode())


def load_demonstrations(path: PathLike) -> Demonstrations:
    """Read what `save_demonstrations` wrote.

    Raises:
        ValueError: naming the file, for another suffix, one without the header and columns of the
            schema, an npz that unpacks to more than 256 MiB, or JSONL of more than 64 MiB.
        OSError: where the file cannot be read.
    """
    path = _checked(path)
    try:
        if path.suffix == ".npz":
            header, columns = read_columns(path, COLUMNS)
        else:
            header, columns = _read_lines(path)
        if header.get("schema") != SCHEMA:
            raise ValueError(f"its schema is {brief(header.get('schema'))}")
        return Demonstrations(keywords=header["keywords"], working=header.get("working"), **columns)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ValueError(
            f"{path} holds no demonstrations of schema {SCHEMA!r}: {error}. Write one with "
            f"save_demonstrations."
        ) from error


def _checked(path: PathLike) -> Path:
    path = Path(path)
    if path.suffix not in (".npz", ".jsonl"):
        raise ValueError(f"Demonstrations are kept as .npz or .jsonl; got {path.name!r}.")
    return path


def _plain(value: Any) -> Any:
    """Return a keyword's value as JSON can hold it and the environment accepts it."""
    if isinstance(value, Hand):
        return list(value.ranks)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _rows(demonstrations: Demonstrations) -> Iterator[dict[str, Any]]:
    for index in range(len(demonstrations)):
        hand = demonstrations.hand(index)
        yield {
            "episode_seed": int(demonstrations.episode_seed[index]),
            "ranks": list(hand.ranks),
            "suits": list(hand.suits),
            "rule": list(demonstrations.scoring_rule(index)),
            "target": int(demonstrations.target[index]),
            "difficulty": float(demonstrations.difficulty[index]),
            "attempts": demonstrations.formulas(index),
        }


def _read_lines(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the header and the columns of a JSONL file."""
    lines = read_bytes(path, _MOST_LINES).splitlines()
    header = parse_json(lines[0]) if lines and len(lines[0]) <= _LONGEST_LINE else None
    if not isinstance(header, dict) or not isinstance(header.get("keywords"), dict):
        raise ValueError(
            f"its first line is no header with keywords, of at most {_LONGEST_LINE:,} bytes"
        )
    rows: list[_Row] = []
    for number, line in enumerate(lines[1:], start=2):
        try:
            rows.append(_row(line))
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ValueError(f"line {number} is no demonstration: {brief(error)}") from error
        if rows[-1].attempts.shape != rows[0].attempts.shape:
            raise ValueError(f"line {number} has another number of attempts than line 2")
    if not rows:
        raise ValueError("it has no demonstration")
    return header, {name: np.stack([getattr(row, name) for row in rows]) for name in COLUMNS}


class _Row(NamedTuple):
    """One demonstration: what `Demonstrations` holds of it, one column after the other."""

    episode_seed: Any
    ranks: Any
    suits: Any
    rule: Any
    target: Any
    difficulty: Any
    attempts: Any


def _row(line: bytes) -> _Row:
    """Return a row at once as the arrays it becomes, which are smaller than what JSON makes."""
    if len(line) > _LONGEST_LINE:
        raise ValueError(f"it has {len(line):,} bytes; expected at most {_LONGEST_LINE:,}")
    told = parse_json(line)
    slots = {
        name: [*told[name], *[0] * (MAX_CARDS - len(told[name]))] for name in ("ranks", "suits")
    }
    made = {"attempts": pack_attempts(told["attempts"])}
    for name, (dtype, widths) in COLUMNS.items():
        if name not in made:
            made[name] = np.array(slots.get(name, told[name]), dtype=dtype)
            if made[name].shape != widths:
                raise ValueError(f"{name} has the shape {made[name].shape}, expected {widths}")
    return _Row(**made)
