"""Importing gp_env registers its ids and does nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

# Watches, in a fresh process, what is opened and which of the package's functions are called.
WATCH = """
import json, sys, threading

import gymnasium as gym

ids_before = set(gym.registry)
opened, called = [], set()

def audit(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        opened.append(arguments[0])

def profile(frame, event, argument):
    if event == "call":
        name = frame.f_globals.get("__name__") or ""
        if name.startswith(("gp_env", "shiftgym")):
            called.add(f"{name}.{frame.f_code.co_name}")

threads = threading.active_count()
sys.addaudithook(audit)
sys.setprofile(profile)
import gp_env
sys.setprofile(None)
seen = {"opened": list(opened), "called": sorted(called)}
seen["ids"] = sorted(set(gym.registry) - ids_before)
seen["threads"] = threading.active_count() - threads
env = gym.make("GeneralPoints-OOD-v0")
seen["modules"] = sorted({name.split(".")[0] for name in sys.modules})
print(json.dumps(seen))
"""

HEAVY = {"torch", "stable_baselines3", "sb3_contrib", "scipy", "matplotlib", "pandas", "openai"}
SOLVER = {"solve", "iter_solutions", "difficulty", "solvable", "solvable_table"}


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", WATCH], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_registers_its_ids(seen: dict[str, Any]) -> None:
    import gp_env

    assert seen["ids"] == sorted(gp_env.variants())


def test_import_and_make_load_no_heavy_library(seen: dict[str, Any]) -> None:
    assert not HEAVY & set(seen["modules"])


def test_import_reads_no_file_but_code(seen: dict[str, Any]) -> None:
    # "/proc", "/sys": a library that asks the system how many cores there are.
    ours = [name for name in seen["opened"] if not name.startswith(("/proc", "/sys"))]
    assert [name for name in ours if not name.endswith((".py", ".pyc", ".so", ".pyd"))] == []


def test_import_runs_no_solver_and_starts_no_thread(seen: dict[str, Any]) -> None:
    assert not {name for name in seen["called"] if name.rsplit(".", 1)[1] in SOLVER}
    assert "shiftgym.registry.register" in seen["called"], "the watch itself does not see calls"
    assert seen["threads"] == 0
