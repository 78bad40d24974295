"""Where a job stands, as its folder says it: for plans, and for what a resumed study shows."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.study.job import Job
from benchmarks.study.points import read_points


@dataclass(frozen=True)
class Position:
    """How far a job is.

    Attributes:
        fraction: of its expected time that is done.
        words: the checkpoints that are measured, "" where none is.
    """

    fraction: float
    words: str


def position(job: Job) -> Position:
    """Read where a job stands.

    Raises:
        RunError: its points.json is damaged.
    """
    measured, of = set(read_points(job.folder)), job.preset.points
    arms = dict(job.settings.stages)
    init = arms.pop("init")
    done, words = 0.0, []
    if "init/0" in measured:
        done, words = init, ["init"]
    for arm, minutes in arms.items():
        count = sum(f"{arm}/{point}" in measured for point in range(1, of + 1))
        done += minutes * count / of
        if count:
            words.append(f"{arm} {count}/{of}")
    return Position(done / job.minutes, ", ".join(words))
