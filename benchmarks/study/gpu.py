"""What a GPU gives the small language model: `python -m benchmarks.study.gpu` prints ratios.

It trains the model of the preset `grid` for some seconds each way, and tells the replies a second
beside those of one CPU core: one model, several stacked into one, and several processes that share
the GPU, which is what `study --device cuda --jobs N` does. On one H100 it is to take some five
minutes; it has not been run on a GPU yet. `--device cpu --seconds 1` tries it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Annotated, Any

import torch
import typer

from agents.tinylm import PPO, SFT, PPOConfig, SFTConfig, TinyLM, TinyLMConfig
from agents.tinylm.learn import write_out
from benchmarks.consoles import reported_errors
from benchmarks.study.learners.device import usable_device
from benchmarks.study.presets import preset_named
from benchmarks.study.stacked import StackedSFT
from benchmarks.suites import SUITES
from benchmarks.tasks import TASKS

STACKS = (4, 16, 64)
PROCESSES = (4, 12)
SECONDS = 15.0
WARM_UP = 3
"""Steps that are not counted."""

_SUITE = SUITES["gp-l"]
_TASK = TASKS[_SUITE.task]
_POLICY = preset_named("grid", "gp-l").policies["lm-working"]


def _model(device: str) -> TinyLM:
    torch.manual_seed(0)
    return TinyLM(TinyLMConfig(**_POLICY.model)).to(device)


def _shown(count: int) -> Any:
    return _TASK.demonstrate(
        count,
        seed=1,
        rules=(_TASK.rule,),
        fold=_SUITE.fold(0),
        working=_POLICY.working,
        solutions="any",
    )


def _rate(step: Callable[[], object], replies: int, device: str, seconds: float) -> float:
    """Return how many replies a second a step of so many learns from."""
    for _ in range(WARM_UP):
        step()
    _wait_for(device)
    began, steps = time.perf_counter(), 0
    while steps == 0 or time.perf_counter() - began < seconds:
        step()
        steps += 1
    _wait_for(device)
    return steps * replies / (time.perf_counter() - began)


def _wait_for(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)


def sft(device: str, seconds: float, demonstrations: int = 2048) -> float:
    """Return the replies a second of SFT."""
    config = SFTConfig(batch=64, learning_rate=2e-4)
    learner = SFT(_model(device), _shown(demonstrations), config)
    return _rate(learner.step, config.batch, device, seconds)


def rl(device: str, seconds: float, episodes: int = 512) -> float:
    """Return the replies a second of PPO, its play and its judge included."""
    config = PPOConfig(episodes=episodes, batch=episodes // 4, entropy_weight=0.0)
    game = _TASK.game(_TASK.rule, _SUITE.fold(0))
    return _rate(PPO(_model(device), config, **game).step, episodes, device, seconds)


def stacked(device: str, seconds: float, models: int, demonstrations: int = 2048) -> float:
    """Return the replies a second of SFT of several models, all of theirs together."""
    one = _model(device)
    words, starts, ends, _ = write_out(one.game, _shown(demonstrations))
    places = torch.arange(words.shape[1])
    taught = (places >= starts[:, None]) & (places < ends[:, None])
    learner, drawn = StackedSFT([one] * models, [2e-4] * models), torch.Generator().manual_seed(0)

    def step() -> None:
        rows = torch.randint(len(words), (models, 64), generator=drawn)
        longest = int(ends[rows].max())
        batch = words[rows, :longest].to(device, torch.int64)
        learner.step(batch, taught[rows, :longest].to(device))

    return _rate(step, 64 * models, device, seconds)


def shared(what: Callable[..., float], device: str, seconds: float, processes: int) -> float:
    """Return the replies a second of several processes together."""
    context = get_context("spawn")
    with ProcessPoolExecutor(processes, context, torch.set_num_threads, (1,)) as pool:
        return sum(pool.map(what, [device] * processes, [seconds] * processes))


def measured(device: str, seconds: float, core: float) -> Iterator[str]:
    """Yield a line for each way to train.

    Args:
        seconds: of each measurement on the device.
        core: of each of the two on one CPU core.
    """
    torch.set_num_threads(1)
    for name, what in (("SFT", sft), ("RL", rl)):
        base = what("cpu", core)
        yield f"{name}, one CPU core: {base:.0f} replies a second"
        ways: list[tuple[str, Callable[[], float]]] = [
            (f"one model on {device}", partial(what, device, seconds))
        ]
        if what is sft:
            ways += [
                (f"{n} models stacked on {device}", partial(stacked, device, seconds, n))
                for n in STACKS
            ]
        ways += [
            (f"{n} processes on {device}", partial(shared, what, device, seconds, n))
            for n in PROCESSES
        ]
        for told, way in ways:
            found = way()
            yield f"{name}, {told}: {found:.0f} replies a second, {found / base:.1f} times a core"


def main(
    device: Annotated[str, typer.Option(help="As torch names it.")] = "cuda",
    seconds: Annotated[float, typer.Option(min=0.1, max=600, help="Of each of them.")] = SECONDS,
) -> None:
    """Print what a GPU gives the small language model, as ratios to a CPU core."""
    with reported_errors():
        for line in measured(usable_device(device), seconds, seconds):
            print(line, flush=True)


if __name__ == "__main__":
    typer.run(main)
