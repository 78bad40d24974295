"""What a study says before it begins: what it will do, how long that takes, and where it stands."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.study.position import Position
from benchmarks.study.presets import Preset
from benchmarks.suites import Suite
from benchmarks.tasks import TASKS
from shiftgym.sanitize import for_terminal

_LOOPS = 100_000
_CPU_SECONDS = 0.006
"""Of these loops on the machine by which presets declare their minutes."""


def measured_pace() -> float:
    """Return the CPU minutes that this machine takes for a minute that presets declare.

    It counts for some hundredths of a second: a first guess, which the study's own pace replaces.
    """
    best = float("inf")
    for _ in range(3):
        start = time.thread_time()
        sum(number * number % 7 for number in range(_LOOPS))
        best = min(best, time.thread_time() - start)
    return min(8.0, max(0.5, best / _CPU_SECONDS))


def plan(
    preset: Preset,
    suite: Suite,
    seeds: Sequence[int],
    folder: Path,
    positions: Mapping[str, Position],
    left: str,
) -> list[str]:
    """Return lines of what is to be done.

    Args:
        positions: of each job, by its name.
        left: the time left in words.
    """
    task = TASKS[suite.task]
    each = "one seed" if len(seeds) == 1 else f"each of {len(seeds)} seeds"
    arms = {arm: None for policy in preset.policies.values() for arm in policy.all_arms}
    usual = list(arms) == ["sft", "rl"]
    told = "SFT and RL" if usual else f"{len(arms)} arms ({', '.join(arms)})"
    lines = [
        f"Study {suite.name}, preset {preset.name}. For {each} of "
        f"{' and '.join(preset.policies)}: train an init, then {told} from it with equal compute, "
        f"and test all of them on {preset.final_episodes} {task.noun} under the trained rule and "
        f"under another.",
        f"{left[0].upper()}{left[1:]}. It lies in {folder.resolve()}; stop it whenever you like, "
        f"the same command resumes it.",
        f"Intervals of 95 % are over the {task.noun} of one seed while it runs, and over seeds too "
        f"in the tables.",
    ]
    known = [f"{name} ({place.words})" for name, place in positions.items() if place.words]
    if known:
        lines.append(f"Resumed with what is measured already: {'; '.join(known)}.")
    return [for_terminal(line) for line in lines]
