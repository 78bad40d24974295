"""`python -m benchmarks`."""

from __future__ import annotations

import sys

from shiftgym.extras import missing
from shiftgym.sanitize import for_terminal
from shiftgym.terminal import run


def main() -> int:
    """Run the program and return its exit status."""
    try:
        from benchmarks.cli import app
    except ImportError as error:
        print(for_terminal(f"Error: {missing(error)}"), file=sys.stderr)
        return 2
    return run(lambda: app(prog_name="python -m benchmarks"))


if __name__ == "__main__":
    raise SystemExit(main())
