"""Models behind an endpoint at the speed of their server: `python -m benchmarks speed endpoint`.

A server in a process of its own answers after 200 ms. What is measured is all that an evaluation
does for a reply, from the environment to the row on the disk.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from agents.chat import ChatPolicy
from benchmarks.chats import play_chats
from benchmarks.records import RunRecord
from benchmarks.rollouts import Cell
from benchmarks.runs import Run
from benchmarks.speed.answering import answering
from benchmarks.speed.rows import row, show, with_ratios
from benchmarks.suites import suite

SECONDS = 0.2
"""From a request to its answer."""

BARS = {64: 0.9 * 64 / SECONDS, 256: 400.0}
"""Replies a second by concurrency, on a machine that does nothing else."""

OF_A_REPLY, BAR_MS = "processor time of a reply", 2.0

REPLIES = 3_000
EPISODES = 10_000
AT_ONCE = 512
WARM = 8
"""Episodes before the clock starts."""


def measure() -> list[dict[str, Any]]:
    """Measure replies a second, processor time a reply, and memory."""
    rows = []
    spent = []
    for at_once, bar in BARS.items():
        told = _in_a_process(REPLIES, at_once)
        spent.append(1e3 * told["processor"] / REPLIES)
        what = f"replies at concurrency {at_once}, answers after {SECONDS * 1e3:.0f} ms"
        rows.append(row(what, REPLIES / told["seconds"], "replies/s", bar))
    told = _in_a_process(EPISODES, AT_ONCE)
    spent.append(1e3 * told["processor"] / EPISODES)
    rows.append(row(OF_A_REPLY, min(spent), "ms", BAR_MS, at_most=True))
    what = f"memory at its peak, {EPISODES:,} episodes, concurrency {AT_ONCE}"
    rows.append(row(what, told["megabytes"], "MB", 500, at_most=True))
    return rows


def evaluate(episodes: int, at_once: int) -> dict[str, float]:
    """Play hands of "gp-l", one reply each, and return what it took.

    Returns:
        `seconds`, `processor` seconds and `megabytes` at the process's peak.
    """
    import resource

    of = suite("gp-l")
    keywords = {**of.keywords("in", None), "max_attempts": 1}
    warm, cell = (
        Cell(f"toy/{name}", of.id("in", "-Text"), keywords, range(count))
        for name, count in (("warm", WARM), ("in", episodes))
    )
    record = RunRecord(kind="evaluate", config={}, seeds=[], suites={})
    with (
        TemporaryDirectory() as folder,
        answering(SECONDS) as url,
        Run(Path(folder), record) as run,
    ):
        policy = ChatPolicy("toy", base_url=url)
        # What is made once, such as the table of hands that can be solved, is no reply's.
        play_chats(run, [warm], policy, at_once=WARM)
        began, used = time.perf_counter(), time.process_time()
        pending = play_chats(run, [cell], policy, at_once=at_once)
        seconds, processor = time.perf_counter() - began, time.process_time() - used
        policy.close()
    if pending:
        raise RuntimeError(f"Some requests failed: {dict(pending)}.")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return {"seconds": seconds, "processor": processor, "megabytes": peak / unit}


def _in_a_process(episodes: int, at_once: int) -> dict[str, float]:
    """Return what an evaluation took in a process that has done nothing before."""
    command = [sys.executable, "-m", __name__, str(episodes), str(at_once)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


if __name__ == "__main__":
    if len(sys.argv) == 3:
        replies = int(sys.argv[1])
        told = evaluate(replies, int(sys.argv[2]))
        spent = 1e3 * told["processor"] / replies
        show(with_ratios([row(OF_A_REPLY, spent, "ms", BAR_MS, at_most=True)]))
        print(json.dumps(told))
    else:
        show(with_ratios(measure()))
