"""`python -m benchmarks`."""

from benchmarks.cli import app
from shiftgym.terminal import run

if __name__ == "__main__":
    raise SystemExit(run(lambda: app(prog_name="python -m benchmarks")))
