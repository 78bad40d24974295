"""What a running study shows: bars and the time left in a terminal, plain lines anywhere else."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from benchmarks.study.job import Event, Interval, Job
from benchmarks.tables import interval
from shiftgym.sanitize import for_terminal

LINE_SECONDS = 30.0
"""Between two plain lines of progress."""

BUSY = 1.5
"""Programs that want a core, for each core, from which a study says that the machine is busy."""


class Board:
    """Follows the jobs of a study.

    The time left is counted in the jobs' own CPU time, so that other programs do not change it;
    what they take is told beside it.

    Args:
        jobs: all of them.
        workers: how many run at a time.
        pace: CPU minutes of this machine for a minute that jobs declare.
        done: the fraction that a resumed job has from before, by its name.
    """

    def __init__(
        self,
        console: Console,
        jobs: Sequence[Job],
        workers: int,
        *,
        pace: float = 1.0,
        done: Mapping[str, float] | None = None,
    ) -> None:
        self._console, self._jobs, self._workers = console, jobs, max(1, min(workers, len(jobs)))
        self._width = max(10, *(len(job.name) for job in jobs))
        self._pace = pace
        self._before = {job.name: (done or {}).get(job.name, 0.0) for job in jobs}
        self._done = dict(self._before)
        self._stages: dict[str, str] = {}
        self._began_at: dict[str, float] = {}
        self._cpu: dict[str, float] = {}
        self._started = self._line_at = time.monotonic()
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        if console.is_terminal and not console.is_dumb_terminal:
            self._bars = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=None),
                TextColumn("{task.percentage:>3.0f} %  {task.fields[note]}", markup=False),
                console=console,
            )
            self._tasks["all"] = self._bars.add_task("study", total=1.0, note="")

    def __enter__(self) -> Board:
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bars is not None:
            self._bars.stop()

    def hear(self, job: Job, event: Event, cpu: float = 0.0) -> None:
        """Take in news of a job.

        Args:
            cpu: seconds of CPU that the job's process has used.
        """
        name = job.name
        # A resumed job begins with what it had: that took none of this session's time.
        if event.fraction > self._before[name]:
            self._began_at.setdefault(name, event.fraction)
        self._done[name] = max(self._done[name], event.fraction)
        self._stages[name] = event.stage
        self._cpu[name] = max(self._cpu.get(name, 0.0), cpu)
        if event.rates:
            self.say(f"{name:<{self._width}} {event.place:<8} {event.flops:.1e} FLOPs", event.rates)
        if self._bars is not None and name not in self._tasks:
            self._tasks[name] = self._bars.add_task(name, total=1.0, note="")
        if self._bars is not None and event.stage == "done":
            self._bars.update(self._tasks[name], visible=False)
        self.show()

    def show(self) -> None:
        """Bring bars up to date, or print a line where one is due."""
        left = self.time_left()
        whole = sum(job.minutes * self._done[job.name] for job in self._jobs)
        whole /= sum(job.minutes for job in self._jobs)
        if self._bars is not None:
            self._bars.update(self._tasks["all"], completed=whole, note=left)
            for name, stage in self._stages.items():
                self._bars.update(self._tasks[name], completed=self._done[name], note=stage)
        elif time.monotonic() - self._line_at >= LINE_SECONDS:
            self._line_at = time.monotonic()
            running = ", ".join(
                f"{name} {100 * self._done[name]:.0f} % ({stage})"
                for name, stage in self._stages.items()
                if stage != "done"
            )
            self._console.print(
                for_terminal(f"{self._clock()}  {100 * whole:.0f} % done, {left}: {running}"),
                soft_wrap=True,
                markup=False,
            )

    def minutes_left(self) -> float:
        """Return the expected minutes to the end where nothing else runs on the machine."""
        left = {job.name: job.minutes * (1 - self._done[job.name]) for job in self._jobs}
        done = sum(
            job.minutes * (self._done[job.name] - self._began_at[job.name])
            for job in self._jobs
            if job.name in self._began_at
        )
        cpu = sum(self._cpu.values()) / 60
        # The pace known beforehand counts as one declared minute of each worker.
        pace = (cpu + self._pace * self._workers) / (done + self._workers) if cpu else self._pace
        return pace * max(sum(left.values()) / self._workers, *left.values())

    def time_left(self) -> str:
        """Return the time left in words."""
        left, slowed = self.minutes_left(), crowding()
        if slowed < BUSY:
            return f"about {_minutes(left)} left"
        return f"about {_minutes(left)} of work left ({_minutes(left * slowed)}: machine busy)"

    def say(self, what: str, rates: Mapping[str, Interval]) -> None:
        """Print a line of results: means by column, with intervals."""
        shown = "  ".join(f"{column} {interval(*rate)}" for column, rate in rates.items())
        line = for_terminal(f"{self._clock()}  {what}  {shown}")
        self._console.print(line, soft_wrap=True, highlight=False, markup=False)

    def _clock(self) -> str:
        seconds = int(time.monotonic() - self._started)
        return f"{seconds // 60:3d}:{seconds % 60:02d}"


def crowding() -> float:
    """Return how many programs want a core, for each core, in the last minute; 1 where unknown."""
    try:
        wanting = os.getloadavg()[0]
    except (AttributeError, OSError):  # as on Windows
        return 1.0
    return max(1.0, wanting / (os.cpu_count() or 1))


def _minutes(minutes: float) -> str:
    return f"{minutes:.0f} min" if minutes >= 1 else "1 min"
