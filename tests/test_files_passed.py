"""From `evaluate` to the first row: how many files of ours are imported, and never torch."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.loopback import Endpoint, listening

ROOT = Path(__file__).resolve().parent.parent
MOST = {"random": 72, "nearest-neighbour": 78, "model": 105}
"""Files of ours. Above them, something is imported before it is asked for."""

COUNT = """
import json, sys
from pathlib import Path

from benchmarks.cli import app
from benchmarks.runs import Run

root = Path(sys.argv[1])
modules, append = {}, Run.append

def first(run, rows):
    modules.update({} if modules else sys.modules)
    append(run, rows)

Run.append = first
try:
    app(["evaluate", *sys.argv[2:]], prog_name="benchmarks")
except SystemExit as end:
    assert not end.code, end.code
files = {Path(file) for one in modules.values() if (file := getattr(one, "__file__", None))}
ours = sorted(
    file.relative_to(root).as_posix()
    for file in files
    if file.is_relative_to(root) and not {"site-packages", "tests"} & set(file.parts)
)
heavy = {"torch", "stable_baselines3", "matplotlib", "pandas", "openai", "httpx2"}
heavy &= modules.keys()
print(json.dumps([ours, sorted(heavy)]))
"""


def passed(folder: Path, *arguments: str) -> tuple[list[str], list[str]]:
    """Return the files of ours that a process imports, and what it imports of heavy packages."""
    asked = [*arguments, "--columns", "in", "--episodes", "1", "--out", str(folder)]
    done = subprocess.run(
        [sys.executable, "-c", COUNT, str(ROOT), *asked],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert len((folder / "episodes.jsonl").read_bytes().splitlines()) == 1
    ours, heavy = json.loads(done.stdout.splitlines()[-1])
    return ours, heavy


def listed(files: list[str]) -> str:
    return f"{len(files)} files:\n" + "\n".join(files)


@pytest.mark.parametrize("agent", ["random", "nearest-neighbour"])
def test_a_scripted_agent_passes_few_files(tmp_path: Path, agent: str) -> None:
    ours, heavy = passed(tmp_path / "run", "--agent", agent, "--suite", "gp-l")
    assert not heavy
    assert len(ours) <= MOST[agent], listed(ours)
    assert not [file for file in ours if file.startswith("virl_env/")], listed(ours)


def test_a_model_passes_few_files(tmp_path: Path) -> None:
    with listening(Endpoint()) as endpoint:
        model = ("--model", "toy", "--base-url", endpoint.url, "--suite", "gp-l")
        ours, heavy = passed(tmp_path / "run", *model)
    assert not heavy
    assert len(ours) <= MOST["model"], listed(ours)


def test_the_streets_need_no_cards_and_no_torch(tmp_path: Path) -> None:
    ours, heavy = passed(tmp_path / "run", "--agent", "random", "--suite", "virl-l")
    assert not heavy
    assert not [file for file in ours if file.startswith(("gp_env/", "virl_env/maps/"))]
