"""What is lost where one published study takes the place of another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.records import RunRecord
from benchmarks.runs import RUN_FILE, read_record
from benchmarks.study.loaded import load_study
from benchmarks.study.measured import MEASURES_FILE, read_measures


def would_lose(old: Path, new: Path) -> Iterator[str]:
    """Yield what a published study holds that another one in its place would not, in words.

    Args:
        old: its folder, which need not be there.
        new: the folder that is to take its place.

    Raises:
        RunError: one of them is damaged.
    """
    if not (old / RUN_FILE).exists():
        return
    was, now = read_record(old), read_record(new)
    columns = [set(one.config.get("curve_columns", ())) for one in (was, now)]
    if (was.suites.keys(), _settings(was)) != (now.suites.keys(), _settings(now)):
        yield f"a study of other settings ({was.config.get('name')} of {', '.join(was.suites)})"
        return
    if seeds := sorted(set(was.seeds) - set(now.seeds)):
        yield f"the seeds {', '.join(map(str, seeds))}"
    if fewer := sorted(columns[0] - columns[1]):
        yield f"the columns {', '.join(fewer)} between init and end"
    if load_study(new).missing and not load_study(old).missing:
        yield "points or episodes"
    if _places(old) - _places(new):
        yield f"measures in {MEASURES_FILE}.xz"
    files = [{path.name for path in one.rglob("*.pt.xz")} for one in (old, new)]
    if gone := sorted(files[0] - files[1]):
        yield f"the checkpoints {', '.join(gone)}"


def _settings(record: RunRecord) -> dict[str, Any]:
    """Return what a study trains and measures, whatever is packed of it and how long it takes."""
    free = ("curve_columns", "first_seed")
    return {key: told for key, told in record.asked()["config"].items() if key not in free}


def _places(folder: Path) -> set[tuple[object, ...]]:
    """Return which seeds a study's measures are of, each with its place."""
    measures = read_measures(folder)
    return {
        (one.policy, one.arm, one.point, one.column, one.measure, one.by, one.part, seed)
        for one in (measures.measured if measures else ())
        for seed in one.estimate.by_seed
    }
