"""Which Python runs, and what to run where the libraries that everything needs are not there."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

NEEDED = ("gymnasium", "numpy", "PIL")
"""Modules that the environments import."""

ROOT = Path(__file__).resolve().parent.parent
CHECKOUT = ROOT / "Makefile"
"""Is there in a checkout of the repository, and in no wheel."""


def check_installed() -> None:
    """Let a Python of a checkout pass that has what the environments need.

    Raises:
        ModuleNotFoundError: a module is missing; the message says what to run.
        SystemExit: the same, where a package is run as a program with `python -m`.
    """
    if not CHECKOUT.is_file():
        return  # pip brought them with the wheel
    missing = next((name for name in NEEDED if find_spec(name) is None), None)
    if missing is None:
        return
    told = f"{missing} is not installed for {sys.executable}. {_mend()}"
    # While the package of `python -m package` is imported, this is the name of the program.
    if sys.argv[:1] == ["-m"]:
        raise SystemExit(f"error: {told}")
    raise ModuleNotFoundError(told, name=missing)


def _mend() -> str:
    """Return what to run instead."""
    for python in (ROOT / ".venv/bin/python", ROOT / ".venv/Scripts/python.exe"):
        if python.is_file():
            return f"It is installed for another Python: run {python} in its place."
    return f"Run `{sys.executable} -m pip install {ROOT}`, or `make demo`, which sets up its own."
