"""Commands that die at an appointed moment, as processes of their own: see test_kills."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from rich.console import Console

from agents.sb3.checkpoint import load_state
from benchmarks.cli import app
from benchmarks.runs import LineFile, read_episodes
from benchmarks.study.job import Job
from benchmarks.study.learners import language, sb3
from benchmarks.study.presets import Preset, preset_named
from benchmarks.study.run import run_study
from benchmarks.study.worker import run_job
from benchmarks.suites import SUITES
from benchmarks.tasks import TASKS
from shiftgym.atomic import PARTIAL_FILES
from tests.tiny_policies import POLICIES

PRESET = Preset(
    name="tiny",
    seeds=1,
    competence=0.99,
    validation_episodes=8,
    points=2,
    curve_episodes=8,
    final_episodes=12,
    policies={name: POLICIES[name] for name in ("mlp", "lm")},
)


def save_often() -> None:
    """Let learners write a checkpoint after every update or so."""
    sb3.train_bc = partial(sb3.train_bc, save_seconds=0.1)  # type: ignore[assignment]
    sb3.train_ppo = partial(sb3.train_ppo, save_seconds=0.1)  # type: ignore[assignment]
    language.CHECKPOINT_EVERY = 64


def tiny_study(folder: Path, suite: str) -> None:
    """Run or resume a study of seconds."""
    save_often()
    preset = PRESET.model_copy(update={"solutions": "first" if suite == "gp-l" else None})
    console = Console(quiet=True)
    run_study(preset, SUITES[suite], folder, seeds=[0], workers=0, console=console)


def tiny_grid(folder: Path) -> None:
    """Do or resume a job of the preset `grid` made small: its columns, working, and two arms."""
    save_often()
    grid = preset_named("grid", "gp-l")
    policy = grid.policies["lm-working"]
    tiny = {
        "model": {**policy.model, "width": 16, "layers": 1},
        "init": {**policy.init, "batch": 16, "decay": (100, 400)},
        "arms": {
            name: arm.model_copy(update={"settings": {**arm.settings, "batch": 16, **more}})
            for name, arm in islice((policy.arms or {}).items(), 2)
            for more in ({"episodes": 32} if arm.method == "rl" else {},)
        },
        "init_demonstrations": 400,
        "sft_demonstrations": 400,
        "init_flops": 2e9,
        "check_flops": 5e8,
        "arm_flops": 2e9,
    }
    preset = grid.model_copy(
        update={
            "validation_episodes": 8,
            "points": 2,
            "shares": (0.2, 1.0),
            "curve_columns": ("in", "rule_ood"),
            "curve_episodes": 8,
            "final_episodes": 8,
            "policies": {"lm-working": policy.model_copy(update=tiny)},
        }
    )
    run_job(Job(preset, SUITES["gp-l"], "lm-working", 0, folder / "job"), lambda _: None)


def die_at(appends: int) -> None:
    """Let the n-th append of this process write a part of its lines, and kill the process."""
    whole, done = LineFile.append, 0

    def append(self: LineFile, lines: bytes) -> None:
        nonlocal done
        done += 1
        if done < appends:
            return whole(self, lines)
        cut = random.Random(appends).randrange(1, len(lines))
        self._file.write(lines[:cut])
        os.kill(os.getpid(), signal.SIGKILL)
        return None

    LineFile.append = append  # type: ignore[method-assign]


def results_of(folder: Path) -> dict[str, str]:
    """Return digests of what a run found: rows, points, weights and tables; timing is in none."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.name == "episodes.jsonl":
            rows = sorted(read_episodes(path.parent), key=lambda row: (row.cell, row.index))
            found[name] = _digest([row.model_dump(mode="json") for row in rows])
        elif path.suffix == ".pt":
            found[name] = _digest(load_state(path))
        elif path.name in ("points.json", "table.md", "table.csv", "results.json"):
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def _digest(value: Any) -> str:
    text = json.dumps(value, default=lambda tensor: tensor.tolist(), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def trial(folder: Path, run: Callable[[Path], None], kills: int) -> None:
    """Kill runs at random moments, start them again, and compare them with one left alone.

    Every start is a process of its own that has imported everything already, so that kills fall
    into the run and not into the imports.

    Raises:
        AssertionError: a run that was killed ended with anything but what the other found.
    """
    began, drawn = time.monotonic(), random.Random(0)
    assert _ended(_started(run, folder / "whole")) == 0
    seconds = time.monotonic() - began
    expected, done, runs, unfinished, training = results_of(folder / "whole"), 0, 0, 0, 0
    assert expected
    while done < kills:
        cut = folder / f"cut-{runs}"
        runs += 1
        # At most five kills a run, so that runs come to an end too.
        for _ in range(min(5, kills - done)):
            process = _started(run, cut)
            time.sleep(drawn.uniform(0.0, 0.9) * seconds)
            os.kill(process, signal.SIGKILL)
            if _ended(process) == 0:
                break
            done += 1
            rows = cut.rglob("episodes.jsonl")
            unfinished += any(path.stat().st_size for path in rows)
            training += any(cut.rglob("*.resume.pt"))
        assert _ended(_started(run, cut)) == 0
        found = results_of(cut)
        assert found == expected, {k for k in expected if found.get(k) != expected[k]}
        assert not list(cut.rglob(PARTIAL_FILES))
    print(
        f"{done} kills, {unfinished} of them with rows on disk, {training} in the middle of "
        f"training, in {runs} runs of {seconds:.0f} s; {len(expected)} files equal each time"
    )


def _started(run: Callable[[Path], None], folder: Path) -> int:
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        run(folder)
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(code)


def _ended(process: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def main() -> None:
    """Run an evaluation until an append (`die APPENDS ARGUMENTS`), or a trial of many kills."""
    kind, *arguments = sys.argv[1:]
    if kind == "die":
        die_at(int(arguments[0]))
        app(arguments[1:])
    elif kind == "study":
        folder, kills, suite = arguments
        # What every start would work out again: solutions of hands, cities and routes.
        task = TASKS[SUITES[suite].task]
        task.reference("nearest-neighbour", seed=0, fold=SUITES[suite].fold(0), max_attempts=1)
        task.demonstrate(200, seed=1, rules=(task.random,), fold=SUITES[suite].fold(0))
        trial(Path(folder), partial(tiny_study, suite=suite), int(kills))
    elif kind == "grid":
        folder, kills = arguments
        trial(Path(folder), tiny_grid, int(kills))
    else:
        folder, kills, *command = arguments
        trial(Path(folder), lambda out: app([*command, "--out", str(out)]), int(kills))


if __name__ == "__main__":
    main()
