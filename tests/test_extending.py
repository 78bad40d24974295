"""The page on extending tells the truth: its changes are made to a copy, and its commands run."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.test_frozen_lists import GOLDEN

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "extending.md").read_text("utf-8")
PACKAGES = ("agents", "benchmarks", "gp_env", "shiftgym", "virl_env")
CHANGES = ("A rule", "A family of cities", "An agent of your own", "A suite of your own")
CHANGES += ("A column of a suite",)

# Run in the copy: what the page checks, its commands, and what is drawn afterwards.
DRIVER = """
import json, sys
import gymnasium as gym
import gp_env, virl_env
from benchmarks.cli import app
from tests.draws import drawn

checks, commands = json.loads(sys.argv[1])
for check in checks:
    exec(check)
for command in commands:
    app(command, standalone_mode=False)
print(json.dumps(drawn()))
"""


class Block(NamedTuple):
    """A fenced block of the page."""

    language: str
    title: str
    text: str


def blocks(section: str) -> list[Block]:
    """Return the blocks below a heading."""
    (below,) = re.findall(rf"^##+ {section}\n(.*?)(?=^##|\Z)", PAGE, re.M | re.S)
    fence = r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$'
    return [Block(*found) for found in re.findall(fence, below, re.M | re.S)]


def apply(diff: str, root: Path) -> None:
    """Make a change; what stays must stand in the file once, just so."""
    header, *hunks = re.split(r"^@@\n", diff, flags=re.M)
    file = root / header.removeprefix("--- a/").strip()
    text = file.read_text("utf-8")
    for hunk in hunks:
        lines = hunk.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] != "+")
        after = "".join(line[1:] for line in lines if line[0] != "-")
        assert text.count(before) == 1, f"{file.name} has {text.count(before)} times:\n{before}"
        text = text.replace(before, after)
    file.write_text(text, "utf-8")


@pytest.mark.parametrize("section", CHANGES)
def test_each_change_touches_at_most_two_files(section: str) -> None:
    found = blocks(section)
    touched = {block.text.splitlines()[0] for block in found if block.language == "diff"}
    touched |= {block.title for block in found if block.title not in ("", "check")}
    assert 1 <= len(touched) <= 2
    assert {"sh", "check"} & {part for block in found for part in (block.language, block.title)}


def test_the_changes_work_and_alter_no_episode(tmp_path: Path) -> None:
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "draws.py", tmp_path / "tests")
    checks, commands = [], []
    for section in CHANGES:
        for block in blocks(section):
            if block.language == "diff":
                apply(block.text, tmp_path)
            elif block.title == "check":
                checks.append(block.text)
            elif block.title:
                (tmp_path / block.title).write_text(block.text, "utf-8")
            else:
                commands += [
                    shlex.split(line.removeprefix("python -m benchmarks "))
                    for line in block.text.splitlines()
                ]
    assert commands
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, json.dumps([checks, commands])],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == GOLDEN
    folders = sorted(path.name.removeprefix("evaluate-") for path in tmp_path.glob("runs/*"))
    assert folders == [
        "expert-sevens-all-4x1",
        "my_agents_AlwaysStop-virl-l-in-all-4x1",
        "random-gp-l-in-sevens-all-4x1",
    ]
