"""The wheel, as a stranger gets it: installed into an empty environment, away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {"gp_env", "shiftgym", "virl_env"}

# Run by the new environment's Python, in isolated mode and in a folder of its own.
PLAY = """
import sys
from pathlib import Path

import gymnasium as gym

env = gym.make("gp_env:GeneralPoints-OOD-v0")
import gp_env
import shiftgym
import virl_env

for package in (gp_env, shiftgym, virl_env):
    assert Path(sys.prefix) in Path(package.__file__).parents, package.__file__
_, info = env.reset(seed=0)
done, rewards = False, 0.0
while not done:
    _, reward, terminated, truncated, info = env.step(env.unwrapped.expert_action())
    done, rewards = terminated or truncated, rewards + reward
assert terminated and info["is_success"] and rewards == 5.0, (info, rewards)
assert gym.make_vec("GeneralPoints-v0", num_envs=2).reset(seed=0)[0].shape == (2, 56)
print("won")
"""


def run(*command: str | Path, cwd: Path) -> str:
    """Return what the command prints; fail with all of it where it does not succeed."""
    settings = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=settings, capture_output=True, text=True
    )
    if done.returncode:
        pytest.fail(f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder]
    run(sys.executable, "-m", "pip", "wheel", *options, ROOT, cwd=folder)
    (built,) = folder.glob("shiftgym-*.whl")
    return built


def test_the_wheel_holds_the_environment_packages_and_what_they_share(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        files = archive.namelist()
    tops = {name.split("/")[0] for name in files}
    assert {top for top in tops if not top.endswith(".dist-info")} == PACKAGES
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(files)
    (licence,) = (name for name in files if name.endswith("/LICENSE"))
    assert ".dist-info/" in licence


def test_the_installed_wheel_plays(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    python = tmp_path / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    constraints = ["--constraint", ROOT / "constraints.txt"]
    run(python, "-m", "pip", "install", "--quiet", *constraints, wheel, cwd=tmp_path)
    assert run(python, "-I", "-W", "error", "-c", PLAY, cwd=tmp_path).strip() == "won"
