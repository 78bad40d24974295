"""Packed files unpack to their lines, and to no more memory than is allowed."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from benchmarks.bounded import FREE, bounded_lines

LINES = [b"%d %s\n" % (number, b"x" * (number % 50)) for number in range(20_000)]


@pytest.mark.parametrize("suffix", ["", ".xz"])
def test_a_file_unpacks_to_its_lines(tmp_path: Path, suffix: str) -> None:
    pack = {"": bytes, ".xz": lzma.compress}[suffix]
    path = tmp_path / f"rows.jsonl{suffix}"
    path.write_bytes(pack(b"".join(LINES)))
    assert list(bounded_lines(path)) == LINES


def test_a_damaged_xz_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.xz"
    packed = lzma.compress(b"".join(LINES))
    for broken in (
        packed[:-100], packed[:50], b"", b"no xz" + packed, packed + b"more", packed + packed,
        packed + b"\0" * 2**20,
    ):  # fmt: skip
        path.write_bytes(broken)
        with pytest.raises(ValueError, match=r"rows\.jsonl\.xz is no whole xz file"):
            list(bounded_lines(path))


def test_an_xz_file_takes_no_more_memory_or_room_than_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.xz"
    large = [{"id": lzma.FILTER_LZMA2, "dict_size": 512 * 2**20}]
    path.write_bytes(lzma.compress(b"1\n", filters=large))
    with pytest.raises(ValueError, match=r"needs more than 67,108,864 bytes of memory.* xz -6"):
        list(bounded_lines(path))
    path.write_bytes(lzma.compress((b"0" * 9_999 + b"\n") * (FREE // 5_000)))
    with pytest.raises(ValueError, match="unpacks to more than"):
        list(bounded_lines(path))
