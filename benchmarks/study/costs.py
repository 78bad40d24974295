"""What each point of a study cost: compute, episodes and time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks.records import RunRecord
from benchmarks.study.folder import job_folder
from benchmarks.study.points import read_points
from benchmarks.study.timing import read_times


def costs(folder: Path, record: RunRecord, policies: Iterable[str]) -> list[Mapping[str, Any]]:
    """Return what each point of a study cost: means over seeds, None where no seed tells.

    `flops` count the init; `episodes` (demonstrations learned from, or episodes played) and seconds
    are those of the stage alone, seconds of the seeds whose jobs were timed. `peak_bytes` is the
    most memory that a process of a job had held until then, of all seeds.
    """
    jobs = {
        policy: [job_folder(folder, policy, seed) for seed in record.seeds] for policy in policies
    }
    rows: list[Mapping[str, Any]] = []
    for policy, folders in jobs.items():
        points, times = [*map(read_points, folders)], [*map(read_times, folders)]
        for name in dict.fromkeys(name for told in points for name in told):
            done = [told[name] for told in points if name in told]
            spent = [told[name] for told in times if name in told]
            rows.append(
                {
                    "policy": policy,
                    "arm": done[0].stage,
                    "point": done[0].point,
                    "flops": _mean(point.flops for point in done),
                    "episodes": _mean(point.episodes for point in done),
                    "cpu_seconds": _mean(one.cpu_seconds for one in spent),
                    "wall_seconds": _mean(one.wall_seconds for one in spent),
                    "peak_bytes": max(
                        filter(None, (one.peak_bytes for one in spent)), default=None
                    ),
                    "seeds": len(done),
                    "seeds_timed": len(spent),
                }
            )
    return rows


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
