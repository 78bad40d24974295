"""Rows packed field by field read as the rows."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from benchmarks.packed_rows import BLOCK, pack
from benchmarks.records import Episode
from benchmarks.runs import EPISODES_FILE, PACKED_FILE, RunError, line_of, read_episodes

NONE: dict[str, object] = {"attempts": [[]]}


def row(index: int, **more: object) -> Episode:
    return Episode.model_validate(
        {
            "cell": "lm/0/sft/1/in",
            "index": index,
            "id": "GeneralPoints-Text-v0",
            "keywords": {"rule": "ten", "fold": [0, 7]},
            "episode_seed": 2**61 + index,
            "digest": f"{index:016x}",
            "cluster": "1-2-3",
            "rewards": [-1.0, 5.0],
            "outcomes": ["wrong_value", "correct"],
            "success": True,
            "tokens": 3,
            **more,
        }
    )


def test_packed_rows_read_as_the_rows(tmp_path: Path) -> None:
    rows = [row(n, replies=["4 ü"] if n % 2 else None) for n in range(BLOCK + 3)]
    rows += [row(0, cell="lm/0/rl/1/in", metrics={"step_accuracy": 0.5}, hand=[1, 2, 13, 4])]
    (tmp_path / PACKED_FILE).write_bytes(pack(rows))
    found = sorted(read_episodes(tmp_path), key=lambda one: (one.cell, one.index))
    assert found == sorted(rows, key=lambda one: (one.cell, one.index))
    (block, *_) = lzma.decompress(pack(rows)).splitlines()
    told = json.loads(block)
    assert told["cluster"] == {"values": ["1-2-3"], "times": [BLOCK]}
    assert isinstance(told["episode_seed"], list)
    assert told["attempts"] == {
        "values": [[["wrong_value", -1.0], ["correct", 5.0]]],
        "times": [BLOCK],
    }
    dealt = [row(n, hand=[12, 1 + n, 3, 3], cluster=f"{1 + n}-3-3-10") for n in range(2)]
    (tmp_path / PACKED_FILE).write_bytes(pack(dealt))
    assert "cluster" not in json.loads(lzma.decompress(pack(dealt)))
    assert list(read_episodes(tmp_path)) == dealt
    stages = ("init/0", "rl/1", "sft/1")
    turns = [row(n // 3, cell=f"lm/0/{stages[n % 3]}/in") for n in range(8)]
    told = json.loads(lzma.decompress(pack(turns)))
    assert told["cell"] == {"cycle": [f"lm/0/{stage}/in" for stage in stages], "rows": 8}
    (tmp_path / PACKED_FILE).write_bytes(pack(rows))
    # A folder that runs on has its rows as lines, which count.
    (tmp_path / EPISODES_FILE).write_bytes(line_of(rows[0]))
    assert list(read_episodes(tmp_path)) == rows[:1]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            {"cell": ["a", "b"], "index": [1], **NONE},
            "line 1 is no block of rows: its fields have diff",
        ),
        ({"cell": ["a"], "outcomes": [["correct"]]}, "line 1 is no block of rows: it has no att"),
        ({"cell": ["a"], "index": [-1], **NONE}, "line 1 is no block of rows: index"),
        ([1], "line 1 is no block of rows"),
        ({"cell": ["a"], "hand": [["x"]], **NONE}, "line 1 is no block of rows: "),
        ({"cell": ["a"], "hand": [5], **NONE}, "line 1 is no block of rows: "),
        ({"cell": ["a"], "attempts": [[["correct"]]]}, "line 1 is no block of rows: 0.0"),
        ({"cell": {"values": ["a"], "times": [10**9]}}, "line 1 is no block of rows: cell"),
        (
            {"cell": {"values": ["a", "b"], "times": [BLOCK, 1]}, **NONE},
            f"{BLOCK} rows at most; got 2 values, 2 times and {BLOCK + 1} rows",
        ),
        ({"cell": {"values": ["a", "b"], "times": [1]}, **NONE}, "got 2 values, 1 times"),
        ({"cell": {"cycle": ["a"], "rows": 10**9}, **NONE}, "line 1 is no block of rows: cell"),
        ({"cell": {"cycle": [], "rows": 1}, **NONE}, "line 1 is no block of rows: cell"),
    ],
)
def test_what_is_no_block_of_rows_is_named(tmp_path: Path, line: object, told: str) -> None:
    packed = lzma.compress(json.dumps(line).encode() + b"\n")
    (tmp_path / PACKED_FILE).write_bytes(packed)
    with pytest.raises(RunError, match=told):
        list(read_episodes(tmp_path))


def test_a_torn_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / PACKED_FILE).write_bytes(pack([row(n) for n in range(4)])[:-5])
    with pytest.raises(RunError, match="is no whole xz file"):
        list(read_episodes(tmp_path))
