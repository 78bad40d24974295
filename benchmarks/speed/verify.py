"""How long verification takes: `python -m benchmarks speed verify`.

A run of an expert in the place of a model, with its response log, is written and verified whole.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from agents.scripted import ExpertAgent
from benchmarks.cells import cells_of_suite
from benchmarks.options import EvaluationOptions
from benchmarks.players import Player
from benchmarks.records import RunRecord
from benchmarks.replies import REPLIES_FILE, Asked, ReplyLine
from benchmarks.rollouts import Cell, episode_row, play
from benchmarks.runs import Run
from benchmarks.seals import request_digest, sealed
from benchmarks.speed.rows import ROUNDS, row, show, with_ratios
from benchmarks.submissions.verify import verify
from benchmarks.suites import suite

BAR_SECONDS = 60.0
"""Of one core, for 10,000 text episodes."""

EPISODES = 10_000
BATCH = 64
MODEL = "expert-behind-an-endpoint"


class _Noting(ExpertAgent):
    """The expert; notes what each of its replies answers."""

    def __init__(self, env: Any) -> None:
        super().__init__(env)
        self.asked: list[list[str]] = [[] for _ in range(env.num_envs)]

    def act(self, observation: Any, info: Any) -> Any:
        for asked, messages in zip(self.asked, info["messages"]):
            asked.append(Asked.of(messages).digest)
        return super().act(observation, info)


def measure() -> list[dict[str, Any]]:
    """Measure both tasks in CPU seconds of this process, the best of some rounds."""
    rows = []
    with TemporaryDirectory() as folder:
        for name, size, rounds in (("gp-l", "paper", ROUNDS), ("virl-l", "paper", 2)):
            run = Path(folder) / name
            count, replies = write_run(run, name, size)
            seconds = min(_cpu_seconds(run) for _ in range(rounds))
            # The bar is of text episodes in general; a route is one of some twenty replies.
            per_bar, what = seconds / count * EPISODES, f"{EPISODES:,} text episodes, {name}"
            rows.append(row(f"verify {what}", per_bar, "s", BAR_SECONDS, at_most=True))
            rows.append(row(f"verify a reply, {name}", 1e3 * seconds / replies, "ms"))
    return rows


def write_run(folder: Path, name: str, size: str) -> tuple[int, int]:
    """Write a whole run of a suite; return how many episodes and replies it has."""
    who = Player(MODEL, _Noting, interfaces=("-Text",))
    cells, _ = cells_of_suite(who, suite(name), EvaluationOptions(MODEL, size=size), None)
    record = RunRecord(
        kind="evaluate",
        config={
            "model": MODEL,
            "base_url": "http://localhost/v1",
            "sampling": {},
            "cells": {cell.name: {"id": cell.id, **cell.keywords} for cell in cells},
            "episodes": {cell.name: len(cell.episode_seeds) for cell in cells},
        },
        seeds=[],
        suites={name: suite(name).digest},
    )
    replies = 0
    with Run(folder, record) as run, (folder / REPLIES_FILE).open("wb") as log:
        request = request_digest(MODEL, {}, run.record.sessions[-1].versions)
        for cell in cells:
            for start in range(0, len(cell.episode_seeds), BATCH):
                lines = _play(run, cell, range(start, len(cell.episode_seeds))[:BATCH])
                for line in lines:
                    told = sealed(line, request).model_dump_json(exclude_none=True)
                    log.write(told.encode() + b"\n")
                replies += len(lines)
    return sum(len(cell.episode_seeds) for cell in cells), replies


def _play(run: Run, cell: Cell, indices: Sequence[int]) -> list[ReplyLine]:
    """Append the rows of some episodes of a cell; return the lines of their log."""
    agents: list[_Noting] = []

    def make(env: Any) -> _Noting:
        agents.append(_Noting(env))
        return agents[0]

    seeds = [cell.episode_seeds[index] for index in indices]
    played = play(make, cell.id, cell.keywords, seeds)
    lines = []
    for copy, (index, episode) in enumerate(zip(indices, played)):
        asked = zip(agents[0].asked[copy], episode.replies or [])
        for attempt, (prompt, reply) in enumerate(asked):
            tokens = len(reply.split())
            episode.tokens += tokens
            lines.append(
                ReplyLine(
                    cell=cell.name,
                    index=index,
                    attempt=attempt,
                    asked=prompt,
                    reply=reply,
                    finish_reason="stop",
                    completion_tokens=tokens,
                )
            )
        run.append([episode_row(cell, index, episode)])
    return lines


def _cpu_seconds(run: Path) -> float:
    started = time.process_time()
    verify(run)
    return time.process_time() - started


if __name__ == "__main__":
    show(with_ratios(measure()))
