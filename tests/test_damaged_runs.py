"""Run folders from elsewhere: what is damaged, forged or unfinished is said, and nothing else."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from benchmarks.cli import app
from benchmarks.evaluation import run_evaluation
from benchmarks.options import EvaluationOptions
from benchmarks.report import report
from benchmarks.runs import RunError, read_record
from benchmarks.study.points import read_points
from benchmarks.summary import summarise
from benchmarks.tables import Table, write_csv, write_tables

Change = Callable[[dict[str, Any]], Any]


def play(folder: Path, suite: str = "virl-l", episodes: int = 4) -> Path:
    asked = EvaluationOptions(
        "random", suite=suite, columns=["in", "rule_ood"], episodes=episodes, out=folder
    )
    run_evaluation(asked, Console(quiet=True))
    return folder


def command(folder: Path, *options: str) -> Any:
    return CliRunner().invoke(app, ["report", str(folder), *options], env={"COLUMNS": "200"})


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return play(tmp_path_factory.mktemp("whole") / "run")


def copy_with(run: Path, folder: Path, file: str, contents: bytes) -> Path:
    folder.mkdir()
    for path in run.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / file).write_bytes(contents)
    return folder


RECORDS: dict[str, bytes | Change] = {
    "not UTF-8": b'{"kind": "\xff"}',
    "UTF-16": '{"kind": "evaluate"}'.encode("utf-16"),
    "a list": b"[]",
    "null": b"null",
    "nested": b"[" * 100_000,
    "nested object": b'{"config":' * 100_000,
    "cut": b'{"kind": "evalu',
    "empty": b"",
    "NaN episodes": lambda r: r["config"].update(episodes=float("nan")),
    "text episodes": lambda r: r["config"].update(episodes="4"),
    "no cells": lambda r: r["config"].pop("cells"),
    "cells a list": lambda r: r["config"].update(cells=[1]),
    "no seeds": lambda r: r.update(kind="study", seeds=[]),
    "no suites": lambda r: r.update(kind="study", suites={}),
    "a study": lambda r: r.update(kind="study"),
    "another suite": lambda r: r.update(kind="study", suites={"x": "y"}),
    "another kind": lambda r: r.update(kind="leaderboard"),
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_damaged_record_is_told(run: Path, tmp_path: Path, name: str) -> None:
    change = RECORDS[name]
    if not isinstance(change, bytes):
        record = json.loads((run / "run.json").read_bytes())
        change(record)
        change = json.dumps(record).encode()
    folder = copy_with(run, tmp_path / "run", "run.json", change)
    result = command(folder)
    assert result.exit_code == 2, result.output
    assert result.output.startswith("Error: ")
    assert "run.json" in result.output or "Unknown suite" in result.output


def test_a_row_counts_once(run: Path, tmp_path: Path) -> None:
    lines = (run / "episodes.jsonl").read_bytes().splitlines(keepends=True)
    doubled = b"".join([*lines[:-1], lines[0]])
    result = command(copy_with(run, tmp_path / "run", "episodes.jsonl", doubled))
    assert result.exit_code == 2, result.output
    assert "holds episode 0 of random/in twice" in " ".join(result.output.split())


ROWS: dict[str, Change] = {
    "an unknown keyword": lambda row: row["keywords"].update(nonsense=1),
    "keywords of the maker": lambda row: row["keywords"].update(num_envs=2),
    "an unknown id": lambda row: row.update(id="CartPole-v1"),
    "an unregistered id": lambda row: row.update(id="VIRLNavigation-Foo-v0"),
    "a metric missing": lambda row: row["metrics"].pop("turn_accuracy"),
    "no metrics": lambda row: row.pop("metrics"),
    "a metric of 50": lambda row: row["metrics"].update(turn_accuracy=50.0),
    "a metric NaN": lambda row: row["metrics"].update(turn_accuracy=float("nan")),
    "a reward NaN": lambda row: row["rewards"].append(float("nan")),
    "success as text": lambda row: row.update(success="yes"),
    "no attempts": lambda row: row.update(rewards=[], outcomes=[], actions=[]),
    "an action of no meaning": lambda row: row.update(actions=[10**9]),
    "split of another type": lambda row: row["keywords"].update(split=[1]),
    "nested keywords": lambda row: row["keywords"].update(city=[[[[["x"]]]]]),
}


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("options", [(), ("--check", "8")], ids=["report", "check"])
def test_a_forged_row_is_no_traceback(
    run: Path, tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    rows = [json.loads(line) for line in (run / "episodes.jsonl").read_bytes().splitlines()]
    ROWS[name](rows[3])
    forged = "".join(json.dumps(row) + "\n" for row in rows).encode()
    folder = copy_with(run, tmp_path / "run", "episodes.jsonl", forged)
    result = command(folder, *options)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    assert "nan" not in result.output.lower().replace("finance", "")
    if options:
        assert result.exit_code == 2, result.output
        assert "episodes.jsonl" in result.output
        assert "line 4" in result.output or "pisode 3 of random/in" in result.output


def test_other_damage_is_told(run: Path, tmp_path: Path) -> None:
    job = tmp_path / "job"
    job.mkdir()
    for contents in (b"\xff", b"[1]", b'{"points": {"sft/1": 3}}', b"[" * 100_000):
        (job / "points.json").write_bytes(contents)
        with pytest.raises(RunError, match=r"points\.json"):
            read_points(job)
    with pytest.raises(RunError, match="no run folder"):
        read_record(job)


def test_a_link_in_the_folder_is_replaced_and_not_followed(run: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text("mine")
    folder = copy_with(run, tmp_path / "run", "table.csv", b"")
    for name in ("table.md", "table.csv"):
        (folder / name).unlink()
        (folder / name).symlink_to(outside)
    report(folder, Console(quiet=True))
    assert outside.read_text() == "mine"
    assert not (folder / "table.md").is_symlink()


def test_an_unfinished_evaluation_says_so_everywhere(tmp_path: Path) -> None:
    folder = play(tmp_path / "run", "gp-l", 6)
    whole = (folder / "table.md").read_text()
    assert "INCOMPLETE" not in whole + (folder / "table.csv").read_text()
    lines = (folder / "episodes.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "episodes.jsonl").write_bytes(b"".join(lines[:8]))
    shown = io.StringIO()
    report(folder, Console(file=shown, width=200))
    table = (folder / "table.md").read_text()
    assert table.startswith("**INCOMPLETE, missing: 4 of 6 episodes of random/rule_ood**")
    assert "**INCOMPLETE: Success in percent" in table
    assert shown.getvalue().count("INCOMPLETE") == 2
    assert (folder / "table.csv").read_text().count("INCOMPLETE") == 2
    (folder / "episodes.jsonl").write_bytes(b"")
    report(folder, Console(quiet=True))
    assert "missing: 6 of 6 episodes of random/in;" in (folder / "table.md").read_text()


def test_an_interval_counts_hands_and_not_episodes(tmp_path: Path) -> None:
    folder = play(tmp_path / "run", "gp-l", 2)
    from benchmarks.runs import read_episodes

    (row, *_) = read_episodes(folder)
    rows = [
        row.model_copy(update={"index": i, "cluster": str(i % 10), "success": i % 10 < 3})
        for i in range(1000)
    ]
    (cell,) = summarise(rows)
    assert (cell.success, cell.clusters) == (0.3, 10)
    assert cell.high - cell.low > 0.4


NASTY = "\x1b[31m\x00[red]a|b[/red]<script>x</script>\u202e\n=HYPERLINK(1)"


def test_text_of_others_is_shown_as_text(tmp_path: Path) -> None:
    table = Table(NASTY, [NASTY, "number"], [[NASTY, "+1.0 [0.5, 1.5]"]], note=NASTY)
    shown = io.StringIO()
    Console(file=shown, width=300, force_terminal=True, color_system=None).print(table.rich())
    assert not set("\x1b\x00\u202e") & set(shown.getvalue())
    assert "[red]a|b[/red]" in shown.getvalue()
    write_tables(tmp_path / "t.md", [table], NASTY)
    written = (tmp_path / "t.md").read_text()
    assert not set("<>\x1b\x00\u202e") & set(written)
    rows = [line for line in written.splitlines() if line.startswith("|")]
    assert [row.count("|") for row in rows] == [3, 3, 3]
    write_csv(tmp_path / "t.csv", [{"cell": "=HYPERLINK(1)\x1b", "by_seed": "-0.1 0.2", "n": -1.5}])
    assert (tmp_path / "t.csv").read_text() == "cell,by_seed,n\n'=HYPERLINK(1)\\x1b,-0.1 0.2,-1.5\n"


def test_a_narrow_terminal_breaks_names_behind_a_slash() -> None:
    line = ["some-model/rule_ood", "12.3 [10.1, 14.9]", "-1.00"]
    table = Table("Success", ["cell", "success", "mean return"], [line])
    for width in (80, 36):
        shown = io.StringIO()
        Console(file=shown, width=width, color_system=None).print(table.rich())
        lines = [one.strip() for one in shown.getvalue().splitlines()]
        if width == 80:
            assert any("some-model/rule_ood" in one and "12.3 [10.1,14.9]" in one for one in lines)
        else:
            assert any(one.startswith("some-model/ ") for one in lines)
            assert any(one.startswith("rule_ood ") and "[10.1,14.9]" in one for one in lines)


def test_a_table_without_room_is_shown_in_parts() -> None:
    heads = [f"measure {letter}" for letter in "abcdefg"]
    row = ["lm-working", "sft-5e-4", "10", "rule_ood", *["100.0 [97.9, 100.0], n=1000"] * 7]
    table = Table("Told", ["policy", "arm", "point", "column", *heads], [row], 4, "Noted.")
    for width in (80, 60):
        shown = io.StringIO()
        Console(file=shown, width=width, color_system=None).print(table.rich())
        text = shown.getvalue()
        words = text.split()
        assert text.count("Told, continued") == text.count("lm-working") - 1 > 0
        assert text.count("Noted.") == 1
        assert words.count("n=1000") == 7
        assert words.count("rule_ood") == text.count("lm-working")
        assert words.count("measure") == 7
        assert [word for word in words if len(word) == 1] == list("abcdefg")
    assert Table("Names", ["a", "b"], [["c", "d"]], 2).split(1)[0].header == ["a", "b"]


def test_a_table_of_many_columns_breaks_no_word_at_80_columns() -> None:
    header = ["cell", "success", "step", "turn", "macro", "malformed", "mean return", "episodes"]
    line = ["nearest-neighbour/cities_rule_ood", *["12.3 [10.1, 14.9]"] * 4, "0.0", "-16.78", "360"]
    shown = io.StringIO()
    table = Table("Success", [*header, "routes"], [[*line, "360"]])
    Console(file=shown, width=80, color_system=None).print(table.rich())
    words = shown.getvalue().split()
    assert {*header} - {"mean return"} <= {*words}
    assert {"nearest-", "neighbour/", "cities_", "rule_ood", "[10.1,", "14.9]"} <= {*words}
