"""Demonstrations on disk: an npz for speed, JSONL to read; neither runs code when opened.

Both begin with a header, {"schema": "shiftgym/gp-demonstrations/1", "environment":
"GeneralPoints-v0", "keywords": {...}}: the array `header` (JSON text) of an npz, the first line of
a JSONL file. An npz holds the columns of `Demonstrations` as they are. A JSONL row is

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
from typing import Any

import numpy as np

from agents.demonstrations import PathLike, read_columns, write_columns
from agents.gp.demonstrations import COLUMNS, Demonstrations, pack_attempts
from gp_env.deck import MAX_CARDS, Hand

SCHEMA = "shiftgym/gp-demonstrations/1"
ENVIRONMENT = "GeneralPoints-v0"


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
    }
    if path.suffix == ".npz":
        write_columns(path, header, {name: getattr(demonstrations, name) for name in COLUMNS})
        return
    partial = path.with_name(path.name + ".partial")
    with partial.open("w", encoding="utf-8") as file:
        for row in (header, *_rows(demonstrations)):
            file.write(json.dumps(row) + "\n")
    partial.replace(path)


def load_demonstrations(path: PathLike) -> Demonstrations:
    """Read what `save_demonstrations` wrote.

    Raises:
        ValueError: for another suffix, or a file without the header and columns of the schema.
    """
    path = _checked(path)
    try:
        if path.suffix == ".npz":
            header, columns = read_columns(path, COLUMNS)
        else:
            lines = path.read_text(encoding="utf-8").splitlines()
            header = json.loads(lines[0])
            columns = _columns([json.loads(line) for line in lines[1:]])
        if header["schema"] != SCHEMA:
            raise ValueError(f"its schema is {header['schema']!r}")
        return Demonstrations(keywords=header["keywords"], **columns)
    except FileNotFoundError:
        raise
    except (KeyError, ValueError, IndexError, OSError) as error:
        raise ValueError(
            f"{path} holds no demonstrations of schema {SCHEMA!r}: {error!r}. Write one with "
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


def _columns(rows: list[dict[str, Any]]) -> dict[str, Any]:
    def six(cards: list[int]) -> list[int]:
        return cards + [0] * (MAX_CARDS - len(cards))

    count = len(rows)
    width = len(rows[0]["attempts"]) if rows else 1
    attempts = [formula for row in rows for formula in row["attempts"]]
    return {
        "episode_seed": np.array([row["episode_seed"] for row in rows], dtype=np.int64),
        "ranks": _bytes([six(row["ranks"]) for row in rows], (count, MAX_CARDS)),
        "suits": _bytes([six(row["suits"]) for row in rows], (count, MAX_CARDS)),
        "rule": _bytes([row["rule"] for row in rows], (count, 3)),
        "target": _bytes([row["target"] for row in rows], (count,)),
        "difficulty": np.array([row["difficulty"] for row in rows], dtype=np.float32),
        "attempts": pack_attempts(attempts).reshape(count, width, -1),
    }


def _bytes(values: list[Any], shape: tuple[int, ...]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.array(values, dtype=np.uint8).reshape(shape)
