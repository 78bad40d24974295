"""What a terminal shows while an evaluation goes on: success so far, its cost, the time left."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from benchmarks.records import Episode
from benchmarks.statistics import Observation, rate
from benchmarks.tables import Table, interval
from shiftgym.sanitize import for_terminal

EVERY = 2.0
"""Seconds from one look to the next."""


class LiveTable:
    """Shows success with its interval, as the tables at the end have it. A context manager.

    Args:
        console: that it is shown on; what is no terminal is left alone.
        totals: how many episodes each cell has.
        took: says in a line what it took so far, "" for nothing.
        now: gives seconds of a clock.
    """

    def __init__(
        self,
        console: Console,
        totals: Mapping[str, int],
        took: Callable[[], str] = lambda: "",
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._totals = totals
        self._took = took
        self._now = now
        self._began = now()
        self._ended = 0
        self._seen: defaultdict[str, list[Observation]] = defaultdict(list)
        self._live = Live(
            console=console,
            transient=True,
            auto_refresh=console.is_terminal,
            refresh_per_second=1 / EVERY,
            get_renderable=self.shown,
        )

    def add(self, rows: Iterable[Episode]) -> None:
        """Count rows that are in the run's folder, those of earlier sessions too."""
        for row in rows:
            self._seen[row.cell].append(Observation(0, row.cluster, float(row.success)))

    def end(self, episodes: int) -> None:
        """Note that some more episodes of this session have ended."""
        self._ended += episodes

    def shown(self) -> Group:
        """Return what is shown now."""
        lines = []
        for cell, total in self._totals.items():
            # A copy: rows may come while this is looked at.
            if seen := list(self._seen[cell]):
                found = rate(seen)
                success = interval(found.value, found.low, found.high)
                lines.append([cell, success, f"{len(seen):,}", f"{total:,}"])
            else:
                lines.append([cell, "", "0", f"{total:,}"])
        table = Table("", ["cell", "success so far, %", "episodes", "of"], lines)
        told = [for_terminal(line) for line in (self._took(), self._time()) if line]
        return Group(table.rich(), Text("\n".join(told)))

    def _time(self) -> str:
        seconds = self._now() - self._began
        left = sum(self._totals.values()) - sum(map(len, self._seen.values()))
        told = f"{_duration(seconds)} so far"
        if self._ended and left:
            told += f", about {_duration(seconds / self._ended * left)} left"
        return told

    def __enter__(self) -> LiveTable:
        self._live.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._live.stop()


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
