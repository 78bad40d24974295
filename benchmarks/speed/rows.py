"""What a measurement is: a row with a bar or without, and how rows are timed and shown."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

ROUNDS = 5

INDENT = "  "
"""Before the name of a ratio, which stands behind its figure."""

_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6}


def row(
    what: str, value: float, unit: str, bar: float | None = None, *, at_most: bool = False
) -> dict[str, Any]:
    """Return a measurement.

    Args:
        what: what was measured.
        value: what came out.
        unit: its unit; "x" for a ratio.
        bar: what the value has to reach, None where it is only reported.
        at_most: the value has to stay at or below the bar.
    """
    ok = None if bar is None else (value <= bar if at_most else value >= bar)
    return {
        "what": what,
        "value": float(value),
        "unit": unit,
        "bar": bar,
        "at_most": at_most,
        "ok": None if ok is None else bool(ok),
    }


def best_speeds(
    runs: Mapping[str, Callable[[], Any]], amounts: Mapping[str, float], rounds: int = ROUNDS
) -> dict[str, float]:
    """Return the best amount a second of each run, over rounds in which they take turns.

    Turns make a ratio fair on a machine whose speed drifts, the best of each leaves out what else
    the machine was doing.
    """
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(rounds):
        for name, run in runs.items():
            started = time.perf_counter()
            run()
            best[name] = min(best[name], time.perf_counter() - started)
    return {name: amounts[name] / best[name] for name in runs}


LOOP = """
total = 0
for number in range(5_000_000):
    total += number
"""
"""The calibration loop, a script: in a function, where names are no keys, it is faster."""


def calibration(rounds: int = 3) -> float:
    """Return the CPU seconds of the calibration loop, the least of some rounds.

    An absolute figure means little on another machine; its ratio to this one means more.
    """
    script, best = compile(LOOP, "calibration", "exec"), float("inf")
    for _ in range(rounds):
        started = time.process_time()
        exec(script, {})
        best = min(best, time.process_time() - started)
    return best


def with_ratios(rows: Sequence[dict[str, Any]], loop: float | None = None) -> list[dict[str, Any]]:
    """Return rows, and behind each absolute figure with a bar its ratio to the calibration loop.

    The figure itself is held to its bar; the ratio is for whoever compares machines.

    Args:
        rows: as `row` makes them.
        loop: seconds of the calibration loop; None to measure it here.
    """
    loop = calibration() if loop is None else loop
    found = [row("calibration loop", loop, "s")]
    for measured in rows:
        found.append(measured)
        if measured["bar"] is not None:
            found += _ratio(measured, loop)
    return found


def _ratio(measured: Mapping[str, Any], loop: float) -> list[dict[str, Any]]:
    """Return an absolute figure in calibration loops, nothing for what is a ratio already."""
    what, unit, value = INDENT + measured["what"], measured["unit"], measured["value"]
    if unit.endswith("/s"):
        return [row(what, value * loop, f"{unit[:-2]} a loop")]
    if unit in _SECONDS:
        return [row(what, value * _SECONDS[unit] / loop, "loops")]
    return []


def show(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print rows as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table("what", "value", "unit", "bar", "")
    for measured in rows:
        bar, ok = measured["bar"], measured["ok"]
        sign = "≤" if measured["at_most"] else "≥"
        verdict = "" if ok is None else ("[green]ok[/]" if ok else "[red]MISSED[/]")
        table.add_row(
            measured["what"],
            f"{measured['value']:,.3g}"
            if measured["value"] < 1000
            else f"{measured['value']:,.0f}",
            measured["unit"],
            "" if bar is None else f"{sign} {bar:,g}",
            verdict,
        )
    Console().print(table)


def expert_actions(env: Any, steps: int) -> NDArray[np.int64]:
    """Return what the expert does in a vector environment, of shape (steps, num_envs).

    They go with `reset(seed=0)`.
    """
    env.reset(seed=0)
    actions = np.zeros((steps, env.num_envs), dtype=np.int64)
    for step in range(steps):
        actions[step] = env.unwrapped.expert_action()
        env.step(actions[step])
    return actions


def play_single(env: gym.Env[Any, Any], actions: Sequence[int]) -> None:
    """Do some actions in a single environment, from one episode to the next."""
    env.reset(seed=0)
    for action in actions:
        _, _, terminated, truncated, _ = env.step(action)
        if terminated or truncated:
            env.reset()
