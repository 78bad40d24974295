"""The runner of speed measurements: it finds them, shows them and says what was missed."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import ModuleType

import pytest
from rich.console import Console

from benchmarks.runs import read_json
from benchmarks.speed import runner
from benchmarks.speed.rows import row

QUIET = Console(quiet=True)


@pytest.fixture(autouse=True)
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("benchmarks.speed.fake")
    module.measure = lambda: [row("steps", 50.0, "steps/s", 10.0), row("made", 1.0, "s")]  # type: ignore[attr-defined]
    slow = ModuleType("benchmarks.speed.slow")
    slow.measure = lambda: [row("late", 2.5, "s", 1.0, at_most=True)]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "benchmarks.speed.fake", module)
    monkeypatch.setitem(sys.modules, "benchmarks.speed.slow", slow)
    monkeypatch.setattr(runner, "measurements", lambda: ["fake", "slow"])
    monkeypatch.setattr(runner, "calibration", lambda: 0.6)


def test_rows_are_written_beside_the_calibration(tmp_path: Path) -> None:
    assert runner.run_speed(["fake"], tmp_path / "speed.json", QUIET)
    written = read_json(tmp_path / "speed.json")
    assert [(row["what"].strip(), row["value"], row["unit"]) for row in written["rows"]] == [
        ("calibration loop", 0.6, "s"),
        ("steps", 50.0, "steps/s"),
        ("steps", 30.0, "steps a loop"),
        ("made", 1.0, "s"),
    ]
    assert written["session"]["cores"] >= 1


def test_a_missed_bar_is_told(tmp_path: Path) -> None:
    console = Console(record=True, file=io.StringIO())
    assert not runner.run_speed([], tmp_path / "speed.json", console)
    assert "Missed: late" in console.export_text()


def test_an_unknown_measurement_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="fake, slow"):
        runner.run_speed(["warp"], tmp_path / "speed.json", QUIET)


def test_every_module_of_the_folder_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    found = runner.measurements()
    assert "env" in found
    assert not {"rows", "runner"} & set(found)
