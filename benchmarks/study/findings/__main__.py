"""Write what published results say: `python -m benchmarks.study.findings`."""

import typer

from benchmarks.study.findings.command import main

if __name__ == "__main__":
    typer.run(main)
