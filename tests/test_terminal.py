"""What the programs print: on any encoding, at 80 columns, into a pipe whose reader goes away."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shiftgym.terminal import WIDTH, wrapped

ROOT = Path(__file__).resolve().parent.parent
CARDS = ["-m", "gp_env", "--expert", "--seed", "1"]
STREETS = ["-m", "virl_env", "--expert", "--seed", "3", "--turns", "1"]
PLAIN = ["-m", "benchmarks", "--help"]
ENCODINGS = [
    {"PYTHONIOENCODING": "cp1252"},
    {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
]


def start(arguments: list[str], **more: str) -> subprocess.Popen[bytes]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LC_")}
    return subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**kept, **more},
    )


def problems(errors: bytes) -> list[bytes]:
    """Return the lines of standard error but those of progress, which a busy machine shows."""
    return [line for line in errors.splitlines() if not line.startswith(b"Drawing routes of ")]


# Both programs print by the same function: one encoding will do for the one that starts slowly.
@pytest.mark.parametrize(
    "program, encoding",
    [*((CARDS, encoding) for encoding in ENCODINGS), (STREETS, ENCODINGS[-1])],
    ids=["gp_env-cp1252", "gp_env-C", "virl_env-C"],
)
def test_characters_that_there_are_not_are_replaced(
    program: list[str], encoding: dict[str, str]
) -> None:
    running = start(program, **encoding)
    shown, errors = running.communicate(timeout=120)
    assert (running.returncode, problems(errors)) == (0, [])
    marks = (b"S ", b"C ") if program is CARDS else (b">", b"^", b"v", b"<")
    assert any(mark in shown for mark in marks)
    assert "♠".encode() not in shown
    assert max(map(len, shown.splitlines())) <= WIDTH


def test_where_there_are_all_characters_they_are_shown() -> None:
    shown, _ = start(CARDS, PYTHONIOENCODING="utf-8").communicate(timeout=120)
    assert any(symbol in shown.decode() for symbol in "♠♣")


def test_an_error_with_a_foreign_character_is_told(tmp_path: Path) -> None:
    arguments = ["-m", "virl_env.maps", str(tmp_path / "→♠.graphml"), str(tmp_path / "out.npz")]
    running = start(arguments, PYTHONIOENCODING="cp1252")
    _, errors = running.communicate(timeout=120)
    assert running.returncode == 1
    assert b">S.graphml" in errors
    assert b"Traceback" not in errors


@pytest.mark.parametrize(
    "program",
    [
        CARDS,
        PLAIN,
        *(pytest.param(one, marks=pytest.mark.slow) for one in (STREETS, [*CARDS[:2], "--help"])),
    ],
    ids=str,
)
def test_a_reader_who_goes_away_ends_the_program_quietly(program: list[str]) -> None:
    if program is PLAIN:
        pytest.importorskip("typer")
    running = start(program, PYTHONUNBUFFERED="1")
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    assert problems(running.stderr.read()) == []
    running.stderr.close()
    assert running.wait(timeout=120) in (0, 1)


def test_without_any_output_a_program_runs_to_its_end() -> None:
    closed = f"exec {sys.executable} {' '.join(CARDS)} >&-"
    done = subprocess.run(["sh", "-c", closed], stderr=subprocess.PIPE, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, b"")


def test_lines_are_wrapped_between_words() -> None:
    text = "short\n\n  " + "word north-east " * 12 + "\n" + "x" * 100
    lines = wrapped(text).split("\n")
    assert lines[:2] == ["short", ""]
    assert lines[-1] == "x" * 100
    assert max(map(len, lines[:-1])) <= WIDTH
    assert " ".join(wrapped(text).split()) == " ".join(text.split())
    assert all(line.startswith("  ") for line in lines[2:-1])
    assert wrapped(wrapped(text)) == wrapped(text)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--city", "nope.npz"], 1, "does not exist"),
        (["--expert", "--gif", "no/x.gif"], 2, "no folder"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_without_a_traceback(
    arguments: list[str], status: int, words: str, tmp_path: Path
) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "virl_env", "--turns", "1", "--seed", "1", *arguments],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert run.returncode == status
    assert "error: " in run.stderr
    assert words in " ".join(run.stderr.split())
    assert "Traceback" not in run.stderr


def test_what_is_typed_is_shown_where_it_comes_from_a_pipe() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "gp_env", "--hand", "3 3 8 8"],
        input="3+3\n8/(3-8/3)\n",
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        encoding="utf-8",
    )
    assert run.returncode == 0
    assert "formula (empty to give up): 3+3\n" in run.stdout
    assert max(map(len, run.stdout.splitlines())) <= WIDTH


@pytest.mark.parametrize("package", ["gp_env", "virl_env"])
def test_a_python_without_the_libraries_is_told_what_to_run(package: str) -> None:
    bare = [sys.executable, "-S", "-m", package]  # finds no installed package
    run = subprocess.run(bare, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr.startswith("error: gymnasium is not installed for")
    assert "Traceback" not in run.stderr
    assert "run" in run.stderr.lower()
    assert "make" in run.stderr or ".venv" in run.stderr
