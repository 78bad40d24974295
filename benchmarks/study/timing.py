"""Time that training took, and memory, in a file of its own: timing.json of a job.

Everything else of a resumed job equals that of one left alone; these do not, so they stand apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from benchmarks.records import first_of
from benchmarks.runs import RunError, read_json, write_json
from benchmarks.study.memory import peak_memory

TIMING_FILE = "timing.json"


_MEND = "Restore it, or delete it: nothing but the times of what is trained would be lost."


class Spent(BaseModel):
    """What a stage's training took until some moment.

    Attributes:
        cpu_seconds: of all cores.
        wall_seconds: by the clock.
        peak_bytes: the most memory that a process of the job had held until then, measuring
            included; None where the system does not tell.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    cpu_seconds: float = Field(default=0.0, ge=0.0)
    wall_seconds: float = Field(default=0.0, ge=0.0)
    peak_bytes: int | None = Field(default=None, ge=0)


_TIMES = TypeAdapter(dict[str, Spent])


class Clock:
    """Times the training of a job's stages, and neither measures nor looks at competence.

    Where a job is killed, what it trained since the last pause is lost to the clock, and what it
    trains again counts.

    Args:
        folder: of the job.
        now: returns seconds of CPU and of the clock, from any start.
        memory: returns the most bytes that the process has held, or None.
    """

    def __init__(
        self,
        folder: Path,
        now: Callable[[], tuple[float, float]] = lambda: (time.process_time(), time.monotonic()),
        memory: Callable[[], int | None] = peak_memory,
    ) -> None:
        self._file, self._times, self._stage = folder / TIMING_FILE, read_times(folder), ""
        self._now, self._cpu, self._wall = now, 0.0, 0.0
        self._memory = memory

    def start(self, stage: str) -> None:
        """Begin a stage, or go on with it."""
        before, (cpu, wall) = self._times.get(stage, Spent()), self._now()
        self._stage = stage
        self._cpu, self._wall = cpu - before.cpu_seconds, wall - before.wall_seconds

    @contextmanager
    def paused(self, *point: str) -> Iterator[None]:
        """Do something that is no training; the time until now is that of the stage and a point."""
        cpu, wall = self._now()
        # A resumed job's earlier process may have held more.
        peaks = (self._memory(), *(told.peak_bytes for told in self._times.values()))
        spent = Spent(
            cpu_seconds=cpu - self._cpu,
            wall_seconds=wall - self._wall,
            peak_bytes=max((peak for peak in peaks if peak is not None), default=None),
        )
        self._times |= dict.fromkeys((self._stage, *point), spent)
        write_json(self._file, {name: told.model_dump() for name, told in self._times.items()})
        yield
        after_cpu, after_wall = self._now()
        self._cpu += after_cpu - cpu
        self._wall += after_wall - wall


def read_times(job: Path) -> dict[str, Spent]:
    """Return what stages and points such as "sft/2" of a job took; {} for older jobs.

    Raises:
        RunError: the file is damaged.
    """
    path = job / TIMING_FILE
    told = read_json(path, _MEND)
    if told is None:
        return {}
    try:
        return _TIMES.validate_python(told)
    except ValidationError as error:
        raise RunError(f"{path} does not hold times: {first_of(error)}. {_MEND}") from error
