"""The wheel, built from this checkout and installed where nothing of the checkout is seen."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WINDOWS = os.name == "nt"


def build(target: str, folder: Path) -> Path:
    """Return the wheel or the sdist ("sdist") of this checkout, built in a folder."""
    run(sys.executable, "-m", "hatchling", "build", "--target", target, "-d", folder, cwd=ROOT)
    (built,) = folder.iterdir()
    return built


def run(*command: str | Path, cwd: Path, status: int = 0, compiled: Path | None = None) -> str:
    """Return what a command prints; fail with all of it where it ends with another status.

    Args:
        compiled: folder of bytecode, so that a second command need not compile again.
    """
    settings = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    if compiled is not None:
        settings["PYTHONPYCACHEPREFIX"] = str(compiled)
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=settings, capture_output=True, text=True
    )
    if done.returncode != status:
        pytest.fail(f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout + done.stderr


@dataclass(frozen=True)
class Installed:
    """A virtual environment with the wheel in it.

    Attributes:
        folder: of the environment.
        compiled: where its programs share their bytecode; None for beside the modules, as ever.
    """

    folder: Path
    compiled: Path | None = None

    @property
    def python(self) -> Path:
        return self.folder / ("Scripts/python.exe" if WINDOWS else "bin/python")

    @property
    def program(self) -> Path:
        return self.folder / ("Scripts/shiftgym.exe" if WINDOWS else "bin/shiftgym")

    def run(self, *command: str | Path, cwd: Path, status: int = 0) -> str:
        """Run a command in an environment without settings for Python but the bytecode's."""
        return run(*command, cwd=cwd, status=status, compiled=self.compiled)


def install(wheel: Path, folder: Path, *, libraries: bool) -> Installed:
    """Return a new environment with the wheel, without the network.

    Args:
        libraries: whether the libraries of this environment are seen; its editable install of the
            checkout is not, for a path that a .pth file adds has no .pth files of its own.
    """
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    # Where no bytecode is wanted beside the modules, each program would compile all of it again.
    installed = Installed(folder / "venv", folder / "compiled" if sys.dont_write_bytecode else None)
    pip = [sys.executable, "-m", "pip", "--python", installed.python, "install", "--quiet"]
    run(*pip, "--no-deps", "--no-index", "--no-compile", wheel, cwd=folder)
    if libraries:
        (site,) = (
            (installed.folder / "Lib" / "site-packages",)
            if WINDOWS
            else (installed.folder.glob("lib/python*/site-packages"))
        )
        (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return installed
