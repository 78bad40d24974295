"""An init alone: `python -m benchmarks.study.init [SEED]` trains that of `grid` and measures it.

It says what it took in CPU time, beside a fixed loop by which machines are compared, and how many
hands it solves, of unseen and of seen sets of numbers, under both rules.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.runs import read_json
from benchmarks.speed.rows import calibration
from benchmarks.statistics import rate
from benchmarks.study.cells import job_folder, read_cells
from benchmarks.study.jobs import Job, run_job
from benchmarks.study.points import POINTS_FILE
from benchmarks.study.presets import preset_named
from benchmarks.suites import SUITES

SUITE, PRESET, POLICY = "gp-l", "grid", "lm-working"


def init_alone(folder: Path, seed: int) -> Iterator[str]:
    """Train and measure the init of a seed; yield lines that tell of it.

    A folder that holds it already is measured and not trained again.
    """
    preset = preset_named(PRESET, SUITE)
    policies = {POLICY: preset.policies[POLICY].model_copy(update={"arms": {}})}
    preset = preset.model_copy(update={"name": "init", "policies": policies})
    job = Job(preset, SUITES[SUITE], POLICY, seed, job_folder(folder, POLICY, seed))
    loop = calibration()
    began = time.process_time()
    trained_before = (job.folder / "init.pt").exists()
    run_job(job, lambda _: None)
    minutes = (time.process_time() - began) / 60
    for look in read_json(job.folder / POINTS_FILE)["validation"].values():
        yield f"{look['flops']:.2e} FLOPs: {100 * look['success']:.1f} % of validation hands"
    did = "measured" if trained_before else "trained and measured"
    yield f"{did} in {minutes:.1f} CPU minutes; the fixed loop takes {loop:.2f} s here"
    for (_, _, _, column, _), cell in read_cells(job).items():
        told = rate(cell.played.values())
        yield (
            f"{column}: {100 * told.value:.1f} % [{100 * told.low:.1f}, {100 * told.high:.1f}] of "
            f"{told.episodes} episodes"
        )


if __name__ == "__main__":
    import torch

    torch.set_num_threads(1)
    for line in init_alone(Path("runs/init-grid"), int(*sys.argv[1:2] or ["0"])):
        print(line, flush=True)
