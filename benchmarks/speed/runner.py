"""Runs the measurements of this folder: every module that has `measure`, or some by name."""

from __future__ import annotations

import importlib
import importlib.util
import os
import pkgutil
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import speed
from benchmarks.records import Session
from benchmarks.runs import write_json
from benchmarks.speed.rows import calibration, show, with_ratios

_HELPERS = ("answering", "rows", "runner")


def measurements() -> list[str]:
    """Return the names of the modules that measure."""
    found = (module.name for module in pkgutil.iter_modules(speed.__path__))
    return sorted(name for name in found if name not in _HELPERS)


def run_speed(names: Sequence[str], out: Path, console: Console) -> bool:
    """Measure, print and write the rows; return whether every bar was reached.

    Args:
        names: of measurements, none for all.
        out: JSON file.

    Raises:
        ValueError: for a name that is none of `measurements()`.
    """
    known = measurements()
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise ValueError(f"Unknown measurement {unknown[0]!r}: expected one of {', '.join(known)}.")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    rows: list[dict[str, Any]] = []
    for name in names or known:
        console.print(f"measuring {name} ...", highlight=False)
        measured = importlib.import_module(f"benchmarks.speed.{name}").measure()
        rows += [{"module": name, **row} for row in measured]
    rows = with_ratios(rows, calibration())
    show(rows)
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    write_json(out, {"session": Session.now(now).model_dump(mode="json"), "rows": rows})
    missed = [measured["what"] for measured in rows if measured["ok"] is False]
    if missed:
        console.print(f"[red]Missed: {'; '.join(missed)}[/]")
    console.print(f"Written to {out.resolve()}", soft_wrap=True)
    return not missed
