"""The wheel as a stranger gets it: in an empty environment, with what pip finds for it.

    python -m tests.trial_wheel

Needs the network, so it is none of the tests. First the library plays with what it declares alone,
then a model behind a local server is evaluated with the extra [llm], in an empty folder. What is
printed: the distributions installed, the table, and the CPU time until the first request.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.speed.rows import calibration
from benchmarks.speed.start import first_request
from tests.installed import ROOT, Installed, build, run
from tests.loopback import Endpoint, listening
from tests.test_program import NEVER

PLAY = ROOT / "tests" / "installed_play.py"
ROUNDS = 5


def main() -> None:
    """Build, install, play and measure."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        for name in ("dist", "empty"):
            (folder / name).mkdir()
        wheel = build("wheel", folder / "dist")
        run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
        installed = Installed(folder / "venv")
        pip = [installed.python, "-m", "pip", "--disable-pip-version-check"]
        run(*pip, "install", "--quiet", wheel, cwd=folder)
        assert run(installed.python, "-I", "-W", "error", PLAY, cwd=folder).strip() == "won"
        run(*pip, "install", "--quiet", f"{wheel}[llm]", cwd=folder)
        print(run(*pip, "list", cwd=folder))
        print(evaluation(installed, folder / "empty"))
        measure(installed)


def evaluation(installed: Installed, folder: Path) -> str:
    """Return what the program prints of a model's evaluation in an empty folder."""
    with listening(Endpoint()) as endpoint:
        model = ["--model", "toy", "--base-url", endpoint.url]
        return run(installed.program, "evaluate", *model, "--episodes", "2", cwd=folder)


def measure(installed: Installed) -> None:
    """Print the least CPU time of some runs until the first request, and check what they loaded."""
    settings = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    loop = calibration()
    for suite in ("gp-l", "virl-l"):
        runs = [first_request(installed.python, suite, settings) for _ in range(ROUNDS)]
        loaded = {name.split(".")[0] for one in runs for name in one["modules"]}
        assert not NEVER & loaded, NEVER & loaded
        seconds = min(one["seconds"] for one in runs)
        print(
            f"{suite}: {seconds:.2f} s of CPU until the first request, "
            f"{seconds / loop:.2f} calibration loops of {loop:.2f} s, "
            f"{len(runs[0]['modules'])} modules"
        )


if __name__ == "__main__":
    main()
