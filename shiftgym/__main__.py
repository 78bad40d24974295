"""The program `shiftgym`: evaluation and reports. Also `python -m shiftgym`.

What it runs is in `agents` and `benchmarks`, which the wheel holds as `shiftgym.application`, so
that they are in nobody's way. In a checkout they lie beside this package, and `python -m
benchmarks` is the same program.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from shiftgym.extras import missing
from shiftgym.sanitize import for_terminal
from shiftgym.terminal import run

APPLICATION = "shiftgym.application"
"""In the wheel; `hatch_build.py` puts it there."""

CHECKOUT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Run the program and return its exit status."""
    prefix = f"{APPLICATION}."
    if find_spec(APPLICATION) is None:
        prefix = ""
        sys.path.insert(0, str(CHECKOUT))
    try:
        cli = import_module(f"{prefix}benchmarks.cli")
    except ImportError as error:
        print(for_terminal(f"Error: {missing(error)}"), file=sys.stderr)
        return 2
    return run(lambda: cli.app(prog_name="shiftgym"))


if __name__ == "__main__":
    raise SystemExit(main())
