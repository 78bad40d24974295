"""Files that are made to take time or memory are refused at once, by an error that names them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.speed.hostile import BAR_MEGABYTES, BAR_SECONDS, KINDS, refused


@pytest.mark.skipif(sys.platform == "win32", reason="the resources of a process are not told there")
def test_every_hostile_file_is_refused_at_once(tmp_path: Path) -> None:
    found = refused(tmp_path)
    assert set(found) == set(KINDS)
    for kind, refusals in found.items():
        for name, (seconds, megabytes, told) in refusals.items():
            what = f"{kind}, {name}: {seconds:.2f} s, {megabytes:.0f} MB, {told[:300]!r}"
            assert str(tmp_path / kind) in told, what
            assert told.isprintable(), what
            assert len(told) < 2_000, what
            assert seconds < BAR_SECONDS, what
            assert megabytes < BAR_MEGABYTES, what
